/** One connection after another: how many resume, and what a connection costs both sides. */
import { createSecureContext } from 'node:tls';
import { SessionCache } from '../../electron/core/tls/index.ts';
import type { TlsProtocol } from '../../shared/model.ts';
import { Dovecot } from '../fixtures/servers/dovecot.ts';
import { dialBare, dialTransport, type Dialled } from './dial.ts';
import { rowOf, type Row, type Sample } from './row.ts';

const CONNECTIONS = 500;
const RUNS = 5;
/** Clients take turns in small blocks, so that a busy machine slows all alike. */
const BLOCKS = 30;
const BLOCK_CONNECTIONS = 10;
/** The server is measured over long ones: in short ones it mostly wakes up. */
const SERVER_CONNECTIONS = 300;

type Dial = () => Promise<Dialled>;

/** Sums over connections; divide by their number. */
interface Cost {
  clientMs: number;
  elapsedMs: number;
  receivedBytes: number;
}

type Measure = keyof Cost;

/** What the login process of a server spends on a connection, in ms. */
type ServerCost = Readonly<Record<'resumed' | 'full', number>>;

/** The rows of one TLS version. */
export async function benchSequential(protocol: TlsProtocol): Promise<Row[]> {
  await using server = await Dovecot.start({ kind: 'one-process', protocol });
  const { caPem } = server.certificate;
  const trust = { kind: 'ca', pem: caPem } as const;
  const on = new SessionCache();
  const off = new SessionCache();
  off.setEnabled('bench', false);
  const [latest, latestShared, latestByHand] = [
    { session: null },
    { session: null },
    { session: null },
  ];
  const shared = { secureContext: createSecureContext({ ca: caPem }) };
  const dials = {
    resumed: () => dialTransport(server, on, trust),
    full: () => dialTransport(server, off, trust),
    bare: () => dialBare(server, latest, { ca: caPem }),
    bareShared: () => dialBare(server, latestShared, shared),
  };

  await using portable = await Dovecot.start({ kind: 'one-process', protocol, withoutIfma: true });
  const portableTrust = { kind: 'ca', pem: portable.certificate.caPem } as const;
  const portableDials = {
    resumed: () => dialTransport(portable, on, portableTrust),
    full: () => dialTransport(portable, off, portableTrust),
  };

  const rate = await shareResumed(dials.resumed);
  const rateByHand = await shareResumed(() => dialBare(server, latestByHand, shared));
  const runs: Record<keyof typeof dials, Cost>[] = [];
  const serverRuns: ServerCost[] = [];
  const portableRuns: ServerCost[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    runs.push(await takeTurns(dials));
    serverRuns.push(await serverCost(server, dials));
    portableRuns.push(await serverCost(portable, portableDials));
  }

  const name = protocol === 'TLSv1.3' ? 'tls13' : 'tls12';
  const compare = (measure: Measure, baseline: keyof typeof dials): Sample[] =>
    runs.map((run) => ({
      value: run.resumed[measure] / (BLOCKS * BLOCK_CONNECTIONS),
      baseline: run[baseline][measure] / (BLOCKS * BLOCK_CONNECTIONS),
    }));
  const rows = [
    rowOf(
      `sequential-${name}`,
      `share resumed of ${CONNECTIONS} connections one after another, against the latest session kept by hand`,
      'share',
      [{ value: rate, baseline: rateByHand }],
    ),
    rowOf(
      `server-cpu-${name}`,
      'server CPU of a connection until the greeting, resumed against full',
      'ms',
      serverRuns.map(asSample),
    ),
    rowOf(
      `server-cpu-without-ifma-${name}`,
      'the same, RSA-2048 as on a CPU without AVX512-IFMA',
      'ms',
      portableRuns.map(asSample),
    ),
    rowOf(
      `bytes-${name}`,
      'bytes from the server until the greeting, resumed against full',
      'bytes',
      compare('receivedBytes', 'full'),
    ),
  ];
  if (protocol === 'TLSv1.2') return rows;
  const bare = 'our transport against bare tls.connect({ host, port, servername, ca, session })';
  const strict = 'our transport against bare tls.connect with a session and a ready secureContext';
  return [
    ...rows,
    rowOf('transport-cpu', `client CPU a connection, ${bare}`, 'ms', compare('clientMs', 'bare')),
    rowOf('transport-time', `time a connection, ${bare}`, 'ms', compare('elapsedMs', 'bare')),
    rowOf(
      'transport-cpu-ready-context',
      `client CPU a connection, ${strict}`,
      'ms',
      compare('clientMs', 'bareShared'),
    ),
  ];
}

async function shareResumed(dial: Dial): Promise<number> {
  let resumed = 0;
  for (let connection = 0; connection < CONNECTIONS; connection += 1) {
    if ((await dial()).resumed) resumed += 1;
  }
  return resumed / CONNECTIONS;
}

/** Runs blocks of each in turn, the order turning too, and sums each one's cost. */
async function takeTurns<Name extends string>(
  dials: Readonly<Record<Name, Dial>>,
): Promise<Record<Name, Cost>> {
  const names = Object.keys(dials) as Name[];
  const costs = Object.fromEntries(
    names.map((name) => [name, { clientMs: 0, elapsedMs: 0, receivedBytes: 0 }]),
  ) as Record<Name, Cost>;
  for (let block = 0; block < BLOCKS; block += 1) {
    for (let turn = 0; turn < names.length; turn += 1) {
      const name = names[(block + turn) % names.length];
      if (name !== undefined) await addBlock(dials[name], costs[name]);
    }
  }
  return costs;
}

async function addBlock(dial: Dial, cost: Cost): Promise<void> {
  const clientBefore = process.cpuUsage();
  const startedAt = performance.now();
  for (let connection = 0; connection < BLOCK_CONNECTIONS; connection += 1) {
    cost.receivedBytes += (await dial()).receivedBytes;
  }
  cost.elapsedMs += performance.now() - startedAt;
  const client = process.cpuUsage(clientBefore);
  cost.clientMs += (client.user + client.system) / 1000;
}

async function serverCost(
  server: Dovecot,
  { resumed, full }: Readonly<Record<'resumed' | 'full', Dial>>,
): Promise<ServerCost> {
  // The very first connection to a server is a full one.
  await resumed();
  return {
    resumed: await serverMsEach(server, resumed),
    full: await serverMsEach(server, full),
  };
}

function asSample({ resumed, full }: ServerCost): Sample {
  return { value: resumed, baseline: full };
}

async function serverMsEach(server: Dovecot, dial: () => Promise<unknown>): Promise<number> {
  const before = await serverCpuMs(server);
  for (let connection = 0; connection < SERVER_CONNECTIONS; connection += 1) await dial();
  return ((await serverCpuMs(server)) - before) / SERVER_CONNECTIONS;
}

/** Time on a CPU of all login processes together, in ms. */
export async function serverCpuMs(server: Dovecot): Promise<number> {
  const processes = await server.loginProcesses();
  return processes.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
}
