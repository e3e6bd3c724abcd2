/** What an idle connection holds in memory, with our transport against imapflow alone. */
import { ImapFlow, type ImapTransport } from 'imapflow';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createReuseTransport, SessionCache } from '../../electron/core/tls/index.ts';
import { Dovecot } from '../fixtures/servers/dovecot.ts';
import { rowOf, type Row, type Sample } from './row.ts';
import { SERVERNAME } from './dial.ts';

const CONNECTIONS = 100;
const RUNS = 3;
/** Collections until finalisers have run too. */
const COLLECTIONS = 3;

export async function benchMemory(): Promise<Row[]> {
  await using server = await Dovecot.start({ kind: 'one-process' });
  const ca = server.certificate.caPem;
  const cache = new SessionCache();
  const ours = (): ImapTransport =>
    createReuseTransport({ cache, account: 'bench', trust: { kind: 'ca', pem: ca } });
  await bytesEach(server, () => ({ transport: ours() }));
  const samples: Sample[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const value = await bytesEach(server, () => ({ transport: ours() }));
    const baseline = await bytesEach(server, () => ({ tls: { ca } }));
    samples.push({ value, baseline });
  }
  return [
    rowOf(
      'memory-per-connection',
      `memory of each of ${CONNECTIONS} idle connections, against imapflow alone`,
      'bytes',
      samples,
    ),
  ];
}

async function bytesEach(
  server: Dovecot,
  options: () => { transport: ImapTransport } | { tls: { ca: string } },
): Promise<number> {
  const before = await memoryUsed();
  const clients = Array.from(
    { length: CONNECTIONS },
    () =>
      new ImapFlow({
        host: server.host,
        port: server.tlsPort,
        servername: SERVERNAME,
        secure: true,
        auth: { user: 'ann', pass: server.users['ann'] ?? '' },
        logger: false,
        ...options(),
      }),
  );
  for (const client of clients) {
    await client.connect();
    await client.mailboxOpen('INBOX');
  }
  const used = (await memoryUsed()) - before;
  await Promise.all(clients.map((client) => client.logout()));
  return used / CONNECTIONS;
}

async function memoryUsed(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let collection = 0; collection < COLLECTIONS; collection += 1) {
    collect();
    // Buffers outside the heap are given back by tasks of their own.
    await delay(20);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
