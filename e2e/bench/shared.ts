/**
 * A cold start of many accounts at one server, each with one connection: under the policy that they
 * share, against each for itself.
 */
import { ImapFlow } from 'imapflow';
import {
  createReuseTransport,
  MAX_AGE_MS,
  SessionCache,
  type TlsTrust,
} from '../../electron/core/tls/index.ts';
import type { SharingPolicy } from '../../shared/model.ts';
import { Dovecot } from '../fixtures/servers/dovecot.ts';
import { SERVERNAME } from './dial.ts';
import { rowOf, type Row } from './row.ts';
import { serverCpuMs } from './sequential.ts';

const ACCOUNTS = 200;
/** As many as the program connects at the same moment. */
const AT_ONCE = 64;
const RUNS = 5;

interface ColdStart {
  readonly full: number;
  /** Until the last one is signed in. */
  readonly elapsedMs: number;
  readonly serverMs: number;
  /** Of all handshakes, both ways, from the ClientHello to the first line. */
  readonly bytes: number;
}

/** The rows of the cold start; the policies take turns. */
export async function benchShared(): Promise<Row[]> {
  await using server = await Dovecot.start({ kind: 'one-process' });
  const trust: TlsTrust = { kind: 'ca', pem: server.certificate.caPem };
  // The first connections of a new Dovecot start its processes.
  await coldStart(server, trust, 'saving');
  const runs: { readonly shared: ColdStart; readonly saving: ColdStart }[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const first = run % 2 === 0 ? 'shared' : 'saving';
    const one = await coldStart(server, trust, first);
    const other = await coldStart(server, trust, first === 'shared' ? 'saving' : 'shared');
    runs.push(first === 'shared' ? { shared: one, saving: other } : { shared: other, saving: one });
  }
  const what = `cold start of ${String(ACCOUNTS)} accounts at one server, shared against saving`;
  const against = (measure: keyof ColdStart) =>
    runs.map(({ shared, saving }) => ({ value: shared[measure], baseline: saving[measure] }));
  return [
    rowOf('shared-cold-full', `${what}: full handshakes`, 'handshakes', against('full')),
    rowOf('shared-cold-time', `${what}: until all are signed in`, 'ms', against('elapsedMs')),
    rowOf('shared-cold-cpu', `${what}: server CPU`, 'ms', against('serverMs')),
    rowOf('shared-cold-bytes', `${what}: bytes of the handshakes`, 'bytes', against('bytes')),
  ];
}

async function coldStart(
  server: Dovecot,
  trust: TlsTrust,
  sharing: SharingPolicy,
): Promise<ColdStart> {
  const cache = new SessionCache();
  let [full, bytes] = [0, 0];
  const waiting = Array.from({ length: ACCOUNTS }, (_, index) => {
    const account = `bench-${String(index)}`;
    cache.setPolicy(account, { sharing, maxAgeMs: MAX_AGE_MS });
    return new ImapFlow({
      host: server.host,
      port: server.tlsPort,
      servername: SERVERNAME,
      secure: true,
      auth: { user: 'ann', pass: server.users['ann'] ?? '' },
      logger: false,
      transport: createReuseTransport({
        cache,
        account,
        trust,
        onEvent: (event) => {
          if (event.kind === 'handshake' && event.outcome.kind !== 'resumed') full += 1;
          if (event.kind === 'first-line') bytes += event.sentBytes + event.receivedBytes;
        },
      }),
    });
  });
  const clients = [...waiting];
  const cpuBefore = await serverCpuMs(server);
  const startedAt = performance.now();
  const connectNext = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await next.connect();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, connectNext));
  const elapsedMs = performance.now() - startedAt;
  const serverMs = (await serverCpuMs(server)) - cpuBefore;
  await Promise.all(clients.map((client) => client.logout()));
  return { full, elapsedMs, serverMs, bytes };
}
