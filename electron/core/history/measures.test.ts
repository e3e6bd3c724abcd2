import { describe, expect, it } from 'vitest';
import {
  KEPT_LINES,
  lineOf,
  Measures,
  measurementsOf,
  type LineFacts,
  type Measurement,
} from './measures.ts';

const FACTS: LineFacts = {
  host: 'imap.example.org',
  port: 993,
  security: 'tls',
  protocol: 'TLSv1.3',
  fingerprint256: 'AA:BB',
  network: ['192.0.2.0/24', 'fe80::1'],
};

describe('the line of a handshake', () => {
  it('is one for all that does not change what it costs', () => {
    expect(lineOf({ ...FACTS, host: 'IMAP.Example.org.' })).toBe(lineOf(FACTS));
    expect(lineOf({ ...FACTS, network: FACTS.network.toReversed() })).toBe(lineOf(FACTS));
    expect(Number.isSafeInteger(lineOf(FACTS))).toBe(true);
  });

  it.each<Partial<LineFacts>>([
    { host: 'imap.example.com' },
    { port: 143 },
    { security: 'starttls' },
    { protocol: 'TLSv1.2' },
    { fingerprint256: 'AA:BC' },
    { fingerprint256: null },
    { network: ['198.51.100.0/24'] },
    { network: [] },
  ])('is another one with %j', (changes) => {
    expect(lineOf({ ...FACTS, ...changes })).not.toBe(lineOf(FACTS));
  });
});

const full = (line: number, value: number): Measurement => ({ line, of: 'full', value });

describe('the measures', () => {
  it('are the latest of each line, those of earlier runs before those of this one', () => {
    const measures = new Measures();
    measures.add([full(1, 3)]);
    measures.add([full(1, 4), full(2, 9)]);
    const earlier = { full: Array.from({ length: 50 }, (_, index) => index), resumed: [7] };
    measures.addRecorded(new Map([[1, { ...earlier, fullBytes: [2000, 3000] }]]));
    expect(measures.of(1)).toEqual({
      full: [...earlier.full.slice(2), 3, 4],
      resumed: [7],
      fullBytes: [2000, 3000],
    });
    expect(measures.of(2).full).toEqual([9]);
    expect(measures.fullBytes(1)).toBe(2500);
    expect(measures.fullBytes(2)).toBeNull();
  });

  it('hold a bounded number of lines, and let go of those not met for the longest time', () => {
    const measures = new Measures();
    for (let line = 0; line <= KEPT_LINES; line += 1) {
      measures.add([full(line, 1)]);
      measures.add([full(0, 2)]);
    }
    expect(measures.of(0).full).toHaveLength(50);
    expect(measures.of(1).full).toEqual([]);
    expect(measures.of(2).full).toEqual([1]);
  });

  it('take the bytes of full handshakes alone, and no time that is not known', () => {
    const known = { line: 1, tlsUs: 5, bytes: 700 };
    expect(measurementsOf({ ...known, isResumed: true })).toEqual([
      { line: 1, of: 'resumed', value: 5 },
    ]);
    expect(measurementsOf({ ...known, isResumed: false, tlsUs: null })).toEqual([
      { line: 1, of: 'fullBytes', value: 700 },
    ]);
  });
});
