import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { COLD_WAIT_MS, ColdStart } from './cold-start.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('waits for a leader that hangs for two seconds at most', async () => {
  expect(COLD_WAIT_MS).toBeLessThanOrEqual(2_000);
  const coldStart = new ColdStart();
  expect(coldStart.lead()).toBe(true);
  let isOver = false;
  const waiting = coldStart.wait().then(() => (isOver = true));
  await vi.advanceTimersByTimeAsync(COLD_WAIT_MS - 1);
  expect(isOver).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  await waiting;
  expect(vi.getTimerCount()).toBe(0);
});

it('has one leader at a time', () => {
  const coldStart = new ColdStart();
  expect([coldStart.lead(), coldStart.lead()]).toEqual([true, false]);
  coldStart.release();
  expect(coldStart.lead()).toBe(true);
});
