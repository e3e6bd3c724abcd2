/**
 * `npm run fuzz -- --minutes N [--seed S] [--target NAME]`: the properties of `npm test`, for longer.
 * What does not hold is kept in `corpus/`, where `npm test` tries it again from then on. Exit code 1
 * where something was found.
 */
import { parseArgs } from 'node:util';
import { keepInput } from './corpus.ts';
import { fuzzTarget } from './fuzz-target.ts';
import { TARGETS } from './targets.ts';

/** So that every target has had a turn before the time is over. */
const ROUND_MS = 10_000;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Math.trunc(Math.random() * 2 ** 31)) },
    target: { type: 'string' },
  },
});
const minutes = Number(values.minutes);
let seed = Number(values.seed);
const targets = TARGETS.filter(({ name }) => values.target === undefined || name === values.target);
const say = (line: string) => process.stdout.write(`${line}\n`);

if (!(minutes > 0) || !Number.isSafeInteger(seed) || targets.length === 0) {
  const names = TARGETS.map(({ name }) => name).join(', ');
  say(`Use: npm run fuzz -- --minutes N [--seed S] [--target NAME], NAME being one of ${names}.`);
  process.exit(2);
}

say(`Seed ${seed}. ${targets.length} targets, ${minutes} min.`);
const endAt = performance.now() + minutes * 60_000;
const runs = new Map<string, number>();
let found = 0;
while (performance.now() < endAt) {
  for (const target of targets) {
    const leftMs = endAt - performance.now();
    if (leftMs <= 0) break;
    const limitMs = Math.min(ROUND_MS, leftMs, (minutes * 60_000) / targets.length);
    const { runs: done, failure } = await fuzzTarget(target, { seed, limitMs });
    runs.set(target.name, (runs.get(target.name) ?? 0) + done);
    if (failure === null) continue;
    found += 1;
    say(
      `${target.name}: ${failure.error}\n  kept as ${await keepInput(target.name, failure.input)}`,
    );
  }
  seed += 1;
}
for (const [name, done] of runs) say(`${name.padEnd(20)} ${done.toLocaleString('en')} inputs`);
say(found === 0 ? 'Everything holds.' : `${found} inputs for which something does not hold.`);
process.exitCode = found === 0 ? 0 : 1;
