import type { AccountId, ConnectionId, Phase, TestResult } from '../../../shared/model.ts';
import { isInbox } from '../../../shared/mailbox-name.ts';
import type { ConnectSettings } from '../accounts/index.ts';
import type { Clock } from '../clock.ts';
import { ConnectionEnded, type Failure } from '../failures/index.ts';
import { systemNames } from '../network/names.ts';
import { straight, type Way } from '../proxy/index.ts';
import { SessionCache } from '../tls/index.ts';
import type { Credentials } from './credentials.ts';
import { ConnectionLog } from './imap/connection-log.ts';
import { ImapConnection } from './imap/imap-connection.ts';
import { ALERTS_SHOWN } from './server-alerts.ts';

/**
 * Connects as a watched account would, signs in, opens each of the mailboxes that it can, and logs
 * out. Nothing is stored: its sessions are its own. Never rejects for what a server does.
 *
 * @param enter hears of each phase as it begins; `select` is all that comes after the sign-in
 */
export async function testConnection(
  settings: ConnectSettings,
  credentials: Credentials,
  mailboxes: readonly string[],
  clock: Clock,
  way: Way = straight,
  enter: (phase: Phase) => void = () => undefined,
): Promise<TestResult> {
  const alerts = new Set<string>();
  const connection = new ImapConnection({
    settings,
    credentials,
    sessions: new SessionCache(),
    accountId: 'test' as AccountId,
    connectionId: 'test' as ConnectionId,
    name: 'test',
    offers: true,
    asksForIssuer: true,
    isPlanned: false,
    clock,
    lookup: systemNames.lookup,
    way,
    log: new ConnectionLog(() => clock.now()),
    report: (event) => {
      if (event.kind === 'phase') enter(event.phase);
      if (event.kind === 'alert' && alerts.size < ALERTS_SHOWN) alerts.add(event.text);
    },
  });
  try {
    await connection.signIn();
    enter('select');
    const { names: listed, hasMore } = await connection.list();
    const twice = mailboxes
      .map((name) => ({ name, own: connection.ownName(name) }))
      .filter(({ name, own }) => own !== name && mailboxes.includes(own));
    const missing: string[] = [];
    const there: string[] = [];
    let { attempt } = connection;
    for (const name of mailboxes) {
      if (twice.some((one) => one.name === name)) continue;
      const isThere = await connection.opens(name);
      if (isThere && there.length === 0) ({ attempt } = connection);
      (isThere ? there : missing).push(name);
    }
    if (attempt === null) throw new Error('Signed in without a handshake.');
    // Not every server lists what others share, nor can all be opened that it lists.
    const names = new Set([...listed, ...there.filter((name) => !isInbox(name))]);
    for (const name of missing) names.delete(name);
    return {
      ok: true,
      alerts: [...alerts],
      attempt,
      mailboxes: [...names],
      hasMore,
      missing,
      twice,
    };
  } catch (error) {
    if (!(error instanceof ConnectionEnded) || error.failure === null) throw error;
    return failed(error.failure, [...alerts]);
  } finally {
    await connection.logOut();
  }
}

function failed(failure: Failure, alerts: readonly string[]): TestResult {
  const { problem, certificate, issuer, phase } = failure;
  return {
    ok: false,
    alerts,
    problem,
    certificate,
    issuer,
    phase: phase === 'idle' ? 'select' : phase,
  };
}
