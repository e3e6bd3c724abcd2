import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCountdown,
  formatDaysLeft,
  formatDuration,
  formatExactBytes,
  formatMs,
  formatOrdinal,
  formatPercent,
  formatSessions,
  formatSum,
  formatTimeLeft,
  isolate,
} from './format.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('numbers as the interface writes them', () => {
  it.each([
    [null, '–'],
    [0, '0.0 ms'],
    [0.34, '0.3 ms'],
    [9.94, '9.9 ms'],
    [9.96, '10 ms'],
    [12.4, '12 ms'],
    [9999, '9999 ms'],
    [12_340, '12.3 s'],
  ])('a measured span of %s ms is %s', (ms, text) => {
    expect(formatMs(ms)).toBe(text);
  });

  it.each([
    [340, '340 ms'],
    [2911, '2.9 s'],
    [59_960, '59 s'],
    [4 * MINUTE, '4 min'],
  ])('a sum of %s ms is %s', (ms, text) => {
    expect(formatSum(ms)).toBe(text);
  });

  it.each([
    [-5, '0 s'],
    [12_999, '12 s'],
    [4 * MINUTE + 59_000, '4 min'],
    [2 * HOUR, '2 h'],
    [2 * HOUR + 14 * MINUTE, '2 h 14 min'],
    [3 * DAY + 4 * HOUR, '3 d 4 h'],
  ])('a duration of %s ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it.each([
    [600_000, '10 min'],
    [540_001, '10 min'],
    [540_000, '9 min'],
    [60_000, '1 min'],
    [59_001, '1 min'],
    [45_000, '45 s'],
    [-1, '0 s'],
  ])('round time left up: %d', (ms, text) => {
    expect(formatTimeLeft(ms)).toBe(text);
  });

  it.each([
    [-1, '0:00'],
    [1, '0:01'],
    [12_000, '0:12'],
    [61_500, '1:02'],
    [HOUR + 2 * MINUTE + 3000, '1:02:03'],
  ])('a countdown of %s ms is %s', (ms, text) => {
    expect(formatCountdown(ms)).toBe(text);
  });

  it.each([
    [null, '–'],
    [0, '0.0 kB'],
    [245, '0.2 kB'],
    [1369, '1.4 kB'],
    [412_345, '412 kB'],
    [999_600, '1.0 MB'],
    [12_345_678, '12.3 MB'],
  ])('%s bytes are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it('sizes are exact on hover', () => {
    expect(formatExactBytes(1369)).toBe('1,369 bytes');
    expect(formatExactBytes(1)).toBe('1 byte');
  });

  it.each([
    [0, 0, '–'],
    [0, 10, '0 %'],
    [1, 1000, '1 %'],
    [999, 1000, '99 %'],
    [1000, 1000, '100 %'],
    [92, 100, '92 %'],
  ])('%s of %s is %s', (part, whole, text) => {
    expect(formatPercent(part, whole)).toBe(text);
  });

  it.each([
    [1, '1st'],
    [2, '2nd'],
    [3, '3rd'],
    [4, '4th'],
    [11, '11th'],
    [13, '13th'],
    [21, '21st'],
    [112, '112th'],
  ])('number %s is the %s', (count, text) => {
    expect(formatOrdinal(count)).toBe(text);
  });

  it.each([
    [0, 'expired'],
    [HOUR, 'less than a day left'],
    [DAY, '1 day left'],
    [9.5 * DAY, '9 days left'],
  ])('a certificate with %s ms left says %s', (left, text) => {
    expect(formatDaysLeft(1000 + left, 1000)).toBe(text);
  });

  it('counts one session and several', () => {
    expect([formatSessions(1), formatSessions(2)]).toEqual(['1 session', '2 sessions']);
  });
});

describe('a name inside a sentence', () => {
  it.each(['דואר', 'بريد العائلة', 'Work דואר 2026'])('is kept apart: %s', (name) => {
    expect(isolate(name)).toBe(`\u2068${name}\u2069`);
  });

  it.each(['Work', 'Ürün 2026', '仕事', 'Почта', ''])('stays as it is: %s', (name) => {
    expect(isolate(name)).toBe(name);
  });
});
