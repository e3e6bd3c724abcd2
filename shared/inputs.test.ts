import { describe, expect, it } from 'vitest';
import { accountInputSchema, type AccountInput } from './inputs.ts';

const input: AccountInput = {
  label: 'Work',
  user: 'me@example.org',
  password: null,
  host: 'imap.example.org',
  port: 993,
  security: 'tls',
  servername: null,
  trust: { kind: 'system' },
  mailboxes: ['INBOX'],
};

const readMailboxes = (...mailboxes: readonly string[]) =>
  accountInputSchema.safeParse({ ...input, mailboxes });

describe('the mailboxes of an account', () => {
  it('keep their spaces, and every character that does not end a line', () => {
    const names = [' Sent ', 'Sent', 'R&D', String.raw`"\*%{3}`, 'Entwürfe', 'inbox/sub'];
    expect(readMailboxes(...names).data?.mailboxes).toEqual(names);
  });

  it.each([
    [[], 'Enter at least one mailbox to watch, such as INBOX.'],
    [[''], 'A mailbox has a name.'],
    [['Sent\r\nA DELETE INBOX'], 'Control characters are not allowed here.'],
    [
      ['Sent', 'Sent'],
      'The mailbox “Sent” is named twice. Each one needs to be watched only once.',
    ],
    [
      ['INBOX', 'Inbox'],
      'The mailbox “Inbox” is named twice, whatever the case of its letters. Each one needs to be watched only once.',
    ],
  ])('%j: %s', (names, sentence) => {
    expect(readMailboxes(...names).error?.issues[0]?.message).toBe(sentence);
  });
});

describe.each(['host', 'servername'] as const)('the %s of an account', (field) => {
  const read = (typed: string) => accountInputSchema.safeParse({ ...input, [field]: typed });

  it.each([
    ['imap.example.org', 'imap.example.org'],
    [' imap.example.org ', 'imap.example.org'],
    ['192.0.2.1', '192.0.2.1'],
    ['::1', '::1'],
    ['[::1]', '::1'],
    [' [2001:db8::1] ', '2001:db8::1'],
    ['[::ffff:192.0.2.1]', '::ffff:192.0.2.1'],
  ])('is taken as “%s” and kept as “%s”', (typed, kept) => {
    expect(read(typed).data?.[field]).toBe(kept);
  });

  it.each([
    ['127.1', '127.1'],
    ['bücher.example', 'bücher.example'],
    ['IMAP.Example.ORG.', 'IMAP.Example.ORG.'],
    ['imap。example。org', 'imap。example。org'],
    ['my_host.example', 'my_host.example'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
    ['[fe80::1%eth0]', 'fe80::1%eth0'],
  ])('is kept as it was typed where that is “%s”', (typed, kept) => {
    expect(read(typed).data?.[field]).toBe(kept);
  });

  it.each<readonly [string, RegExp]>([
    ['', /^Enter the name of the server, such as/],
    ['https://imap.example.org', /without imap:\/\/ or https:\/\/ in front/],
    ['imap.example.org:993', /without :993 behind it: the port has its own field/],
    ['[::1]:993', /without :993 behind it/],
    ['me@example.org', /an e-mail address. Enter the server/],
    ['imap.exa mple.org', /has no spaces/],
    ['imap..example.org', /a dot too many/],
    ['.imap.example.org', /a dot too many/],
    [`${'a'.repeat(64)}.example`, /too long.*63 between two dots/],
    [`${'a.'.repeat(130)}example`, /too long.*253/],
    [`${'ü'.repeat(60)}.example`, /too long/],
    ['192.0.2.256', /four numbers from 0 to 255/],
    ['1.2.3.4.5', /four numbers/],
    ...['imap.example.org/', '[imap.example.org]', '[192.0.2.1]', '[::1', '::1]', '[[::1]]'].map(
      (typed) => [typed, /imap.example.org, 192.0.2.1 or 2001:db8::1,/] as const,
    ),
    ...['[]', '[:::]', 'fe80::1%', 'a*b.example', '-a.example', 'example.1', 'a,b'].map(
      (typed) => [typed, /imap.example.org, 192.0.2.1 or 2001:db8::1,/] as const,
    ),
  ])('is refused as “%s”, with what to do', (typed, sentence) => {
    const [issue, ...more] = read(typed).error?.issues ?? [];
    expect(issue?.path).toEqual([field]);
    expect(issue?.message).toMatch(sentence);
    expect(more).toEqual([]);
  });
});
