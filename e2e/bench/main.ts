/**
 * `npm run bench`: everything as ratios measured in the same run, on a real Dovecot with one login
 * process. `-- --json` prints one JSON document and nothing else; `-- --only NAME` runs one group.
 */
import { once } from 'node:events';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { connect } from 'node:tls';
import { Dovecot } from '../fixtures/servers/dovecot.ts';
import { whyNoDovecot } from '../fixtures/servers/dovecot-binary.ts';
import buildWhatIsStale from '../run/fresh-page.ts';
import { benchCache } from './cache.ts';
import { benchHistory, benchScale } from './history.ts';
import { benchMemory } from './memory.ts';
import { tableOf, type Row } from './row.ts';
import { SERVERNAME } from './dial.ts';
import { benchPassThrough } from './pass-through.ts';
import { benchScalePage } from './scale-page.ts';
import { benchSequential } from './sequential.ts';
import { benchShared } from './shared.ts';
import { benchStorm } from './storm.ts';

const GROUPS: Readonly<Record<string, () => Promise<Row[]>>> = {
  'sequential-tls13': () => benchSequential('TLSv1.3'),
  'sequential-tls12': () => benchSequential('TLSv1.2'),
  storm: benchStorm,
  shared: benchShared,
  cache: benchCacheOnRealSession,
  memory: benchMemory,
  history: benchHistory,
  'pass-through': benchPassThrough,
  scale: benchScale,
  'scale-page': benchScalePage,
};

/** With a session as a real server issues it. */
async function benchCacheOnRealSession(): Promise<Row[]> {
  await using server = await Dovecot.start({ kind: 'one-process', protocol: 'TLSv1.2' });
  const socket = connect({
    host: server.host,
    port: server.tlsPort,
    servername: SERVERNAME,
    ca: server.certificate.caPem,
  });
  const [session] = (await once(socket, 'session')) as [Buffer];
  const certificate = socket.getPeerCertificate();
  socket.destroy();
  return benchCache(session, certificate);
}

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, only: { type: 'string' } },
});
const names = Object.keys(GROUPS).filter((name) => (values.only ?? name) === name);
const why = whyNoDovecot();
if (why !== null || names.length === 0) {
  process.stderr.write(
    `${why ?? `There is no group "${values.only}"; there are ${Object.keys(GROUPS).join(', ')}.`}\n`,
  );
  process.exit(2);
}
await buildWhatIsStale();
const rows: Row[] = [];
for (const name of names) {
  if (!values.json) process.stderr.write(`measuring ${name} …\n`);
  rows.push(...((await GROUPS[name]?.()) ?? []));
}
const machine = {
  node: process.version,
  openssl: process.versions.openssl,
  platform: `${process.platform} ${process.arch}`,
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
};
process.stdout.write(
  values.json ? `${JSON.stringify({ machine, rows }, null, 2)}\n` : `${tableOf(rows)}\n`,
);
