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
  expect(coldStart.lead(OWNER)).not.toBeNull();
  let isOver = false;
  const waiting = coldStart.wait().then(() => (isOver = true));
  await vi.advanceTimersByTimeAsync(COLD_WAIT_MS - 1);
  expect(isOver).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  await waiting;
  expect(vi.getTimerCount()).toBe(0);
});

it('has one leader at a time, who ends no turn but the own one', async () => {
  const coldStart = new ColdStart();
  const first = coldStart.lead(OWNER);
  expect(coldStart.lead(OWNER)).toBeNull();
  // It says nothing for too long, and another leads.
  const waiting = coldStart.wait(true);
  await vi.advanceTimersByTimeAsync(COLD_WAIT_MS);
  await waiting;
  const second = coldStart.lead(OWNER);
  expect(second).not.toBeNull();
  first?.();
  expect(coldStart.lead(OWNER)).toBeNull();
  second?.();
  expect(coldStart.lead(OWNER)).not.toBeNull();
});
