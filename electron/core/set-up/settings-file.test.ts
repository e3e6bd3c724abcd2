import { describe, expect, it } from 'vitest';
import { parseAddress } from './address.ts';
import { readSettingsFile } from './settings-file.ts';
import { settingsFile } from './testing/small-internet.ts';

const address = parseAddress('robin@example.org');
const read = (file: string | Uint8Array) =>
  readSettingsFile(typeof file === 'string' ? Buffer.from(file) : file, address);
const section = (
  parts: Readonly<Record<string, string>> = {},
  { type = 'imap', authentication = '<authentication>password-cleartext</authentication>' } = {},
): string => {
  const all = {
    hostname: 'imap.example.org',
    port: '993',
    socketType: 'SSL',
    username: 'u',
    ...parts,
  };
  const elements = Object.entries(all).map(([name, text]) => `<${name}>${text}</${name}>`);
  return `<incomingServer type="${type}">${elements.join('')}${authentication}</incomingServer>`;
};
const file = (...sections: readonly string[]): string =>
  `<clientConfig version="1.1"><emailProvider id="x">${sections.join('')}</emailProvider></clientConfig>`;

describe('a settings file', () => {
  it('names a server', () => {
    expect(read(settingsFile('imap.example.org'))).toEqual({
      host: 'imap.example.org',
      port: 993,
      security: 'tls',
      user: 'robin@example.org',
      takesPasswords: true,
      issuer: null,
    });
    expect(read(file(section({ socketType: 'STARTTLS', port: '143' })))).toMatchObject({
      port: 143,
      security: 'starttls',
    });
  });

  it.each<[string, string, string | null]>([
    ['without TLS', file(section({ socketType: 'plain', port: '143' })), null],
    [
      'without TLS beside one with it',
      file(section({ socketType: 'plain', hostname: 'plain.example.org' }), section()),
      'imap.example.org',
    ],
    ['for POP3', file(section({}, { type: 'pop3' })), null],
    [
      'for POP3 beside one for IMAP',
      file(section({ hostname: 'pop.example.org' }, { type: 'pop3' }), section()),
      'imap.example.org',
    ],
    [
      'that is broken beside one that is not',
      file(
        section({ port: '70000' }),
        section({ hostname: 'imap.example.org:993' }),
        section({ username: '%EMAILBOX%' }),
        section({ socketType: 'TLS 1.3' }),
        '<incomingServer type="imap"/>',
        section({ hostname: 'good.example.org' }),
      ),
      'good.example.org',
    ],
    [
      'with line breaks and comments around its name',
      file(section({ hostname: '\n    imap.example.org <!-- ours -->\r\n' })),
      'imap.example.org',
    ],
    [
      'with a line break within its name',
      file(section({ hostname: 'imap.exa\r\nmple.org' })),
      null,
    ],
    [
      'with the same as an entity',
      file(section({ hostname: 'imap.example.org&#13;&#10;x' })),
      null,
    ],
    [
      'for Kerberos alone',
      file(section({}, { authentication: '<authentication>GSSAPI</authentication>' })),
      null,
    ],
    [
      'for OAuth before one for passwords',
      file(
        section(
          { hostname: 'oauth.example.org' },
          { authentication: '<authentication>OAuth2</authentication>' },
        ),
        section(),
      ),
      'imap.example.org',
    ],
    ['that says no way to sign in', file(section({}, { authentication: '' })), 'imap.example.org'],
    [
      'with elements and attributes that nobody knows',
      `<?xml version="1.0"?><!-- hello --><clientConfig version="9.9" xmlns:x="urn:x" x:y="z">
        <oAuth2><issuer>x</issuer></oAuth2><x:new/>
        <emailProvider id="x"><new><incomingServer type="imap"/></new>
        ${section({ useGlobalPreferredServer: 'true', 'x:more': '<x/>' })}</emailProvider>
        <webMail><loginPage url="https://example.org/"/></webMail></clientConfig>`,
      'imap.example.org',
    ],
    ['outside of a provider', `<clientConfig>${section()}</clientConfig>`, null],
    ['in a file of another kind', file(section()).replaceAll('clientConfig', 'Autodiscover'), null],
  ])('names one %s', (_, text, host) => {
    expect(read(text)?.host ?? null).toBe(host);
  });

  it('says where no password will do', () => {
    const oauth = { authentication: '<authentication>OAuth2</authentication>' };
    expect(read(file(section({}, oauth)))).toMatchObject({ takesPasswords: false });
    const both = {
      authentication:
        '<authentication>OAuth2</authentication><authentication>password-cleartext</authentication>',
    };
    expect(read(file(section({}, both)))).toMatchObject({ takesPasswords: true });
  });

  it.each([
    ['auth.example.org', 'OAuth2', 'https://auth.example.org'],
    ['https://auth.example.org/realms/mail', 'OAuth', 'https://auth.example.org/realms/mail'],
    ['https://auth.example.org/', 'OAuth2', 'https://auth.example.org/'],
    // Of a server that takes none of its tokens, and what is no issuer.
    ['auth.example.org', 'password-cleartext', null],
    ['http://auth.example.org', 'OAuth2', null],
    ['https://robin:secret@auth.example.org', 'OAuth2', null],
    ['https://auth.example.org?x', 'OAuth2', null],
    ['not a host', 'OAuth2', null],
    ['', 'OAuth2', null],
  ])('names %j as issuer, for %s: %j', (issuer, way, url) => {
    const text = file(section({}, { authentication: `<authentication>${way}</authentication>` }));
    const oauth = `<oAuth2><issuer>${issuer}</issuer><scope>mail</scope></oAuth2>`;
    const whole = text.replace('</emailProvider>', `</emailProvider>${oauth}`);
    expect(read(whole)?.issuer).toBe(url);
  });

  const laughs = Array.from(
    { length: 9 },
    (_, index) => `<!ENTITY l${String(index + 1)} "${`&l${String(index)};`.repeat(10)}">`,
  ).join('');
  it.each<[string, string | Uint8Array]>([
    ['nothing', ''],
    ['a page', '<!doctype html><html><body><p>Not found<br></body></html>'],
    ['a page that is XML', '<html xmlns="http://www.w3.org/1999/xhtml"><body/></html>'],
    ['half a file', settingsFile('imap.example.org').slice(0, 300)],
    ['text', 'imap.example.org'],
    ['JSON', '{"imap":"imap.example.org"}'],
    [
      'billions of laughs',
      `<!DOCTYPE x [<!ENTITY l0 "ha">${laughs}]>${file(section({ hostname: '&l9;' }))}`,
    ],
    [
      'a file of this machine',
      `<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]>${file(section({ hostname: '&f;' }))}`,
    ],
    ['a depth without end', '<a>'.repeat(21_000)],
    ['a depth with an end', `${'<a>'.repeat(9000)}${'</a>'.repeat(9000)}`],
    ['zeros', new Uint8Array(65_536)],
    ['what is not UTF-8', Buffer.from(file(section({ username: 'ü' })), 'latin1')],
    ['an encoding that nobody knows', `<?xml version="1.0" encoding="x-none"?>${file(section())}`],
  ])('is not %s', (_, text) => {
    expect(read(text)).toBeNull();
  });

  it.each<[string, Uint8Array]>([
    ['UTF-8 with a mark', Buffer.from(`\ufeff${file(section({ username: 'ü' }))}`)],
    ['UTF-16', Buffer.from(`\ufeff${file(section({ username: 'ü' }))}`, 'utf16le')],
    [
      'UTF-16, the other way round',
      Buffer.from(`\ufeff${file(section({ username: 'ü' }))}`, 'utf16le').swap16(),
    ],
    [
      'ISO 8859-1, which it says',
      Buffer.from(
        `<?xml version="1.0" encoding="ISO-8859-1"?>${file(section({ username: 'ü' }))}`,
        'latin1',
      ),
    ],
  ])('may be in %s', (_, bytes) => {
    expect(read(bytes)).toMatchObject({ user: 'ü' });
  });
});
