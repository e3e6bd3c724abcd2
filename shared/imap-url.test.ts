import { describe, expect, it } from 'vitest';
import { isUrl, parseImapUrl, withoutPassword, type ImapUrl } from './imap-url.ts';

const whole: ImapUrl = {
  user: 'robin',
  password: '',
  host: 'imap.example.org',
  port: 993,
  security: 'tls',
  mailbox: null,
};

describe('a link to a mailbox', () => {
  it.each<[string, Partial<ImapUrl>]>([
    ['imaps://robin@imap.example.org', {}],
    ['  <IMAPS://robin@imap.example.org/>\n', {}],
    ['imaps://robin@imap.example.org:1993/Work', { port: 1993, mailbox: 'Work' }],
    ['imap://robin@imap.example.org/', { port: 143, security: 'starttls' }],
    ['imap://robin@imap.example.org:1143', { port: 1143, security: 'starttls' }],
    // Nobody speaks STARTTLS there.
    ['imap://robin@imap.example.org:993/', {}],
    ['imaps://robin@imap.example.org:143/', { port: 143 }],
    // RFC 5092 section 10, and section 11.
    ['imap://robin;AUTH=*@imap.example.org/', { port: 143, security: 'starttls' }],
    ['imaps://;AUTH=GSSAPI@imap.example.org/gray-council', { user: '', mailbox: 'gray-council' }],
    ['imaps://imap.example.org/INBOX', { user: '', mailbox: 'INBOX' }],
    [
      'imaps://robin@imap.example.org/gray-council;UIDVALIDITY=385759045/;UID=20/;PARTIAL=0.1024',
      { mailbox: 'gray-council' },
    ],
    ['imaps://robin@imap.example.org/Lists/Team%20A/', { mailbox: 'Lists/Team A' }],
    [
      'imaps://robin@imap.example.org/~peter/%E6%97%A5%E6%9C%AC%E8%AA%9E',
      { mailbox: '~peter/日本語' },
    ],
    ['imaps://robin@imap.example.org/Archive?charset%20utf-8#top', { mailbox: 'Archive' }],
    ['imaps://robin%40example.org@imap.example.org', { user: 'robin@example.org' }],
    ['imaps://robin@example.org@imap.example.org', { user: 'robin@example.org' }],
    ['imaps://robin:se%3Acr%40et@imap.example.org', { password: 'se:cr@et' }],
    ['imaps://robin:a:b@c@imap.example.org', { password: 'a:b@c' }],
    ['imaps://robin;AUTH=PLAIN:secret@imap.example.org', { password: 'secret' }],
    ['imaps://robin:secret;AUTH=PLAIN@imap.example.org', { password: 'secret' }],
    [
      'imaps://robin@[2001:db8::1]:1993/INBOX',
      { host: '2001:db8::1', port: 1993, mailbox: 'INBOX' },
    ],
    ['imaps://robin@[::1]', { host: '::1' }],
    ['imaps://robin@192.0.2.1', { host: '192.0.2.1' }],
    ['imaps://robin@b%C3%BCcher.example', { host: 'bücher.example' }],
    ['imaps://robin@bücher.example', { host: 'bücher.example' }],
  ])('is read: %s', (text, said) => {
    expect(isUrl(text)).toBe(true);
    expect(parseImapUrl(text)).toEqual({ kind: 'url', url: { ...whole, ...said } });
  });

  it.each([
    ['pop3://robin:secret@pop.example.org', /imaps:\/\/ or imap:\/\//],
    ['https://mail.example.org/', /imaps:\/\/ or imap:\/\//],
    ['imaps://', /names no server/],
    ['imaps://robin:secret@', /names no server/],
    ['imaps://robin:secret@imap example.org/', /no spaces/],
    ['imaps://robin:secret@imap..example.org/', /dot too many/],
    ['imaps://robin:secret@imap.example.org:0', /from 1 to 65535/],
    ['imaps://robin:secret@imap.example.org:99999', /from 1 to 65535/],
    ['imaps://robin:secret@imap.example.org:1e3', /from 1 to 65535/],
    ['imaps://robin:secret@imap.example.org:993:993', /from 1 to 65535/],
    ['imaps://robin@example.org:secret@imap.example.org:0', /from 1 to 65535/],
    ['imaps://robin@example.org:50%secret@imap.example.org', /%25/],
    // What a password with a slash in it looks like.
    ['imaps://robin:sec/ret@imap.example.org', /from 1 to 65535/],
    ['imaps://robin:50%secret@imap.example.org', /%25/],
    ['imaps://robin%FF:secret@imap.example.org', /%25/],
    ['imaps://robin:secret@imap.example.org/A%0D%0AB', /control character/],
    ['imaps://ro%00bin:secret@imap.example.org/', /control character/],
    ['imaps://robin:sec%0Aret@imap.example.org/', /control character/],
    ['imaps://robin@[::1', /names no server|not a server name/],
  ])('is refused in a sentence without secrets: %s', (text, why) => {
    const parsed = parseImapUrl(text);
    expect(parsed).toEqual({ kind: 'wrong', message: expect.stringMatching(why) as string });
    expect(JSON.stringify(parsed)).not.toContain('sec');
    expect(withoutPassword(text)).not.toMatch(/sec|ret/);
  });

  it('is not taken for one where it is an address', () => {
    for (const text of ['robin@example.org', 'imaps', 'imaps:', 'mailto:robin@example.org'])
      expect([text, isUrl(text)]).toEqual([text, false]);
    expect(withoutPassword('imaps://robin@imap.example.org:993/INBOX')).toBe(
      'imaps://robin@imap.example.org:993/INBOX',
    );
  });
});
