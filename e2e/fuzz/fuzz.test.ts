/** A short run of every fuzz target, and everything that longer runs have found. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCorpus } from './corpus.ts';
import { inputsFor } from './inputs.ts';
import { holds, type FuzzTarget } from './target.ts';
import { TARGETS } from './targets.ts';
import { fuzzTarget } from './fuzz-target.ts';

describe.each(TARGETS)('$name', (target) => {
  it('holds for good inputs, damaged ones and nonsense', async () => {
    await fc.assert(
      fc.asyncProperty(inputsFor(target), async (input) => {
        await target.check(input);
      }),
      { numRuns: 300 },
    );
    expect.assertions(0);
  });

  it('holds for what was found before', async () => {
    const failures: string[] = [];
    for (const { file, input } of await readCorpus(target.name)) {
      try {
        await target.check(input);
      } catch (error) {
        failures.push(`${file}: ${String(error)}`);
      }
    }
    expect(failures).toEqual([]);
  });
});

describe('a longer run', () => {
  const brittle: FuzzTarget = {
    name: 'brittle',
    seeds: [Buffer.from('{"good":true}')],
    words: ['{', '}'],
    check: (input) => {
      holds(!Buffer.from(input).includes('}}'), 'nothing ends twice');
    },
  };

  it('finds what does not hold, and makes it small', async () => {
    const found = await fuzzTarget(brittle, { seed: 1, limitMs: 60_000 });
    expect(found.failure?.error).toContain('nothing ends twice');
    expect(Buffer.from(found.failure?.input ?? []).toString()).toBe('}}');
  });

  it('ends in time where everything holds', async () => {
    const sound = { ...brittle, check: () => undefined };
    const found = await fuzzTarget(sound, { seed: 1, limitMs: 50 });
    expect(found.failure).toBeNull();
    expect(found.runs).toBeGreaterThan(0);
  });
});
