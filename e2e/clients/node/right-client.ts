/**
 * A mail program whose sessions are in the package's cache: connects COUNT times, or until nothing
 * listens any more, and says what became of each handshake.
 *
 *   node right-client.ts PROTOCOL tls|starttls HOST PORT CA-FILE [COUNT]
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import {
  connectTls,
  MAX_AGE_MS,
  SessionCache,
  type Peer,
} from '../../../electron/core/tls/index.ts';
import { askForTls, logIn, sayGoodbye, type Protocol, type Way } from './conversation.ts';

const [protocol, way, host = '', port = '', caFile = '', count = '100'] = process.argv.slice(2) as [
  Protocol,
  Way,
  ...string[],
];
const pem = readFileSync(caFile, 'utf8');
const peer: Peer = {
  account: 'ann',
  name: host,
  port: Number(port),
  security: way,
  trust: { kind: 'ca', pem },
};
const cache = new SessionCache();
cache.setPolicy('ann', { sharing: 'private', maxAgeMs: MAX_AGE_MS });

async function visit(offers: boolean): Promise<void> {
  const tcp = connect({ host, port: Number(port) });
  tcp.on('error', () => undefined);
  try {
    await once(tcp, 'connect');
    if (way === 'starttls') await askForTls(tcp, protocol);
    const { socket, outcome } = await connectTls(cache, peer, tcp, { offers });
    process.stdout.write(`${outcome.kind}\n`);
    await logIn(socket, protocol, way);
    await sayGoodbye(socket, protocol);
    socket.end();
    await once(tcp, 'close');
  } finally {
    tcp.destroy();
  }
}

for (let connection = 1; connection <= Number(count); connection += 1) {
  try {
    await visit(true);
  } catch (error) {
    process.stdout.write(`${String(error)}\n`);
    if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') break;
  }
}
