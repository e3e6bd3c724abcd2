import { afterEach, describe, expect, it, vi } from 'vitest';
import { logTicks, timeScale, timeTicks } from './ticks.ts';

const HOUR = 3_600_000;
const at = (...parts: [number, number, number, number?, number?]) => new Date(...parts).getTime();

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('labels of the time axis', () => {
  it('stand at round local times, and midnight has its day', () => {
    const ticks = timeTicks(at(2026, 10, 22, 22, 50), at(2026, 10, 23, 10, 50), 4);
    expect(ticks).toEqual([
      { at: at(2026, 10, 23), label: '23 Nov' },
      { at: at(2026, 10, 23, 3), label: '03:00' },
      { at: at(2026, 10, 23, 6), label: '06:00' },
      { at: at(2026, 10, 23, 9), label: '09:00' },
    ]);
  });

  it('are days over a week, with their names', () => {
    const ticks = timeTicks(at(2026, 10, 16, 13), at(2026, 10, 23, 13), 10);
    expect(ticks.map(({ label }) => label)).toEqual([
      'Tue 17',
      'Wed 18',
      'Thu 19',
      'Fri 20',
      'Sat 21',
      'Sun 22',
      'Mon 23',
    ]);
  });

  it('are never more than there is room for, and never none', () => {
    const to = at(2026, 10, 23, 13);
    for (const hours of [1, 24, 168, 720]) {
      for (const most of [3, 6, 13]) {
        const { length } = timeTicks(to - hours * HOUR, to, most);
        expect(length).toBeGreaterThan(0);
        expect(length).toBeLessThanOrEqual(most + 1);
      }
    }
  });

  it.each(['2026-03-29', '2026-10-25'])('rise on a day with another count of hours, %s', (day) => {
    vi.stubEnv('TZ', 'Europe/Berlin');
    const from = new Date(`${day}T00:00`).getTime();
    const to = new Date(`${day}T23:59`).getTime();
    expect(Math.round((to - from) / HOUR)).not.toBe(24);
    const moments = timeTicks(from, to, 30).map((tick) => tick.at);
    expect(moments).toEqual([...new Set(moments)].toSorted((a, b) => a - b));
    expect(moments.every((moment) => moment % HOUR === 0)).toBe(true);
  });
});

describe('the axis of handshake times', () => {
  it('begins at 0 and has room above', () => {
    expect(timeScale([5, 20])).toEqual({ isLogarithmic: false, min: 0, max: 22 });
    expect(timeScale([])).toEqual({ isLogarithmic: false, min: 0, max: 1 });
    expect(timeScale([0])).toEqual({ isLogarithmic: false, min: 0, max: 1 });
  });

  it('is logarithmic where one outlier would flatten all the rest', () => {
    const scale = timeScale([4, 20, 3000]);
    expect(scale).toEqual({ isLogarithmic: true, min: 2, max: 3900 });
    expect(logTicks(scale, 20)).toEqual([2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000]);
    expect(logTicks(scale, 7)).toEqual([3, 10, 30, 100, 300, 1000, 3000]);
    expect(logTicks(scale, 3)).toEqual([10, 100, 1000]);
  });

  it('is exact below one ms as well', () => {
    expect(logTicks(timeScale([0.2, 30]), 20)).toEqual([0.1, 0.2, 0.5, 1, 2, 5, 10, 20]);
  });
});
