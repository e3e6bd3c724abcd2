import { describe, expect, it } from 'vitest';
import { compare, GROWTH } from './flat.ts';
import type { Probe } from './probe.ts';

const before: Probe = {
  heapBytes: 20_000_000,
  externalBytes: 5_000_000,
  residentBytes: 100_000_000,
  listeners: 12,
  handles: { TCPSocketWrap: 51, Timeout: 60 },
};
const grown = (changes: Partial<Probe>) =>
  compare(before, { ...before, ...changes })
    .filter(({ isFlat }) => !isFlat)
    .map(({ what }) => what);

describe('a soak is flat', () => {
  it('where everything is as it was, or less', () => {
    expect(grown({})).toEqual([]);
    expect(grown({ heapBytes: 10_000_000, handles: { TCPSocketWrap: 50 } })).toEqual([]);
  });

  it('not where the heap has grown by more than it breathes', () => {
    expect(grown({ heapBytes: 24_000_001 })).toEqual(['heap']);
    expect(grown({ externalBytes: 9_000_001 })).toEqual(['outside of the heap']);
  });

  it('not where a listener more is there', () => {
    expect(grown({ listeners: 13 })).toEqual(['listeners']);
  });

  it('not where handles of one kind pile up, also of one that was not there before', () => {
    const handles = { ...before.handles, TLSWrap: GROWTH.handles + 1 };
    expect(grown({ handles })).toEqual(['handles: TLSWrap']);
    expect(grown({ handles: { ...before.handles, TCPSocketWrap: 60 } })).toEqual([
      'handles: TCPSocketWrap',
    ]);
  });
});
