/** What set-up reads: addresses that are typed and pasted, and files from anybody's server. */
import { createHash } from 'node:crypto';
import { addressText, parseAddress } from '../../electron/core/set-up/address.ts';
import { readPaccFile } from '../../electron/core/set-up/pacc.ts';
import { readSettingsFile } from '../../electron/core/set-up/settings-file.ts';
import type { StatedServer } from '../../electron/core/set-up/stated.ts';
import { settingsFile } from '../../electron/core/set-up/testing/small-internet.ts';
import { normalName } from '../../electron/core/tls/server-name.ts';
import { RepriseError } from '../../shared/errors.ts';
import { bytesOf, holds, textOf, type FuzzTarget } from './target.ts';

const ADDRESS = parseAddress('Robin+x@Example.org');

/** Time of the processor for anything at all, and for each byte: a hundred times what it takes. */
const MS_FOR_ANYTHING = 1000;
const MS_FOR_A_BYTE = 0.1;

/** Whatever comes: a server that can be connected to, or none, and neither takes long. */
function reads(input: Uint8Array, read: (input: Uint8Array) => StatedServer | null): void {
  const before = process.cpuUsage();
  const server = read(input);
  const { user: busyUs } = process.cpuUsage(before);
  holds(busyUs / 1000 < MS_FOR_ANYTHING + input.length * MS_FOR_A_BYTE, 'it takes its time');
  if (server === null) return;
  const { host, port, security, user } = server;
  holds(host !== '' && normalName(host) === host, 'it is a name that can be looked up');
  holds(Number.isInteger(port) && port > 0 && port < 65_536, 'it is a port');
  holds(security === 'tls' || security === 'starttls', 'it is with TLS');
  holds(user !== '' && user.length <= 255 && !/\p{Cc}/u.test(user), 'it is one line');
  holds(!/%EMAIL/i.test(user) && !host.includes('%'), 'no placeholder is left');
}

const WORDS = [
  '<incomingServer type="imap">',
  '</incomingServer>',
  '<hostname>',
  '</hostname>',
  '<socketType>plain</socketType>',
  '<authentication>OAuth2</authentication>',
  '%EMAILADDRESS%',
  '%EMAIL',
  '<!DOCTYPE x [<!ENTITY a "b">]>',
  '&a;',
  '&#13;&#10;',
  '<![CDATA[',
  ']]>',
  '<!--',
  '<a>',
  '\u0000',
  '\ufeff',
  ' encoding="utf-16"',
];

const PACC = {
  protocols: { imap: { host: 'imap.example.org' }, smtp: { host: 'smtp.example.org' } },
  authentication: { 'oauth-public': { issuer: 'https://auth.example.org' }, password: true },
};

export const setUpTargets: readonly FuzzTarget[] = [
  {
    name: 'settings-file',
    seeds: [
      bytesOf(settingsFile('imap.example.org')),
      bytesOf(settingsFile('imap.%EMAILDOMAIN%', { port: '143', socketType: 'STARTTLS' })),
      Buffer.from(`\ufeff${settingsFile('imap.example.org', { username: 'ü' })}`, 'utf16le'),
    ],
    words: WORDS,
    check: (input) => {
      reads(input, (bytes) => readSettingsFile(bytes, ADDRESS));
    },
  },
  {
    name: 'pacc-file',
    seeds: [bytesOf(PACC), bytesOf({ protocols: { imap: { host: 'IMAP.example.org.' } } })],
    words: ['{', '}', '"host"', '"imap"', 'null', '"__proto__"', '\\u0000', '\\r\\n', ':143'],
    check: (input) => {
      const digest = createHash('sha256').update(input).digest('base64');
      const record = `v=UAAC1; a=sha256; d=${digest}`;
      reads(input, (bytes) => readPaccFile(bytes, [record], ADDRESS));
    },
  },
  {
    name: 'address',
    seeds: [
      bytesOf('robin@example.org'),
      bytesOf('"a@b"@bücher.example.'),
      bytesOf('Robin <robin@[IPv6:2001:db8::1]>'),
      bytesOf('mailto:a%2Bb@example.org?subject=x'),
    ],
    words: [
      '@',
      '＠',
      '"',
      '\\',
      '<',
      '>',
      'mailto:',
      '%40',
      '.',
      '。',
      '[',
      ']',
      '\r\n',
      '\u200b',
      ' ',
    ],
    check: (input) => {
      try {
        const address = parseAddress(textOf(input));
        const text = addressText(address);
        holds(!/\p{Cc}/u.test(text), 'it is one line');
        const again = parseAddress(text);
        holds(addressText(again) === text, 'what was read is read as itself');
        holds(again.domain === address.domain, 'and is of the same domain');
      } catch (error) {
        if (!(error instanceof RepriseError)) throw error;
        holds(error.code === 'invalid-input' && error.field === 'user', 'it says which field');
      }
    },
  },
];
