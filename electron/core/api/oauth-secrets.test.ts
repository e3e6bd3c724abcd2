import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memoryBook, openAccountBook } from '../accounts/index.ts';
import { accountSettings } from '../accounts/testing/account.ts';
import { keyFileProtector } from '../storage/index.ts';
import { folder, start } from './testing/engine.ts';

const ISSUER = 'https://auth.example.org';
const byOAuth = { kind: 'oauth', issuer: ISSUER, clientId: 'reprise' } as const;

describe('a refresh token', () => {
  it('is the secret of its account for its issuer, client, user and server alone', async () => {
    const book = memoryBook();
    const account = accountSettings('ann', { signIn: byOAuth });
    await book.add(account, 'a-refresh-token');
    expect(await book.passwordFor(account)).toBe('a-refresh-token');
    for (const change of [
      { signIn: { kind: 'password' } },
      { signIn: { ...byOAuth, issuer: 'https://auth.evil.example' } },
      { signIn: { ...byOAuth, clientId: 'another' } },
      { user: 'eve@example.org' },
      { host: 'imap.evil.example' },
      { port: 994 },
    ] as const) {
      const other = { ...account, ...change };
      expect(await book.passwordFor(other)).toBeNull();
      expect(() => {
        book.refuseOtherPlace(other);
      }).toThrow(/again/);
    }
    // Nor is a password a token.
    const withPassword = accountSettings('bob');
    await book.add(withPassword, 'a-password');
    expect(await book.passwordFor({ ...withPassword, signIn: byOAuth })).toBeNull();
  });

  it('does not open as a password for who writes that into the files', async () => {
    const dataDir = await folder();
    const protector = keyFileProtector(dataDir);
    const open = () => openAccountBook(dataDir, protector, 0, () => undefined);
    const { book } = await open();
    const account = accountSettings('ann', { signIn: byOAuth });
    await book.add(account, 'a-refresh-token');
    const path = join(dataDir, 'secrets.json');
    const text = await readFile(path, 'utf8');
    expect(text).not.toContain('a-refresh-token');
    const file = JSON.parse(text) as { secrets: { ann: object } };
    Object.assign(file.secrets.ann, { signIn: 'password' });
    await writeFile(path, JSON.stringify(file));
    const again = await open();
    expect(await again.book.passwordFor({ ...account, signIn: { kind: 'password' } })).toBeNull();
  });

  it('is not made of a password that is typed for an account that signs in with OAuth', async () => {
    const { engine } = await start(await folder());
    const input = {
      label: 'Work',
      user: 'ann@example.org',
      password: 'a-password',
      host: '127.0.0.1',
      port: 9,
      security: 'tls',
      servername: null,
      trust: { kind: 'system' },
      mailboxes: ['INBOX'],
      signIn: { ...byOAuth, grant: null },
    } as const;
    const refused = { code: 'invalid-input', field: 'signIn' };
    await expect(engine.addAccount({ ...input, mailboxes: ['INBOX'] })).rejects.toMatchObject(
      refused,
    );
    const without = { ...input, mailboxes: ['INBOX'], password: null };
    await expect(engine.addAccount(without)).rejects.toMatchObject({
      ...refused,
      message: 'Sign in first.',
    });
    await expect(engine.testConnection(without, null)).rejects.toMatchObject(refused);
  });
});
