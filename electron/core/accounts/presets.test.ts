import { describe, expect, it } from 'vitest';
import { suggestSettings } from './presets.ts';

describe('settings for an address', () => {
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
    const preset = suggestSettings(address);
    expect(preset).toMatchObject({ host, port: 993, security: 'tls' });
    expect(preset?.helpUrl).toMatch(/^https:\/\//);
    expect(preset).not.toHaveProperty('domains');
  });

  it.each([
    '',
    'gmail.com',
    'a@',
    '@',
    'a@example.org',
    'a@constructor',
    'a@gmail.com.example.org',
  ])('%j: none', (address) => {
    expect(suggestSettings(address)).toBeNull();
  });

  it('says of Outlook that a password will not do', () => {
    expect(suggestSettings('a@live.com')?.hint).toContain('OAuth');
  });
});
