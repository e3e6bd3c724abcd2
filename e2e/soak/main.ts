/**
 * `npm run soak -- --minutes N [--connections 50] [--restart-every 30] [--seed S]`: the real program on
 * a real Dovecot for so long, with reconnects, toggles, restarts of the server and reloads of the page.
 * Ends with a table; exit code 1 where something has grown, is stuck, or complained.
 *
 * `npm run soak -- --floods CALLS [--flood NAME]`: what a server that floods costs everybody else, in
 * each way of flooding, while another account's user makes so many calls (200 take 10 s).
 *
 * `npm run soak -- --backoff [--minutes N] [--way NAME]…`: LOGINs and handshakes in each of so many minutes,
 * for each way in which a server can fail after TLS, with 1, 5, 30 and 100 mailboxes; six ways at a time.
 *
 * `npm run soak -- --pkis N [--seed S]`: whether what resumes would pass a full handshake at that moment,
 * under so many generated sets of certificates (1,000 take 40 s).
 *
 * `npm run soak -- --refreshes N`: so many `kill -9` around refreshes of a token that is replaced each time.
 *
 * `npm run soak -- --renewals [--minutes N]`: mailboxes whose access tokens end every 20 s, for so long.
 */
import { spawnSync } from 'node:child_process';
import { sample } from 'fast-check';
import { parseArgs } from 'node:util';
import { pkis } from '../../electron/core/tls/testing/pki.ts';
import { verifiedLater } from '../../electron/core/tls/testing/verified-later.ts';
import { whyNoDovecot } from '../fixtures/servers/dovecot-binary.ts';
import { seededRandom } from '../fixtures/program/random.ts';
import buildWhatIsStale from '../run/fresh-page.ts';
import { WAYS_OF_FAILING } from '../../electron/core/connections/testing/failing-servers.ts';
import { backoff } from './backoff.ts';
import { compare, GROWTH } from './flat.ts';
import { BOUNDS, flood, FLOODS } from './floods.ts';
import { soak } from './soak.ts';
import { killAroundRefreshes } from '../faults/refresh-kills.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '3' },
    connections: { type: 'string', default: '50' },
    'restart-every': { type: 'string', default: '30' },
    floods: { type: 'string' },
    flood: { type: 'string' },
    backoff: { type: 'boolean', default: false },
    way: { type: 'string', multiple: true },
    pkis: { type: 'string' },
    renewals: { type: 'boolean', default: false },
    refreshes: { type: 'string' },
    seed: { type: 'string', default: String(Math.trunc(Math.random() * 2 ** 31)) },
  },
});
/** Each with a program of its own. */
const WAYS_AT_ONCE = 6;
const say = (line: string) => process.stdout.write(`${line}\n`);
const row = (what: string, ...cells: readonly string[]) =>
  say(`${what.padEnd(34)}${cells.map((cell) => cell.padStart(14)).join('')}`);
if (values.floods !== undefined) {
  await buildWhatIsStale();
  process.exit((await showFloods(Number(values.floods), values.flood)) ? 0 : 1);
}
if (values.backoff) {
  await buildWhatIsStale();
  process.exit((await showBackoff(Number(values.minutes), values.way)) ? 0 : 1);
}
if (values.pkis !== undefined) {
  process.exit((await showPkis(Number(values.pkis), Number(values.seed))) ? 0 : 1);
}
if (values.refreshes !== undefined) {
  const { went, signedInAgain, wrong } = await killAroundRefreshes(Number(values.refreshes));
  row('went on', String(went));
  row('signed in again', String(signedInAgain));
  for (const text of wrong) say(`WRONG: ${text}`);
  process.exit(wrong.length === 0 ? 0 : 1);
}
if (values.renewals) process.exit(watchRenewals(Number(values.minutes)));
const [minutes, connections, restartEverySeconds, seed] = [
  values.minutes,
  values.connections,
  values['restart-every'],
  values.seed,
].map(Number) as [number, number, number, number];
if (![minutes, connections, restartEverySeconds].every((value) => value > 0)) {
  say('Use: npm run soak -- --minutes N [--connections 50] [--restart-every 30] [--seed S]');
  process.exit(2);
}
const missing = whyNoDovecot();
if (missing !== null) {
  say(`A soak needs Dovecot. ${missing}`);
  process.exit(2);
}

say(
  `${minutes} min, ${connections} connections, a restart every ${restartEverySeconds} s, seed ${seed}.`,
);
await buildWhatIsStale();
const result = await soak({
  minutes,
  connections,
  restartEverySeconds,
  random: seededRandom(seed),
  say,
});
const { counts, before, after, stuck, stderr } = result;
const lines = compare(before, after);
/** What Node says of an error that nobody caught, and of listeners that pile up. */
const complaints = stderr
  .split('\n')
  .filter((text) => /unhandled|uncaught|Warning:|It ended/i.test(text));

