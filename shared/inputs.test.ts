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
    '[imap.example.org]',
    '[192.0.2.1]',
    '[::1',
    '::1]',
    '[[::1]]',
    '[]',
    '[:::]',
    '[::1]:993',
    'imap.example.org:993',
  ])('is refused as “%s”, with what one looks like', (typed) => {
    const [issue] = read(typed).error?.issues ?? [];
    expect(issue?.path).toEqual([field]);
    expect(issue?.message).toContain('imap.example.org, 192.0.2.1 or 2001:db8::1,');
  });
});
