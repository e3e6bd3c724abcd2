import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RepriseError } from '../../../shared/errors.ts';
import { keyFileProtector, type KeyFileProtector } from '../storage/key-file.ts';
import { memoryProtector } from '../storage/secret-protector.ts';
import { KEPT_SESSIONS_FILE } from '../storage/kept-sessions-file.ts';
import { allIdle, folder, hasNotice, inputFor, server, start } from './testing/engine.ts';

/** The engine on a machine without a key store. */
const startWithoutKeyStore = (dataDir: string, keyFile: KeyFileProtector | null) =>
  start(dataDir, { protector: memoryProtector(), keyFile });

const secretsOf = async (dataDir: string): Promise<string[]> =>
  (await readdir(dataDir)).filter((name) => name.startsWith('secrets')).sort();

describe('without a key store', () => {
  it('no password is on the disk until the user agrees, which is asked for', async () => {
    const dataDir = await folder();
    const imap = await server();
    const { engine, state, until } = await startWithoutKeyStore(dataDir, keyFileProtector(dataDir));
    await engine.addAccount(inputFor(imap));
    await until(allIdle(1));
    expect(await secretsOf(dataDir)).toEqual([]);
    expect(state().app.protection).toEqual({ kind: 'memory' });
    expect(state().notices).toMatchObject([{ id: 'protection', action: 'use-key-file' }]);
  });

  it('passwords are stored once the user agrees, those of before and those that follow', async () => {
    const dataDir = await folder();
    const [first, second] = [await server(), await server()];
    const { app, engine, until } = await startWithoutKeyStore(dataDir, keyFileProtector(dataDir));
    await engine.addAccount(inputFor(first));
    await engine.agreeToKeyFile();
    const told = await until((state) => !hasNotice('protection')(state));
    expect(told.app.protection).toMatchObject({ kind: 'key-file' });
    await engine.addAccount(inputFor(second, { label: 'Second' }));
    await until(allIdle(2));
    await app.close();
    expect(await secretsOf(dataDir)).toEqual(['secrets.json', 'secrets.key']);
    expect(await readFile(join(dataDir, 'secrets.json'), 'utf8')).not.toContain(first.password);
    const again = await start(dataDir);
    await again.until(allIdle(2));
  });

  it('the agreement holds also where there is no password yet', async () => {
    const dataDir = await folder();
    const { engine } = await startWithoutKeyStore(dataDir, keyFileProtector(dataDir));
    await engine.agreeToKeyFile();
    expect(await secretsOf(dataDir)).toContain('secrets.key');
  });

  it('sessions can be kept from then on, and not before', async () => {
    const dataDir = await folder();
    const imap = await server();
    const { app, engine, until } = await startWithoutKeyStore(dataDir, keyFileProtector(dataDir));
    const keep = () => engine.changeSettings({ keepSessions: true });
    await expect(keep()).rejects.toMatchObject({ code: 'secrets' });
    await engine.agreeToKeyFile();
    await engine.addAccount(inputFor(imap));
    await until((state) => state.heldSessions.length > 0);
    await keep();
    await app.close();
    expect(await readdir(dataDir)).toContain(KEPT_SESSIONS_FILE);
  });

  it('everything stays as it was where the passwords cannot be stored', async () => {
    const dataDir = await folder();
    const imap = await server();
    const broken: KeyFileProtector = {
      ...keyFileProtector(dataDir),
      seal: () => Promise.reject(new RepriseError('storage', 'The disk is full.')),
    };
    const { engine, state, until } = await startWithoutKeyStore(dataDir, broken);
    const { id } = await engine.addAccount(inputFor(imap));
    await until(allIdle(1));
    await expect(engine.agreeToKeyFile()).rejects.toMatchObject({ message: 'The disk is full.' });
    expect(state().app.protection).toEqual({ kind: 'memory' });
    expect(hasNotice('protection')(state())).toBe(true);
    // The key file too: the next start would take it for an agreement.
    expect(await secretsOf(dataDir)).toEqual([]);
    const before = imap.stats();
    await engine.reconnectAccount(id);
    await until((now) => allIdle(1)(now) && imap.stats().connections > before.connections);
  });

  it('a key file that was there before stays where the passwords cannot be stored', async () => {
    const dataDir = await folder();
    const imap = await server();
    const { engine } = await startWithoutKeyStore(dataDir, keyFileProtector(dataDir));
    await engine.addAccount(inputFor(imap));
    // Another program's, and a folder in the way of the passwords.
    await keyFileProtector(dataDir).seal('', 'other');
    const key = await readFile(join(dataDir, 'secrets.key'));
    await mkdir(join(dataDir, 'secrets.json'));
    await expect(engine.agreeToKeyFile()).rejects.toMatchObject({ code: 'storage' });
    expect(await readFile(join(dataDir, 'secrets.key'))).toEqual(key);
  });

  it('nothing is asked for, and nothing changes, where there is nothing to agree to', async () => {
    const dataDir = await folder();
    const { engine, state } = await startWithoutKeyStore(dataDir, null);
    expect(state().notices.map(({ action }) => action)).toEqual([undefined]);
    await engine.agreeToKeyFile();
    expect(await secretsOf(dataDir)).toEqual([]);
    expect(state().app.protection).toEqual({ kind: 'memory' });
  });
});
