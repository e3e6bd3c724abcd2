import { beforeEach, describe, expect, it, vi } from 'vitest';

describe('a remembered choice of columns', () => {
  beforeEach(() => {
    vi.stubGlobal('localStorage', { getItem: () => null });
  });

  it.each([
    [null, []],
    ['', []],
    ['version messages', ['messages', 'version']],
    // As 0.1.0 called it.
    ['tls messages', ['messages', 'version']],
    ['state nonsense clock', ['clock']],
  ])('%j leaves out %j', async (stored, expected) => {
    const { parseHidden } = await import('./ColumnChoice.tsx');
    expect(parseHidden(stored)).toEqual(expected);
  });
});
