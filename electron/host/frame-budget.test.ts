import { describe, expect, it } from 'vitest';
import { systemClock } from '../core/clock.ts';
import { FrameBudget } from './frame-budget.ts';

/** A budget whose time stands still until it is moved. */
function setUp() {
  let nowMs = 0;
  const budget = new FrameBudget({ ...systemClock, monotonic: () => nowMs });
  const spend = (frames: number, bytes = 0) => {
    let within = 0;
    for (let count = 0; count < frames; count += 1) if (budget.spend(bytes)) within += 1;
    return within;
  };
  return { spend, pass: (ms: number) => (nowMs += ms) };
}

describe('what a page may send', () => {
  it('is a thousand frames at once', () => {
    expect(setUp().spend(10_000)).toBe(1000);
  });

  it('is two hundred frames a second for as long as it likes', () => {
    const { spend, pass } = setUp();
    for (let second = 0; second < 60; second += 1) {
      expect(spend(200)).toBe(200);
      pass(1000);
    }
  });

  it('is not saved up beyond what may come at once', () => {
    const { spend, pass } = setUp();
    pass(3_600_000);
    expect(spend(2000)).toBe(1000);
  });

  it('counts large frames for more: a CA file of 1 MiB passes three times, not thirty', () => {
    expect(setUp().spend(30, 1024 * 1024)).toBe(3);
  });
});
