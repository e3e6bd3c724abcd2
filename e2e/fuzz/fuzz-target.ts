import * as fc from 'fast-check';
import { inputsFor } from './inputs.ts';
import type { FuzzTarget } from './target.ts';

/** How a run is bounded, and repeated. */
export interface FuzzOptions {
  readonly seed: number;
  readonly limitMs: number;
}

/** What a run found. */
export interface Fuzzed {
  readonly runs: number;
  /** The smallest input for which something did not hold. */
  readonly failure: { readonly input: Uint8Array; readonly error: string } | null;
}

/** Tries one target until the time is over, or something does not hold. */
export async function fuzzTarget(target: FuzzTarget, options: FuzzOptions): Promise<Fuzzed> {
  const property = fc.asyncProperty(inputsFor(target), async (input) => {
    await target.check(input);
  });
  const result = await fc.check(property, {
    seed: options.seed,
    numRuns: Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: options.limitMs,
    // An end in time is no failure.
    markInterruptAsFailure: false,
  });
  const [input] = result.counterexample ?? [];
  const { errorInstance: error } = result;
  return {
    runs: result.numRuns,
    failure:
      input === undefined
        ? null
        : { input, error: error instanceof Error ? (error.stack ?? error.message) : 'It failed.' },
  };
}
