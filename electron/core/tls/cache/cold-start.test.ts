import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { COLD_WAIT_MS, ColdStart } from './cold-start.ts';
import type { Owner } from './held-session.ts';

const OWNER = {} as Owner;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('waits for a leader that hangs for two seconds at most', async () => {
  expect(COLD_WAIT_MS).toBeLessThanOrEqual(2_000);
  const coldStart = new ColdStart();
  expect(coldStart.lead(OWNER)).toBe(true);
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
  expect([coldStart.lead(OWNER), coldStart.lead(OWNER)]).toEqual([true, false]);
  coldStart.release();
  expect(coldStart.lead(OWNER)).toBe(true);
});
