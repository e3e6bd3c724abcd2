/** Runs steps one after another, in the order in which they were given; a failed one stops none. */
export type Turn = <Result>(step: () => Promise<Result> | Result) => Promise<Result>;

export function inTurn(): Turn {
  let last: Promise<unknown> = Promise.resolve();
  return (step) => {
    const run = last.then(step);
    // Whoever asked for the step hears of its error; the next one only waits for its end.
    last = run.catch(() => undefined);
    return run;
  };
}
