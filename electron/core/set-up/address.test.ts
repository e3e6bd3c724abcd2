import { describe, expect, it } from 'vitest';
import { RepriseError } from '../../../shared/errors.ts';
import { addressText, parseAddress } from './address.ts';

const refusal = (typed: string): RepriseError => {
  try {
    parseAddress(typed);
  } catch (error) {
    if (error instanceof RepriseError) return error;
    throw error;
  }
  throw new Error(`${typed} was taken`);
};

describe('an address', () => {
  it.each([
    ['a@example.org', 'a@example.org', 'example.org'],
    [' Robin@Example.ORG\n', 'Robin@Example.ORG', 'example.org'],
    ['a@example.org.', 'a@example.org', 'example.org'],
    ['a+b=c/d@example.org', 'a+b=c/d@example.org', 'example.org'],
    // Half of a name is enough on a server of one's own.
    ["o'neil..x.@example.org", "o'neil..x.@example.org", 'example.org'],
    ['"a b"@example.org', '"a b"@example.org', 'example.org'],
    ['"a@b"@example.org', '"a@b"@example.org', 'example.org'],
    ['"a\\"b"@example.org', '"a\\"b"@example.org', 'example.org'],
    ['jörg@bücher.example', 'jörg@bücher.example', 'xn--bcher-kva.example'],
    ['a@BÜCHER.example', 'a@BÜCHER.example', 'xn--bcher-kva.example'],
    ['a＠example.org', 'a@example.org', 'example.org'],
    ['a@例え。テスト', 'a@例え。テスト', 'xn--r8jz45g.xn--zckzah'],
    ['A B <a@example.org>', 'a@example.org', 'example.org'],
    ['"B, A" <a@example.org>', 'a@example.org', 'example.org'],
    ['<a@example.org>', 'a@example.org', 'example.org'],
    ['mailto:a@example.org', 'a@example.org', 'example.org'],
    ['MAILTO:a%2Bb@example.org?subject=x@y', 'a+b@example.org', 'example.org'],
    ['mailto:100%@example.org', '100%@example.org', 'example.org'],
    ['\u200ba@example.org\u202c', 'a@example.org', 'example.org'],
    ['mailto:\u200ba@example.org', 'a@example.org', 'example.org'],
    ['A < \u200ba@example.org >', 'a@example.org', 'example.org'],
    ['a@localhost', 'a@localhost', 'localhost'],
    ['a@[192.0.2.1]', 'a@[192.0.2.1]', null],
    ['a@[IPv6:2001:db8::1]', 'a@[IPv6:2001:db8::1]', null],
    ['a@192.0.2.1', 'a@192.0.2.1', null],
  ])('%j: the user %j of %j', (typed, text, domain) => {
    const address = parseAddress(typed);
    expect([addressText(address), address.domain]).toEqual([text, domain]);
  });

  it.each([
    ['', 'no @'],
    ['robin', 'no @'],
    ['@example.org', 'before the @ is missing'],
    ['a@', 'after the @ is missing'],
    ['a@.', 'after the @ is missing'],
    ['a b@example.org', 'no spaces'],
    ['a@exam ple.org', 'no spaces'],
    ['a@b@example.org', 'more than one @'],
    ['a@example.org, b@example.org', 'more than one @'],
    ['a\r\nb@example.org', 'line breaks'],
    ['a@example.org\r\nB: c', 'line breaks'],
    ['mailto:a%0D%0Ab@example.org', 'line breaks'],
    ['mailto:a@example.org,b@example.org', 'more than one @'],
    ['"a@example.org', 'not an e-mail address'],
    ['<a@example.org', 'not an e-mail address'],
    ['a@example.org..', 'not the name of a domain'],
    ['a@exa..mple', 'not the name of a domain'],
    ['a@example.org:143', 'not the name of a domain'],
    ['a@example.org/x', 'not the name of a domain'],
    ['a@[example.org]', 'not the name of a domain'],
    ['a@-x.example', 'not the name of a domain'],
    [`a@${'x'.repeat(64)}.example`, 'not the name of a domain'],
  ])('%j is refused: %s', (typed, said) => {
    const { code, field, message } = refusal(typed);
    expect([code, field]).toEqual(['invalid-input', 'user']);
    expect(message).toContain(said);
  });
});
