import { describe, expect, it } from 'vitest';
import { mayHavePort } from './handover.ts';

const origin = 'app://reprise';
const main = { origin, frameToken: 'A', parent: null };

describe('who may have a port', () => {
  it('is the main frame with our page', () => {
    expect(mayHavePort({ ...main }, main, origin)).toBe(true);
  });

  it.each([
    ['a frame that is gone', null],
    ['a frame inside', { ...main, parent: main }],
    ['another frame', { ...main, frameToken: 'B' }],
    ['a page of another origin', { ...main, origin: 'https://evil.example' }],
    ['a page without an origin', { ...main, origin: 'null' }],
    ['a page whose origin begins like ours', { ...main, origin: 'app://reprise.evil' }],
  ])('is not %s', (_, sender) => {
    expect(mayHavePort(sender, main, origin)).toBe(false);
  });
});
