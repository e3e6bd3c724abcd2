import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AccountId, AccountInput } from '../../../shared/model.ts';
import { createAuthority, createSelfSigned } from '../demo/testing/index.ts';
import {
  chosenTrust,
  connectsElsewhere,
  editedAccount,
  newAccount,
  settingsToTest,
} from './account-input.ts';
import { seenTrust } from './trusted.ts';

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
      proxy: { kind: 'program' },
      signIn: { kind: 'password' },
      reuse: true,
      policy: { sharing: 'saving', longestAge: 'server' },
      paused: false,
    });
  });

  it('goes the way that was chosen, keeps it where nothing is said, and no password with it', () => {
    const place = { kind: 'http', host: 'proxy.example.org', port: 3128, user: 'ann' } as const;
    const account = newAccount(id, { ...input, proxy: { ...place, password: 'secret' } });
    expect(account.proxy).toEqual(place);
    expect(editedAccount(account, input).proxy).toEqual(place);
    expect(connectsElsewhere(account, editedAccount(account, input))).toBe(false);
    const none = editedAccount(account, { ...input, proxy: { kind: 'none' } });
    expect(connectsElsewhere(account, none)).toBe(true);
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
    expect(settingsToTest({ ...input, trust: { kind: 'keep' } }, stored).trust).toEqual(
      stored.trust,
    );
  });

  it('makes one like another, which keeps its CA file, its switch and its policy, and runs', () => {
    const trust = { kind: 'ca', fileName: 'ca.pem', pem } as const;
    const policy = { sharing: 'private', longestAge: 'hour' } as const;
    const stored = { ...newAccount(id, { ...input, trust }), reuse: false, policy, paused: true };
    const other = 'b' as AccountId;
    const copy = newAccount(other, { ...input, label: 'Copy', trust: { kind: 'keep' } }, stored);
    expect(copy).toEqual({ ...stored, id: other, label: 'Copy', paused: false });
    expect(newAccount(other, input, stored).trust).toEqual({ kind: 'system' });
  });

  it('makes none that shares unasked: one like an account that does is as usual in that', () => {
    const policy = { sharing: 'shared', longestAge: 'hour' } as const;
    const copy = newAccount('b' as AccountId, input, { ...newAccount(id, input), policy });
    expect(copy.policy).toEqual({ sharing: 'saving', longestAge: 'hour' });
  });

  it('cannot keep the CA file of an account that is not there', () => {
    expect(() => newAccount(id, { ...input, trust: { kind: 'keep' } })).toThrow(
      expect.objectContaining({ code: 'invalid-input', field: 'trust' }),
    );
  });
});

describe('a certificate that was shown', () => {
  let fingerprint256: string;
  beforeAll(() => {
    fingerprint256 = new X509Certificate(pem).fingerprint256;
  });

  it('becomes the one that is trusted, by the fingerprint that was shown', () => {
    const account = newAccount(id, { ...input, trust: { kind: 'pin', fingerprint256, pem } });
    expect(account.trust).toMatchObject({ kind: 'pin', fingerprint256 });
    expect(seenTrust(account.trust)).toMatchObject({
      kind: 'pin',
      certificate: { subject: 'CN=Reprise demo authority', fingerprint256 },
    });
    expect(JSON.stringify(seenTrust(account.trust))).not.toContain('BEGIN');
  });

  it('is refused where the text is that of another one, or of none', async () => {
    const { certPem } = await createSelfSigned();
    for (const other of [certPem, '', 'no certificate']) {
      expect(() => chosenTrust({ kind: 'pin', fingerprint256, pem: other })).toThrow(
        expect.objectContaining({ code: 'invalid-input', field: 'trust' }),
      );
    }
  });

  it('is kept with its server, and does not follow the account to another', () => {
    const account = newAccount(id, { ...input, trust: { kind: 'pin', fingerprint256, pem } });
    const kept = { ...input, trust: { kind: 'keep' } } as const;
    expect(editedAccount(account, { ...kept, host: 'IMAP.example.org.' }).trust).toEqual(
      account.trust,
    );
    expect(() => editedAccount(account, { ...kept, host: 'other.example' })).toThrow(
      expect.objectContaining({ code: 'invalid-input', field: 'trust' }),
    );
    expect(() => settingsToTest({ ...kept, host: 'other.example' }, account)).toThrow(/Remove it/);
  });

  it('is another trust than that of an authority, or of another certificate', () => {
    const trust = chosenTrust({ kind: 'pin', fingerprint256, pem });
    const account = { ...newAccount(id, input), trust };
    const changes = [
      { kind: 'system' },
      { kind: 'ca', fileName: 'ca.pem', pem },
      { kind: 'pin', fingerprint256: 'other', pem },
    ] as const;
    for (const changed of changes) {
      expect(connectsElsewhere(account, { ...account, trust: changed })).toBe(true);
    }
    expect(connectsElsewhere(account, { ...account, trust: { ...trust } })).toBe(false);
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
