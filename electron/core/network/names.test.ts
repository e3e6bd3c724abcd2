import { describe, expect, test } from 'vitest';
import { NameRecord, NAMES_FAIL } from './names.ts';

/** Looks up with a resolver that finds what is in `known` at that moment. */
function asking(known: Set<string>) {
  const names = new NameRecord((host, _options, done) => {
    if (known.has(host)) done(null, '192.0.2.1', 4);
    else done(Object.assign(new Error('none'), { code: 'ENOTFOUND' }), '');
  });
  return (host: string): string => {
    let code = '';
    names.lookup(host, {}, (error) => {
      code = error === null ? 'found' : (error.code ?? '');
    });
    return code;
  };
}

describe('a name that is not found', () => {
  test('may be a typing error, while others are found or nothing is known of them', () => {
    const ask = asking(new Set(['mail.example.org']));
    expect(ask('mail.exmaple.org')).toBe('ENOTFOUND');
    expect(ask('mail.exmaple.org')).toBe('ENOTFOUND');
    expect(ask('mail.example.org')).toBe('found');
    expect(ask('mail.exmaple.org')).toBe('ENOTFOUND');
    expect(ask('192.0.2.7')).toBe('ENOTFOUND');
    expect(ask('localhost')).toBe('ENOTFOUND');
  });

  test('is none where every name fails', () => {
    const ask = asking(new Set(['localhost']));
    expect(ask('mail.example.org')).toBe('ENOTFOUND');
    expect(ask('localhost')).toBe('found');
    expect(ask('mail.example.net')).toBe(NAMES_FAIL);
    expect(ask('mail.example.org')).toBe(NAMES_FAIL);
  });

  test('is none where it was found before', () => {
    const known = new Set(['mail.example.org']);
    const ask = asking(known);
    expect(ask('mail.example.org')).toBe('found');
    known.clear();
    expect(ask('mail.example.org')).toBe(NAMES_FAIL);
    known.add('mail.example.org');
    expect(ask('mail.example.org')).toBe('found');
  });
});
