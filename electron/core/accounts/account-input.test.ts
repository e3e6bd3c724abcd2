import { beforeAll, describe, expect, it } from 'vitest';
import type { AccountId, AccountInput } from '../../../shared/model.ts';
import { createAuthority } from '../demo/index.ts';
import { connectsElsewhere, editedAccount, newAccount, settingsToTest } from './account-input.ts';

const id = 'a' as AccountId;
const input: AccountInput = {
  label: '',
  user: 'me@example.org',
  password: 'secret-password',
  host: 'imap.example.org',
  port: 993,
  security: 'tls',
  servername: null,
  trust: { kind: 'system' },
  mailboxes: ['INBOX'],
};
let pem: string;

beforeAll(async () => {
  pem = (await createAuthority()).certPem;
});

describe('the form', () => {
  it('makes an account that runs with reuse, named by its user where it has no name', () => {
    expect(newAccount(id, input)).toEqual({
      id,
      label: 'me@example.org',
      user: 'me@example.org',
      host: 'imap.example.org',
      port: 993,
      security: 'tls',
      servername: null,
      trust: { kind: 'system' },
      mailboxes: ['INBOX'],
      reuse: true,
      policy: { sharing: 'saving', longestAge: 'server' },
      paused: false,
    });
  });

  it('keeps the certificates of a CA file only', () => {
    const trust = { kind: 'ca', fileName: 'ca.pem', pem: `comment\n${pem}` } as const;
    const account = newAccount(id, { ...input, trust });
    expect(account.trust).toMatchObject({ kind: 'ca', fileName: 'ca.pem' });
    expect(JSON.stringify(account)).not.toContain('comment');
  });

  it('changes an account without touching switch and pause, and keeps its CA file', () => {
    const trust = { kind: 'ca', fileName: 'ca.pem', pem } as const;
    const stored = { ...newAccount(id, { ...input, trust }), reuse: false, paused: true };
    const edited = editedAccount(stored, { ...input, label: 'New', trust: { kind: 'keep' } });
    expect(edited).toEqual({ ...stored, label: 'New' });
    expect(editedAccount(stored, input).trust).toEqual({ kind: 'system' });
    expect(settingsToTest({ ...input, trust: { kind: 'keep' } }, stored.trust).trust).toEqual(
      stored.trust,
    );
  });

  it('cannot keep the CA file of an account that is not there', () => {
    expect(() => newAccount(id, { ...input, trust: { kind: 'keep' } })).toThrow(
      expect.objectContaining({ code: 'invalid-input', field: 'trust' }),
    );
  });
});

describe('an account connects elsewhere', () => {
  const account = newAccount(id, input);
  it.each([
    [{ user: 'you' }, true],
    [{ host: 'other.example' }, true],
    [{ port: 143 }, true],
    [{ security: 'starttls' as const }, true],
    [{ servername: 'name.example' }, true],
    [{ trust: { kind: 'ca' as const, fileName: 'a', pem: 'a' } }, true],
    [{ label: 'x' }, false],
    [{ mailboxes: ['x'] }, false],
    [{ paused: true, reuse: false }, false],
  ])('after %j: %s', (changes, expected) => {
    expect(connectsElsewhere(account, { ...account, ...changes })).toBe(expected);
  });

  it('not because its CA file has another name', () => {
    const one = { ...account, trust: { kind: 'ca', fileName: 'one.pem', pem } as const };
    const two = { ...account, trust: { ...one.trust, fileName: 'two.pem' } };
    expect(connectsElsewhere(one, two)).toBe(false);
  });
});
