/** One connection after another: how many resume, and what a connection costs the server. */
import { SessionCache } from '../../electron/core/tls/index.ts';
import { createSecureContext } from 'node:tls';
import type { TlsProtocol } from '../../shared/model.ts';
import { Dovecot } from '../fixtures/dovecot.ts';
import { dialBare, dialTransport, type Dialled } from './dial.ts';
import { rowOf, type Row, type Sample } from './row.ts';

const CONNECTIONS = 500;
/** For costs: fewer are enough, and each run has both sides. */
const COST_CONNECTIONS = 200;
const RUNS = 5;

interface Cost {
  readonly serverMs: number;
  readonly clientMs: number;
  readonly elapsedMs: number;
  readonly receivedBytes: number;
  readonly resumed: number;
}

/** CPU of the login process and of this one, per connection. */
async function costOf(server: Dovecot, count: number, dial: () => Promise<Dialled>): Promise<Cost> {
  const serverBefore = await serverCpuMs(server);
  const clientBefore = process.cpuUsage();
  const startedAt = performance.now();
  let receivedBytes = 0;
  let resumed = 0;
  for (let connection = 0; connection < count; connection += 1) {
    const dialled = await dial();
    receivedBytes += dialled.receivedBytes;
    if (dialled.resumed) resumed += 1;
  }
  const elapsedMs = performance.now() - startedAt;
  const client = process.cpuUsage(clientBefore);
  return {
    serverMs: ((await serverCpuMs(server)) - serverBefore) / count,
    clientMs: (client.user + client.system) / 1000 / count,
    elapsedMs: elapsedMs / count,
    receivedBytes: receivedBytes / count,
    resumed: resumed / count,
  };
}

/** Time on a CPU of all login processes together. */
export async function serverCpuMs(server: Dovecot): Promise<number> {
  const processes = await server.loginProcesses();
  return processes.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
}

/** The rows of one TLS version. */
export async function benchSequential(protocol: TlsProtocol): Promise<Row[]> {
  await using server = await Dovecot.start({ kind: 'one-process', protocol });
  const name = protocol === 'TLSv1.3' ? 'tls13' : 'tls12';
  const trust = { kind: 'ca', pem: server.certificate.caPem } as const;
  const context = createSecureContext({ ca: server.certificate.caPem });
  const on = new SessionCache();
  const off = new SessionCache();
  off.setEnabled('bench', false);
  const latest = { session: null };
  const resumedDial = () => dialTransport(server, on, trust);
  const fullDial = () => dialTransport(server, off, trust);
  const bareDial = () => dialBare(server, latest, context);

  const rate = await costOf(server, CONNECTIONS, resumedDial);
  const bareRate = await costOf(server, CONNECTIONS, bareDial);
  const cpu: Sample[] = [];
  const bytes: Sample[] = [];
  const transportCpu: Sample[] = [];
  const transportTime: Sample[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const resumed = await costOf(server, COST_CONNECTIONS, resumedDial);
    const bare = await costOf(server, COST_CONNECTIONS, bareDial);
    const full = await costOf(server, COST_CONNECTIONS, fullDial);
    cpu.push({ value: resumed.serverMs, baseline: full.serverMs });
    bytes.push({ value: resumed.receivedBytes, baseline: full.receivedBytes });
    transportCpu.push({ value: resumed.clientMs, baseline: bare.clientMs });
    transportTime.push({ value: resumed.elapsedMs, baseline: bare.elapsedMs });
  }
  const rows = [
    rowOf(
      `sequential-${name}`,
      `share resumed of ${CONNECTIONS} connections one after another, against the latest session kept by hand`,
      'share',
      [{ value: rate.resumed, baseline: bareRate.resumed }],
    ),
    rowOf(`server-cpu-${name}`, 'server CPU a connection, resumed against full', 'ms', cpu),
    rowOf(
      `bytes-${name}`,
      'bytes from the server until the greeting, resumed against full',
      'bytes',
      bytes,
    ),
  ];
  if (protocol === 'TLSv1.2') return rows;
  return [
    ...rows,
    rowOf(
      'transport-cpu',
      'client CPU a connection, our transport against bare tls.connect with a session',
      'ms',
      transportCpu,
    ),
    rowOf(
      'transport-time',
      'time a connection, our transport against bare tls.connect with a session',
      'ms',
      transportTime,
    ),
  ];
}
