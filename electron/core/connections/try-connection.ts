import type { AccountId, ConnectionId, TestResult } from '../../../shared/model.ts';
import type { ConnectSettings } from '../accounts/index.ts';
import type { Clock } from '../clock.ts';
import { ConnectionEnded, type Failure } from '../failures/index.ts';
import { SessionCache } from '../tls/index.ts';
import { ConnectionLog } from './imap/connection-log.ts';
import { ImapConnection } from './imap/imap-connection.ts';
import { ALERTS_SHOWN } from './server-alerts.ts';

/**
 * Connects as a watched account would, signs in, opens the first of the mailboxes that exists, and
 * logs out. Nothing is stored: its sessions are its own. Never rejects for what a server does.
 */
export async function testConnection(
  settings: ConnectSettings,
  password: string,
  mailboxes: readonly string[],
  clock: Clock,
): Promise<TestResult> {
  const alerts = new Set<string>();
  const connection = new ImapConnection({
    settings,
    password,
    sessions: new SessionCache(),
    accountId: 'test' as AccountId,
    connectionId: 'test' as ConnectionId,
    name: 'test',
    offers: true,
    clock,
    lookup: undefined,
    log: new ConnectionLog(() => clock.now()),
    report: (event) => {
      if (event.kind === 'alert' && alerts.size < ALERTS_SHOWN) alerts.add(event.text);
    },
  });
  try {
    await connection.signIn();
    const { names: existing, hasMore } = await connection.list();
    const names = new Set(existing.map(comparable));
    // What is not among those listed may be among the others: opening it tells.
    const mayExist = (name: string): boolean => hasMore || names.has(comparable(name));
    const missing = mailboxes.filter((name) => !mayExist(name));
    const first = mailboxes.find(mayExist);
    if (first !== undefined) await connection.open(first);
    const { attempt } = connection;
    if (attempt === null) throw new Error('Signed in without a handshake.');
    return { ok: true, alerts: [...alerts], attempt, mailboxes: existing, hasMore, missing };
  } catch (error) {
    if (!(error instanceof ConnectionEnded) || error.failure === null) throw error;
    return failed(error.failure, [...alerts]);
  } finally {
    await connection.logOut();
  }
}

function failed({ problem, certificate, phase }: Failure, alerts: readonly string[]): TestResult {
  return { ok: false, alerts, problem, certificate, phase: phase === 'idle' ? 'select' : phase };
}

/** INBOX is the one name whose case does not matter (RFC 3501 §5.1). */
function comparable(name: string): string {
  return /^inbox$/i.test(name) ? 'INBOX' : name;
}
