import { describe, expect, it } from 'vitest';
import {
  noteOf,
  periodOf,
  rangeTitle,
  readAloud,
  reusedShare,
  savedWords,
  spanWords,
} from './readout.ts';
import { FROM, GAP, timed, viewOf } from './testing/view.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('the readout', () => {
  it('says when, with the day where it is another one', () => {
    const view = viewOf([{}, {}]);
    const [first] = view.buckets;
    if (first === undefined) throw new Error('There is no bucket.');
    expect(periodOf(first, view.at)).toBe('00:00 – 00:15');
    expect(periodOf(first, view.at + DAY)).toBe('23 Nov 2026, 00:00 – 00:15');
    expect(spanWords(FROM - 4 * HOUR, FROM, FROM + 1)).toBe('22 Nov 2026, 20:00 – 00:00');
    expect(spanWords(FROM - HOUR, FROM + HOUR, FROM + DAY)).toBe(
      '22 Nov 2026, 23:00 – 23 Nov 2026, 01:00',
    );
    expect(spanWords(FROM - HOUR, FROM + HOUR, FROM + HOUR)).toBe(
      '22 Nov 2026, 23:00 – today, 01:00',
    );
  });

  it('says of a bucket how much of it Reprise ran, and which one goes on', () => {
    const view = viewOf([{ aliveMs: 4 * MINUTE }, { aliveMs: 20_000 }, {}, GAP, {}]);
    expect([0, 1, 2, 3, 4].map((index) => noteOf(view, index))).toEqual([
      'Reprise ran for 4 min of it.',
      'Reprise ran for less than a minute of it.',
      null,
      'Reprise was closed, or the machine asleep: nothing is known.',
      'so far',
    ]);
  });

  it('names the range', () => {
    expect(rangeTitle(viewOf([], { range: '1h' }))).toBe('Last hour');
    expect(rangeTitle(viewOf([], { range: '7d' }))).toBe('Last 7 days');
  });

  it('counts no failed handshake into the share', () => {
    const { totals } = viewOf([]);
    const figures = { ...totals, resumed: 1, full: 1, refused: 1, off: 1, failed: 96 };
    expect(reusedShare(figures)).toBe('25 %');
  });

  it('says what was saved, and nothing of nothing', () => {
    const { totals } = viewOf([]);
    const savedBasis = { ...totals.savedBasis, counted: 9 };
    expect(savedWords({ ...totals, resumed: 9, savedMs: 1500, savedBytes: 3000, savedBasis })).toBe(
      '3.0 kB, 1.5 s',
    );
    expect(savedWords(totals)).toBe('–');
  });

  it('reads a bucket aloud: counts, times, and what is to be known of it', () => {
    const view = viewOf([
      { resumed: 1204, failed: 1, resumedTimes: timed(4.25, 9), aliveMs: 4 * MINUTE },
      { full: 2, fullTimes: timed(20, 40) },
      GAP,
      {},
      {},
    ]);
    expect([0, 1, 2, 3, 4].map((index) => readAloud(view, index))).toEqual([
      '1,204 resumed, 1 failed. Resumed took 4.3 ms, 95 % at most 9.0 ms. Reprise ran for 4 min of it.',
      '2 full handshakes. Full took 20 ms, 95 % at most 40 ms.',
      'Reprise was closed, or the machine asleep: nothing is known.',
      'No handshakes.',
      'No handshakes so far.',
    ]);
  });
});
