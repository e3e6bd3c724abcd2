import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { unfinishedName } from '../storage/files.ts';
import { temporaryFolder } from '../storage/testing/temporary-folder.ts';
import { keyFileProtector } from '../storage/key-file.ts';
import {
  ChosenProtector,
  memoryProtector,
  type SecretProtector,
} from '../storage/secret-protector.ts';
import { keepingPassword, memoryProxyPasswords, openProxyPasswords } from './proxy-passwords.ts';

const place = { kind: 'socks5', host: 'proxy.example.org', port: 1080, user: 'ann' } as const;
const input = { ...place, password: 'of-the-proxy' };
const done = () => Promise.resolve('done');

describe('the passwords of proxies', () => {
  it('come back where what they go with could not be stored', async () => {
    const passwords = memoryProxyPasswords(memoryProtector());
    await passwords.with('a', input, done);
    const other = { ...input, host: 'other.example.org', password: 'of-the-other' };
    await expect(
      passwords.with('a', other, () => Promise.reject(new Error('the disk is full'))),
    ).rejects.toThrow('the disk is full');
    expect(await passwords.get('a', place)).toBe('of-the-proxy');
  });

  it('are gone with the choice that they went with, and each is its owner’s', async () => {
    const passwords = memoryProxyPasswords(memoryProtector());
    await passwords.with('a', input, done);
    await passwords.with('b', input, done);
    await passwords.with('a', { kind: 'none' }, done);
    expect(await passwords.get('a', place)).toBeNull();
    expect(await passwords.get('b', place)).toBe('of-the-proxy');
    // Left out, it is as it was.
    await passwords.with('b', undefined, done);
    expect(await passwords.get('b', place)).toBe('of-the-proxy');
  });

  it('of an account go along to one that is made like it', async () => {
    const passwords = memoryProxyPasswords(memoryProtector());
    await passwords.with('a', input, done);
    const kept = keepingPassword(place);
    await passwords.with('b', kept, done, 'a');
    expect(await passwords.get('b', place)).toBe('of-the-proxy');
    const elsewhere = { ...place, port: 1081, password: null };
    await expect(passwords.with('c', elsewhere, done, 'a')).rejects.toThrow('Type the password');
    await expect(passwords.with('c', kept, done)).rejects.toThrow('Enter the password');
  });

  it('go to the disk once there is a protection for it', async () => {
    await using folder = await temporaryFolder();
    const passwords = memoryProxyPasswords(memoryProtector());
    await passwords.with('a', input, done);
    const protector = keyFileProtector(folder.path);
    await passwords.moveTo(folder.path, protector, 0);
    expect(await passwords.get('a', place)).toBe('of-the-proxy');
    const again = await openProxyPasswords(folder.path, protector, 0, null);
    expect(again.problems).toEqual([]);
    expect(await again.passwords.get('a', { ...place, host: 'PROXY.example.org.' })).toBe(
      'of-the-proxy',
    );
    expect(await again.passwords.get('b', place)).toBeNull();
  });

  it('go there also where all that follows is sealed under it already', async () => {
    await using folder = await temporaryFolder();
    const chosen = new ChosenProtector(memoryProtector());
    const { passwords } = await openProxyPasswords(folder.path, chosen, 0, null);
    await passwords.with('a', input, done);
    const keyFile = keyFileProtector(folder.path);
    chosen.choose(keyFile);
    expect(await passwords.get('a', place)).toBe('of-the-proxy');
    await passwords.moveTo(folder.path, keyFile, 0);
    expect(await passwords.get('a', place)).toBe('of-the-proxy');
    const again = await openProxyPasswords(folder.path, keyFile, 0, null);
    expect(await again.passwords.get('a', place)).toBe('of-the-proxy');
  });

  it('that are nobody’s are deleted at the next start, where it is known whose there can be', async () => {
    await using folder = await temporaryFolder();
    const protector = keyFileProtector(folder.path);
    const open = (owners: ReadonlySet<string> | null) =>
      openProxyPasswords(folder.path, protector, 0, owners);
    const { passwords } = await open(null);
    for (const owner of ['*', 'a', 'nobody']) await passwords.with(owner, input, done);
    expect(await (await open(null)).passwords.get('nobody', place)).toBe('of-the-proxy');
    await open(new Set(['*', 'a']));
    const { passwords: left } = await open(null);
    expect(await left.get('nobody', place)).toBeNull();
    expect(await left.get('*', place)).toBe('of-the-proxy');
    expect(await left.get('a', place)).toBe('of-the-proxy');
  });

  it('leave no half-written copy, also where they are kept in memory only', async () => {
    await using folder = await temporaryFolder();
    await writeFile(unfinishedName(join(folder.path, 'proxy-passwords.json')), 'half of it');
    await openProxyPasswords(folder.path, memoryProtector(), 0, null);
    expect(await readdir(folder.path)).toEqual([]);
  });

  it('are sealed anew, once, where their key is about to go', async () => {
    let seals = 0;
    const rotating: SecretProtector = {
      ...memoryProtector(),
      seal: (plain) => {
        seals += 1;
        return Promise.resolve(Buffer.from(`${String(seals)}${plain}`));
      },
      open: (sealed) =>
        Promise.resolve({ plain: Buffer.from(sealed).toString().slice(1), isStale: true }),
    };
    const passwords = memoryProxyPasswords(rotating);
    await passwords.with('a', input, done);
    for (let time = 0; time < 3; time += 1)
      expect(await passwords.get('a', place)).toBe('of-the-proxy');
    expect(seals).toBe(2);
  });
});
