import { describe, expect, it } from 'vitest';
import { findSettings } from './find.ts';

describe('settings of providers that Reprise knows', () => {
  it.each([
    ['a@gmail.com', 'imap.gmail.com'],
    ['a@googlemail.com', 'imap.gmail.com'],
    ['a@outlook.com', 'outlook.office365.com'],
    ['a@hotmail.com', 'outlook.office365.com'],
    ['a@yahoo.de', 'imap.mail.yahoo.com'],
    ['a@me.com', 'imap.mail.me.com'],
    ['a@fastmail.com', 'imap.fastmail.com'],
    ['a@gmx.de', 'imap.gmx.net'],
    ['a@gmx.com', 'imap.gmx.com'],
    ['a@zoho.com', 'imap.zoho.com'],
    ['a@zoho.eu', 'imap.zoho.eu'],
    ['a@mailbox.org', 'imap.mailbox.org'],
    ['  "odd@name"@GMail.COM. ', 'imap.gmail.com'],
  ])('%s: %s', (address, host) => {
    const { found, lookedUp, trouble } = findSettings(address);
    expect(found).toMatchObject({ host, port: 993, security: 'tls', source: 'table' });
    expect(found?.foreign).toBe(false);
    expect(found?.provider?.helpUrl).toMatch(/^https:\/\//);
    expect([lookedUp, trouble]).toEqual([false, null]);
  });

  it.each(['a@example.org', 'a@constructor', 'a@gmail.com.example.org', 'a@[192.0.2.1]'])(
    '%j: none',
    (address) => {
      expect(findSettings(address)).toEqual({
        address,
        found: null,
        lookedUp: false,
        trouble: null,
      });
    },
  );

  it('say of Outlook that a password will not do', () => {
    const provider = findSettings('a@live.com').found?.provider;
    expect(provider?.passwords).toBe('none');
    expect(provider?.hint).toContain('OAuth');
  });

  it('name the user as the provider wants it', () => {
    expect(findSettings('Robin@iCloud.com').found?.user).toBe('Robin');
    const named = findSettings('Robin <Robin@Fastmail.com>');
    expect([named.address, named.found?.user]).toEqual([
      'Robin@Fastmail.com',
      'Robin@Fastmail.com',
    ]);
  });
});
