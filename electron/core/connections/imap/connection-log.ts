/** What happened on a connection, line by line. */
import type { LogLine, Mechanism, NotOfferedReason } from '../../../../shared/model.ts';
import type { ConnectSettings } from '../../accounts/index.ts';
import { serverAddress } from '../../../../shared/server-names.ts';
import { visible } from '../../../../shared/visible.ts';
import type { Redact } from '../../log/index.ts';
import type { TlsOutcome, TransportEvent } from '../../tls/index.ts';

/** Lines kept of each connection: a few connects with everything that was said. */
export const LOG_LINES = 200;

/** Characters kept of each line: enough for a CAPABILITY list, no matter what a server sends. */
export const LOG_LINE_LENGTH = 600;

/** What happened on a watched mailbox's connections, newest at the end, bounded, no secrets in it. */
export class ConnectionLog {
  readonly #lines: LogLine[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  add(text: string, redact?: Redact): void {
    // Redacted first: a secret cut in half would no longer be found.
    const bounded = (redact?.(text) ?? text).slice(0, LOG_LINE_LENGTH * 4);
    const clean = visible(bounded).trimEnd();
    const line = clean.length > LOG_LINE_LENGTH ? `${clean.slice(0, LOG_LINE_LENGTH)} …` : clean;
    this.#lines.push({ at: this.#now(), text: line });
    if (this.#lines.length > LOG_LINES) this.#lines.shift();
  }

  /** Oldest first. */
  lines(): readonly LogLine[] {
    return [...this.#lines];
  }
}

const MECHANISM: Readonly<Record<Mechanism, string>> = {
  'tls13-ticket': 'TLS 1.3 ticket',
  'tls12-ticket': 'TLS 1.2 ticket',
  'session-id': 'session ID',
};

const REASON: Readonly<Record<NotOfferedReason, string>> = {
  'nothing-held': 'no session was held',
  'none-issued': 'this server has issued no session',
  expired: 'the sessions held had expired',
  'verified-afresh': 'the pinned certificate is looked at afresh',
  'all-in-use': 'all tickets were in use',
  'trust-changed': 'what is trusted has changed',
  'refused-earlier': 'the latest session was refused, and no new one had come',
  'failed-earlier': 'the attempt before broke off over a session',
  'server-keeps-refusing': 'this server keeps refusing',
};

/** The log's line for an event of the transport; `null` where it gets none. */
export function transportLogLine(event: TransportEvent, settings: ConnectSettings): string | null {
  switch (event.kind) {
    case 'phase':
      if (event.phase === 'proxy')
        return `— Connecting to ${serverAddress(settings)} through the proxy`;
      if (event.phase === 'dns') return `— Looking up ${settings.host}`;
      return event.phase === 'tcp' ? `— Connecting to ${serverAddress(settings)}` : null;
    case 'handshake': {
      const { outcome, handshake } = event;
      if (outcome.kind === 'failed') return null;
      const { protocol, cipher, group } = handshake ?? {};
      return `— TLS: ${[described(outcome), protocol, cipher, group].filter(Boolean).join(', ')}`;
    }
    case 'ticket':
      return `— TLS session ${event.received} received`;
    case 'first-line':
      return `— ${event.sentBytes} bytes sent and ${event.receivedBytes} received until the first line`;
  }
}

function described(outcome: Exclude<TlsOutcome, { kind: 'failed' }>): string {
  switch (outcome.kind) {
    case 'resumed':
      return `resumed by ${MECHANISM[outcome.mechanism]}`;
    case 'refused':
      return `the offered ${MECHANISM[outcome.mechanism]} was refused, full handshake`;
    case 'full':
      return `full handshake, ${REASON[outcome.reason]}`;
    case 'off':
      return 'full handshake, reuse is off';
  }
}
