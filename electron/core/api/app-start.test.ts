import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { unfinishedName } from '../storage/files.ts';
import { memoryProtector } from '../storage/secret-protector.ts';
import {
  allIdle,
  allIdleAgain,
  folder,
  hasNotice,
  inputFor,
  isIdle,
  server,
  start,
} from './testing/engine.ts';

describe('what is found at the start', () => {
  it.each([
    ['stored under a key file', {}],
    ['kept in memory', { protector: memoryProtector() }],
  ])(
    'what a killed program had not finished is gone, and nothing else, with passwords %s',
    async (_what, deps) => {
      const dataDir = await folder();
      const files = ['accounts.json', 'secrets.json', 'secrets.key', 'preferences.json'];
      for (const name of [...files, 'kept-sessions.bin']) {
        await writeFile(unfinishedName(join(dataDir, name)), '{');
      }
      const notOurs = unfinishedName(join(dataDir, 'notes.json'));
      await writeFile(notOurs, '');
      const { state } = await start(dataDir, deps);
      expect(state().notices.map(({ level }) => level)).not.toContain('error');
      const left = await readdir(dataDir);
      expect(left.filter((name) => name.includes('unfinished'))).toEqual([basename(notOurs)]);
    },
  );

  it('a damaged file of accounts is kept aside and said, and the program goes on', async () => {
    const dataDir = await folder();
    await writeFile(join(dataDir, 'accounts.json'), '{"version":1,"accounts":[{');
    const imap = await server();
    const { engine, until, state } = await start(dataDir);
    expect(state().notices).toMatchObject([{ id: 'accounts.json', level: 'error' }]);
    const [aside] = await readdir(dataDir);
    expect(aside).toMatch(/^accounts\.json\.corrupt-\d{8}T\d{6}\.\d{3}Z$/);
    expect(state().notices[0]?.message).toContain(aside);
    await engine.addAccount(inputFor(imap));
    await until(allIdle(1));
    await engine.dismissNotice('accounts.json');
    await until((now) => now.notices.length === 0);
    expect(await readFile(join(dataDir, aside ?? ''), 'utf8')).toBe('{"version":1,"accounts":[{');
  });

  it('settings of a newer version stay untouched: nothing can be saved, and it is said why', async () => {
    const dataDir = await folder();
    const text = '{"version":2,"accounts":"of a new kind"}';
    await writeFile(join(dataDir, 'accounts.json'), text);
    const imap = await server();
    const { engine, state } = await start(dataDir);
    expect(hasNotice('accounts.json')(state())).toBe(true);
    await expect(engine.addAccount(inputFor(imap))).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringContaining('newer Reprise') as unknown,
    });
    expect(await readFile(join(dataDir, 'accounts.json'), 'utf8')).toBe(text);
    expect(state().accounts).toEqual([]);
  });

  it('a password that cannot be read stops that account only, and is asked for', async () => {
    const dataDir = await folder();
    const [one, two] = [await server(), await server()];
    const first = await start(dataDir);
    const { id } = await first.engine.addAccount(inputFor(one, { label: 'One' }));
    await first.engine.addAccount(inputFor(two, { label: 'Two' }));
    await first.app.close();
    const path = join(dataDir, 'secrets.json');
    const stored = JSON.parse(await readFile(path, 'utf8')) as { secrets: Record<string, string> };
    stored.secrets[id] = Buffer.alloc(64, 1).toString('base64');
    await writeFile(path, JSON.stringify(stored));

    const second = await start(dataDir);
    const state = await second.until(
      (now) => hasNotice(`password:${id}`)(now) && now.connections.some(isIdle),
    );
    expect(state.notices).toMatchObject([
      { message: 'The stored password of One cannot be read. Enter it again.' },
    ]);
    await second.engine.updateAccount(id, inputFor(one, { label: 'One' }));
    await second.until((now) => allIdle(2)(now) && now.notices.length === 0);
  });

  it('a folder that cannot be written is no error until something is to be saved', async () => {
    const path = join(await folder(), 'file');
    await writeFile(path, '');
    const imap = await server();
    const { engine, state } = await start(join(path, 'data'));
    await expect(engine.addAccount(inputFor(imap))).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringContaining('a part of this path is a file') as unknown,
    });
    expect(state().accounts).toEqual([]);
    expect(imap.stats().connections).toBe(0);
  });

  it('settings that can no longer be written leave account and connection as they were', async () => {
    const dataDir = await folder();
    const imap = await server();
    const { engine, until, state } = await start(dataDir);
    const { id } = await engine.addAccount(inputFor(imap));
    await until(allIdle(1));
    // A folder in the file's place stops every user, root too.
    await rm(join(dataDir, 'accounts.json'));
    await mkdir(join(dataDir, 'accounts.json', 'inside'), { recursive: true });
    for (const call of [
      () => engine.setReuse(id, false),
      () => engine.setPaused(id, true),
      () => engine.removeAccount(id),
      () => engine.updateAccount(id, inputFor(imap, { label: 'New', password: 'new-password' })),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'storage' });
    }
    expect(state().accounts).toMatchObject([{ label: 'Work', reuse: true, paused: false }]);
    await engine.reconnectAll();
    const before = state();
    await until(allIdleAgain(before));
    expect(imap.loginAttempts).toHaveLength(2);
  });

  it('a system without protection for passwords is said', async () => {
    const { state } = await start(await folder(), { protector: memoryProtector() });
    expect(state().app.protection).toEqual({ kind: 'memory' });
    expect(hasNotice('protection')(state())).toBe(true);
  });
});
