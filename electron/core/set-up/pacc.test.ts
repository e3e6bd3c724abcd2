import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseAddress } from './address.ts';
import { readPaccFile } from './pacc.ts';

const address = parseAddress('robin@example.org');
const digest = (text: string): string => createHash('sha256').update(text).digest('base64');
const record = (text: string): string => `v=UAAC1; a=sha256; d=${digest(text)}`;
const read = (text: string, records: readonly string[] = [record(text)]) =>
  readPaccFile(Buffer.from(text), records, address);

/** As the draft shows one. */
const FILE = JSON.stringify({
  protocols: {
    jmap: { url: 'https://jmap.example.org/session' },
    imap: { host: 'imap.example.org' },
    smtp: { host: 'smtp.example.org' },
  },
  authentication: { 'oauth-public': { issuer: 'https://auth.example.org' }, password: true },
  info: { provider: { name: 'Example', shortName: 'Ex' } },
});

describe('a file for programs of every kind', () => {
  it('names a host, for TLS at the usual port', () => {
    expect(read(FILE)).toEqual({
      host: 'imap.example.org',
      port: 993,
      security: 'tls',
      user: 'robin@example.org',
      takesPasswords: true,
      issuer: 'https://auth.example.org',
    });
  });

  it.each([
    ['beside the one before it', [record('before'), record(FILE)]],
    ['beside records of others', ['v=spf1 -all', '', '=', record(FILE)]],
    ['in another order, and tightly', [`d=${digest(FILE)};a=sha256;v=UAAC1`]],
    ['with more behind it', [`${record(FILE)}; x=y;`]],
  ])('is proved by a record %s', (_, records) => {
    expect(read(FILE, records)).not.toBeNull();
  });

  it.each([
    ['no record', []],
    ['one of another file', [record('other')]],
    ['one that is cut short', [record(FILE).slice(0, -4)]],
    ['another version', [record(FILE).replace('UAAC1', 'UAAC2')]],
    ['another digest', [record(FILE).replace('sha256', 'sha1')]],
    ['no digest', ['v=UAAC1; a=sha256; d=']],
  ])('is not taken with %s', (_, records) => {
    expect(read(FILE, records)).toBeNull();
  });

  it('says where no password will do', () => {
    const file = JSON.stringify({
      protocols: { imap: { host: 'imap.example.org' } },
      authentication: { 'oauth-public': { issuer: 'x' }, password: false },
    });
    expect(read(file)).toMatchObject({ takesPasswords: false });
  });

  it.each([
    '',
    'null',
    '[]',
    '{',
    '<html>',
    '{"protocols":{}}',
    '{"protocols":{"imap":{"host":1}}}',
    '{"protocols":{"imap":{"host":"imap.example.org:143"}}}',
    '{"protocols":{"imap":{"host":""}}}',
  ])('is not taken: %j', (text) => {
    expect(read(text)).toBeNull();
  });
});
