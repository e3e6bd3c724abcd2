/** Watched connections as plain values. */
import type { WatchedConnection } from '../../../../shared/your-client.ts';

/** One that was full and is over, but for what is said. */
export function watchedConnection(
  number: number,
  changes: Partial<WatchedConnection> = {},
): WatchedConnection {
  return {
    number,
    startedAt: 1_800_000_000_000 + number,
    program: { kind: 'process', name: 'curl', pid: 77 },
    serverName: 'imap.example.org',
    begins: 'tls',
    version: 'TLSv1.3',
    offers: [],
    outcome: { kind: 'full', reason: 'none-offered' },
    ended: { by: 'client', how: 'close', closeNotify: 'likely', afterMs: 5 },
    earlyData: false,
    helloRetried: false,
    renegotiated: false,
    sentBytes: 700,
    receivedBytes: 2000,
    ...changes,
  };
}

/** One that resumed by a TLS 1.3 ticket. @param sameAs that an earlier one had offered */
export function resumedConnection(number: number, sameAs: number | null = null): WatchedConnection {
  return watchedConnection(number, {
    outcome: { kind: 'resumed', mechanism: 'tls13-ticket' },
    offers: [{ mechanism: 'tls13-ticket', sameAs, issuedBy: null }],
  });
}
