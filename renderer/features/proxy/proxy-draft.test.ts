import { describe, expect, it } from 'vitest';
import { choiceWords, keepsPassword, proxyDraftOf, toProxyInput } from './proxy-draft.ts';

const stored = { kind: 'http', host: 'proxy.example.org', port: 3128, user: 'ann' } as const;

describe('a proxy as it is typed', () => {
  it('is what was stored, whose password is kept', () => {
    expect(toProxyInput(proxyDraftOf(stored))).toEqual({ ...stored, password: null });
    expect(toProxyInput({ ...proxyDraftOf(stored), password: 'new' })).toEqual({
      ...stored,
      password: 'new',
    });
    for (const kind of ['program', 'none', 'system'] as const)
      expect(toProxyInput(proxyDraftOf({ kind }))).toEqual({ kind });
  });

  it('without a port is refused by the engine, not taken for port 0', () => {
    expect(toProxyInput({ ...proxyDraftOf(stored), port: ' ' })).toMatchObject({ port: NaN });
  });

  it('keeps its password for the same proxy and user alone', () => {
    const draft = proxyDraftOf(stored);
    expect(keepsPassword(stored, draft)).toBe(true);
    expect(keepsPassword(stored, { ...draft, host: 'PROXY.example.org.' })).toBe(true);
    for (const change of [
      { host: 'x.example' },
      { port: '1' },
      { user: 'eve' },
      { kind: 'socks5' as const },
    ])
      expect(keepsPassword(stored, { ...draft, ...change })).toBe(false);
    expect(keepsPassword({ ...stored, user: '' }, { ...draft, user: '' })).toBe(false);
    expect(keepsPassword({ kind: 'none' }, draft)).toBe(false);
  });

  it('is said in a few words', () => {
    expect(choiceWords(stored)).toBe('HTTP, proxy.example.org');
    expect(choiceWords({ kind: 'none' })).toBe('none');
  });
});
