import { describe, expect, it } from 'vitest';
import type { SavedBasis } from '../../../shared/history.ts';
import { basisSentence, savedTimeWords, spreadWords } from './saved-time.ts';

const BASIS: SavedBasis = {
  lowMs: 900,
  highMs: 1500,
  counted: 60,
  uncounted: 0,
  full: 12,
  resumed: 50,
};
const of = (savedMs: number, changes: Partial<SavedBasis> = {}) => ({
  savedMs,
  savedBasis: { ...BASIS, ...changes },
});

describe('the time that was saved', () => {
  it('stands with what it lies between and how many it rests on', () => {
    expect(savedTimeWords(of(1200))).toBe('1.2 s');
    expect(spreadWords(of(1200))).toBe(' (900 ms to 1.5 s, n = 12 + 50)');
    expect(basisSentence(of(1200))).toBe(
      'About 1.2 s of TLS handshakes, between 900 ms and 1.5 s, for 60 resumed ones; from 12 full and 50 resumed ones that were measured.',
    );
  });

  it('is 0 where it could be chance, and says within what', () => {
    const noise = of(0, { lowMs: -12, highMs: 40 });
    expect(savedTimeWords(noise)).toBe('0.0 ms');
    expect(spreadWords(noise)).toBe(' (\u221212 ms to 40 ms, n = 12 + 50)');
    expect(basisSentence(noise)).toContain('No time that could be told from chance');
  });

  it('is no figure where too little is known, and a part where some of it is', () => {
    const unknown = of(0, { counted: 0, uncounted: 28, full: 0, resumed: 0 });
    expect(savedTimeWords(unknown)).toBe('–');
    expect(spreadWords(unknown)).toBe('');
    expect(basisSentence(unknown)).toMatch(/^28 resumed handshakes are not counted: fewer than 5 /);
    expect(basisSentence(of(1200, { uncounted: 28 }))).toMatch(/measured\. 28 resumed handshakes/);
    const nothing = of(0, { counted: 0, uncounted: 0, full: 0, resumed: 0 });
    expect(savedTimeWords(nothing)).toBe('0.0 ms');
    expect(basisSentence(nothing)).toBe('No handshake was resumed.');
  });
});
