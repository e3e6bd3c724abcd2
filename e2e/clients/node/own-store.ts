/**
 * Node with a store of sessions of its own: connects COUNT times to HOST PORT, trusting CA-FILE, over
 * IMAP. The package's own cache, which knows of refusals, bursts, renewed certificates and more, is
 * `@reprise/tls-sessions`; this is what a program has to do at least.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { readSession, readTicket } from '../../../electron/core/tls/index.ts';
import { logIn, sayGoodbye } from './conversation.ts';

const [host = 'localhost', port = '993', caFile = '', count = '3'] = process.argv.slice(2);
const ca = readFileSync(caFile, 'utf8');
const user = 'ann';

interface Held {
  readonly bytes: Buffer;
  readonly isTls13: boolean;
  readonly endsAt: number;
}
const held = new Map<string, Held[]>();

function take(server: string): Buffer | undefined {
  const good = (held.get(server) ?? []).filter(({ endsAt }) => Date.now() < endsAt);
  const latest = good.at(-1);
  // A TLS 1.3 ticket is offered once (RFC 8446, C.4); a TLS 1.2 session may be offered again.
  if (latest?.isTls13 === true) good.pop();
  held.set(server, good);
  return latest?.bytes;
}

function keep(server: string, bytes: Buffer | undefined): void {
  if (bytes === undefined) return;
  const { protocol, lifetimeHint } = readSession(bytes) ?? {};
  const isTls13 = protocol === 'TLSv1.3';
  const others = isTls13 ? (held.get(server) ?? []).filter((each) => each.isTls13) : [];
  const endsAt = Date.now() + (lifetimeHint ?? 7200) * 1000;
  held.set(server, [...others, { bytes, isTls13, endsAt }]);
}

/** Under TLS 1.2; the one that was offered grows no younger by being taken up. */
function isAnother(latest: Buffer, offered: Buffer | undefined): boolean {
  const [before, now] = [offered, latest].map((each) => each && readTicket(each));
  if (now === undefined || now === null) return false;
  return readSession(latest)?.protocol === 'TLSv1.2' && before?.equals(now) !== true;
}

for (let connection = 1; connection <= Number(count); connection += 1) {
  const server = `${user} at ${host}:${port}`;
  const offered = take(server);
  const socket = connect({ host, port: Number(port), servername: host, ca, session: offered });
  // Not getSession() at once: under TLS 1.3 tickets come later, and several of them.
  socket.on('session', (session) => {
    keep(server, session);
  });
  // What came with a session that was refused is most likely no longer good either (RFC 9149).
  socket.once('secureConnect', () => {
    if (!socket.isSessionReused()) held.delete(server);
  });
  try {
    await once(socket, 'secureConnect');
    const isReused = socket.isSessionReused();
    process.stdout.write(isReused ? 'resumed\n' : 'full\n');
    await logIn(socket, 'imap', 'tls');
    await sayGoodbye(socket, 'imap');
    // A ticket that a TLS 1.2 server renews makes no event.
    const latest = socket.getSession();
    if (isReused && latest !== undefined && isAnother(latest, offered)) keep(server, latest);
    // With close_notify; destroy() sends none.
    socket.end();
    await once(socket, 'close');
  } catch (error) {
    process.stdout.write(`${String(error)}\n`);
    socket.destroy();
  }
}