say('');
row('connections made', String(counts.made));
row('connections lost', String(counts.lost));
row('connections stuck', String(stuck.length));
for (const [kind, count] of Object.entries(counts.outcomes))
  row(`handshakes ${kind}`, String(count));
row('actions', String(result.actions));
row('restarts of the server', String(result.restarts));
row('reloads: page, client', String(result.reloads.page), String(result.reloads.client));
say('');
row('', 'warmed up', 'end', 'flat up to');
for (const { what, before, after, limit, isFlat } of lines) {
  row(what, before, after, limit, isFlat ? '' : 'GROWN');
}
row(
  'resident',
  ...[before, after].map(({ residentBytes }) => `${(residentBytes / 1e6).toFixed(1)} MB`),
);
say('');
say(
  `Flat: the heap, collected, with everything idle, at most ${GROWTH.heapRatio} times that of the ` +
    `warm-up and ${GROWTH.heapBytes / 1e6} MB; at most ${GROWTH.handles} more handles of a kind; no ` +
    'more listeners; no connection stuck; no complaint of Node.',
);
for (const text of [...stuck, ...complaints]) say(text);
const isFlat = lines.every((line) => line.isFlat) && stuck.length === 0 && complaints.length === 0;
say(isFlat ? 'FLAT' : 'NOT FLAT');
process.exitCode = isFlat ? 0 : 1;

/** The test of them, longer. @returns its exit code */
function watchRenewals(minutes: number): number {
  const test = ['run', '--config', '.config/vitest.ts', 'e2e/servers/token-renewal.test.ts'];
  const { status } = spawnSync('node_modules/.bin/vitest', test, {
    stdio: 'inherit',
    env: { ...process.env, REPRISE_RENEWAL_SECONDS: String(60 * minutes) },
  });
  return status ?? 1;
}

/** @returns whether nothing would resume that a full handshake refuses */
async function showPkis(count: number, seed: number): Promise<boolean> {
  let verified = 0;
  let wrong = 0;
  for (const plan of sample(pkis, { numRuns: count, seed })) {
    const { isVerified, wrongAt } = await verifiedLater(plan);
    if (isVerified) verified += 1;
    if (wrongAt.length === 0) continue;
    wrong += 1;
    say(JSON.stringify({ wrongAt, plan }));
  }
  row('sets of certificates', String(count), `seed ${seed}`);
  row('verified', String(verified));
  row('wrong', String(wrong));
  return wrong === 0;
}

/** @returns whether there is such a way, and minutes to count */
async function showBackoff(minutes: number, only: readonly string[] | undefined): Promise<boolean> {
  const names = only ?? Object.keys(WAYS_OF_FAILING);
  say(`LOGINs / handshakes in each of ${minutes} minutes`);
  for (let first = 0; first < names.length; first += WAYS_AT_ONCE) {
    const some = names.slice(first, first + WAYS_AT_ONCE);
    const asked = await Promise.all(some.map((name) => backoff(name, minutes)));
    for (const [index, name] of some.entries())
      for (const { mailboxes, minutes: counts } of asked[index] ?? [])
        row(
          `${name}, ${mailboxes}`,
          ...counts.map(({ logins, handshakes }) => `${logins} / ${handshakes}`),
        );
  }
  return names.length > 0 && minutes > 0;
}

/** @returns whether all of them stayed within bounds */
async function showFloods(calls: number, only: string | undefined): Promise<boolean> {
  const names = Object.keys(FLOODS).filter((name) => (only ?? name) === name);
  row('', 'worst call', 'peak memory', 'processor', 'Ctrl-C');
  let isWithin = names.length > 0;
  for (const name of names) {
    const { worstCallMs, peakBytes, cpuShare, stoppedMs, exitCode } = await flood(name, calls);
    const isGood =
      worstCallMs <= BOUNDS.worstCallMs &&
      peakBytes <= BOUNDS.peakBytes &&
      stoppedMs <= BOUNDS.stoppedMs &&
      exitCode === 0;
    isWithin &&= isGood;
    row(
      name,
      `${worstCallMs.toFixed(0)} ms`,
      `${(peakBytes / 1e6).toFixed(0)} MB`,
      `${(cpuShare * 100).toFixed(0)} %`,
      `${(stoppedMs / 1000).toFixed(1)} s`,
      isGood ? '' : 'TOO MUCH',
    );
  }
  return isWithin;
}
