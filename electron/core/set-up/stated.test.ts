import { describe, expect, it } from 'vitest';
import { parseAddress } from './address.ts';
import { isForeign, readStatement, registrableDomain, type Statement } from './stated.ts';

const address = parseAddress('Robin+x@Example.org');
const stated: Statement = {
  host: 'imap.example.org',
  port: '993',
  security: 'tls',
  user: '%EMAILADDRESS%',
  takesPasswords: true,
  issuer: '',
};

describe('what a source states', () => {
  it.each<[Partial<Statement>, object]>([
    [{}, { host: 'imap.example.org', port: 993, user: 'Robin+x@Example.org' }],
    [{ user: '%EMAILLOCALPART%' }, { user: 'Robin+x' }],
    [{ user: '%EMAILLOCALPART%.%EMAILDOMAIN%' }, { user: 'Robin+x.Example.org' }],
    [{ user: '%EMAILDOMAIN%\\%EMAILLOCALPART%' }, { user: 'Example.org\\Robin+x' }],
    [{ user: 'everybody' }, { user: 'everybody' }],
    [{ user: '100 % mail' }, { user: '100 % mail' }],
    [{ host: 'mail.%EMAILDOMAIN%' }, { host: 'mail.example.org' }],
    [{ host: 'IMAP.Example.ORG.' }, { host: 'imap.example.org' }],
    [{ host: 'imap.bücher.example' }, { host: 'imap.xn--bcher-kva.example' }],
    [{ host: '192.0.2.1' }, { host: '192.0.2.1' }],
    [{ port: '1' }, { port: 1 }],
    [{ port: '65535' }, { port: 65_535 }],
  ])('is filled in: %j', (change, server) => {
    expect(readStatement({ ...stated, ...change }, address)).toMatchObject(server);
  });

  it.each<Partial<Statement>>([
    { host: '' },
    { host: 'imap.example.org\r\nX: y' },
    { host: 'imap.example.org:993' },
    { host: 'imap.example.org/x' },
    { host: 'https://imap.example.org' },
    { host: 'robin@imap.example.org' },
    { host: 'imap example.org' },
    { host: 'imap.%EMAILADDRESS%' },
    { host: 'imap.%EMAILHOST%' },
    { host: 'imap..example.org' },
    { port: '' },
    { port: '0' },
    { port: '70000' },
    { port: '65536' },
    { port: '-1' },
    { port: '1e3' },
    { port: '993 ' },
    { port: '0x3e1' },
    { user: '' },
    { user: '%EMAILADDRES%' },
    { user: '%EMAILADDRESS' },
    { user: '%emailaddress%' },
    { user: '%REALNAME%' },
    { user: 'a\r\nb' },
    { user: 'a\u202eb' },
    { user: 'x'.repeat(256) },
  ])('is not taken: %j', (change) => {
    expect(readStatement({ ...stated, ...change }, address)).toBeNull();
  });
});

describe('a server of somebody else', () => {
  it.each([
    ['imap.example.org', 'example.org', false],
    ['example.org', 'mail.example.org', false],
    ['imap.example.co.uk', 'example.co.uk', false],
    ['imap.xn--bcher-kva.example', 'xn--bcher-kva.example', false],
    ['imap.example.com', 'example.org', true],
    ['imap.example.org.evil.example', 'example.org', true],
    ['imap.notexample.org', 'example.org', true],
    // Two customers of one suffix.
    ['evil.co.uk', 'example.co.uk', true],
    ['evil.github.io', 'example.github.io', true],
    ['imap.example.github.io', 'example.github.io', false],
    ['github.io', 'example.github.io', true],
    // A suffix that has mail itself.
    ['imap.github.io', 'github.io', true],
    ['github.io', 'github.io', false],
    ['192.0.2.1', 'example.org', true],
    ['2001:db8::1', 'example.org', true],
  ])('is %s for %s: %s', (host, domain, foreign) => {
    expect(isForeign(host, domain)).toBe(foreign);
  });

  it('belongs to what was registered', () => {
    expect(registrableDomain('mx1.mail.hoster.co.uk')).toBe('hoster.co.uk');
    expect(registrableDomain('mx.customer.github.io')).toBe('customer.github.io');
    expect(registrableDomain('a_b.example.org')).toBe('example.org');
    expect(registrableDomain('co.uk')).toBeNull();
    expect(registrableDomain('192.0.2.1')).toBeNull();
  });
});
