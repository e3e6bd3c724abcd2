/**
 * Runs beside every test file: what nobody foresaw fails it. Vitest does so by itself for rejections
 * that nobody handles and errors that nobody catches; Node's warnings, such as that of listeners
 * that pile up, it only prints.
 */
import { afterAll, afterEach, expect } from 'vitest';

/** Of features that are used on purpose: `node:sqlite`. */
const EXPECTED: ReadonlySet<string> = new Set(['ExperimentalWarning']);

const warnings: string[] = [];
const onWarning = (warning: Error): void => {
  if (!EXPECTED.has(warning.name)) warnings.push(warning.stack ?? String(warning));
};
process.on('warning', onWarning);

// The real one: a test may have put another in its place.
const { setImmediate } = globalThis;

/** Warnings are told a tick after their cause. */
async function expectNone(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  expect(warnings.splice(0)).toEqual([]);
}

afterEach(expectNone);
afterAll(async () => {
  await expectNone();
  process.off('warning', onWarning);
});
