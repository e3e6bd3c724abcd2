import { beforeAll, describe, expect, it, vi } from 'vitest';

describe('a remembered choice of columns', () => {
  beforeAll(() => {
    vi.stubGlobal('localStorage', { getItem: () => null });
  });

  it.each([
    [null, []],
    ['', []],
    ['tls messages', ['messages', 'tls']],
    ['state nonsense clock', ['clock']],
  ])('%j leaves out %j', async (stored, expected) => {
    const { parseHidden } = await import('./column-choice.ts');
    expect(parseHidden(stored)).toEqual(expected);
  });
});
