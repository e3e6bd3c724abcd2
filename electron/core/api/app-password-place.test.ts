import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { AccountInput } from '../../../shared/model.ts';
import { keyFileProtector } from '../storage/key-file.ts';
import type { ImapServer } from '../demo/testing/index.ts';
import {
  allIdle,
  allIdleAgain,
  folder,
  hasNotice,
  inputFor,
  server,
  start,
} from './testing/engine.ts';

/** As the form sends it when the password was left as it is. */
const unchanged = (input: AccountInput, changes: Partial<AccountInput> = {}): AccountInput => ({
  ...input,
  password: null,
  ...changes,
});

/** A data folder as a kill between its two files leaves it: the password is edited, its server is not. */
async function killedInAnEdit(own: ImapServer, edited: AccountInput) {
  const dataDir = await folder();
  const { engine, until, app } = await start(dataDir);
  const { id } = await engine.addAccount(inputFor(own));
  await until(allIdle(1));
  const settings = await readFile(join(dataDir, 'accounts.json'));
  await engine.setPaused(id, true);
  await engine.updateAccount(id, edited);
  await app.close();
  await writeFile(join(dataDir, 'accounts.json'), settings);
  return { dataDir, id };
}

describe('a stored password', () => {
  it('is sent to no place that it was not typed for, by testing or editing an account', async () => {
    const [own, other] = [await server(), await server({ certificate: 'self-signed' })];
    const { engine, until, state } = await start(await folder());
    const input = inputFor(own);
    const { id } = await engine.addAccount(input);
    await until(allIdle(1));
    const before = state().accounts;
    const shown = await engine.testConnection(
      inputFor(other, { trust: { kind: 'system' }, password: 'of nobody' }),
      null,
    );
    const { pem = null, fingerprint256 = '' } = (!shown.ok && shown.certificate) || {};
    const trust = { kind: 'pin', fingerprint256, pem: pem ?? '' } as const;
    const { connections } = other.stats();
    const { port } = other;
    const otherPort = `port ${String(own.port)} of ${own.host}`;
    const elsewhere: readonly [Partial<AccountInput>, string][] = [
      [{ host: 'localhost', port, trust }, own.host],
      [
        { servername: 'other.example', port, trust },
        `the certificate of ${own.servername ?? own.host}`,
      ],
      [{ port, trust }, otherPort],
      [{ port, trust: { kind: 'ca', fileName: 'ca.pem', pem: other.caPem } }, otherPort],
      [{ port, security: 'starttls' }, otherPort],
      [{ security: 'starttls' }, `${own.host} over TLS`],
      [{ user: 'somebody@else' }, `the user ${own.user}`],
      [{ trust }, 'a server that another CA file vouches for'],
      [{ trust: { kind: 'system' } }, 'a server that another CA file vouches for'],
    ];
    for (const [changes, was] of elsewhere) {
      const moved = unchanged(input, changes);
      const message = `Type the password again: it was for ${was}.`;
      const refused = { code: 'invalid-input', field: 'password', message };
      await expect(engine.testConnection(moved, id)).rejects.toMatchObject(refused);
      await expect(engine.updateAccount(id, moved)).rejects.toMatchObject(refused);
    }
    await expect(engine.setTrust(id, trust, null)).rejects.toMatchObject({ field: 'password' });
    await expect(engine.setTrust(id, { kind: 'system' }, null)).rejects.toMatchObject({
      field: 'password',
    });
    expect(other.stats().connections).toBe(connections);
    expect(state().accounts).toEqual(before);
    expect(own.loginAttempts).toHaveLength(1);

    // Typed, it goes there.
    const { user, password } = other;
    await engine.updateAccount(id, { ...input, user, password, port, trust });
    await until((now) => allIdle(1)(now) && other.loginAttempts.length === 1);
  });

  it('goes on to be used where the same certificates are chosen again', async () => {
    const own = await server();
    const { engine, until } = await start(await folder());
    const { id } = await engine.addAccount(inputFor(own));
    const before = await until(allIdle(1));
    const pem = `# renewed, they said\n${own.caPem}`;
    const again = unchanged(inputFor(own), {
      trust: { kind: 'ca', fileName: 'renewed.pem', pem },
      mailboxes: ['INBOX'],
    });
    expect(await engine.testConnection(again, id)).toMatchObject({ ok: true });
    await engine.updateAccount(id, again);
    await engine.reconnectAll();
    await until(allIdleAgain(before));
  });

  it('that the demo made up goes along: nobody could type it', async () => {
    const { engine, until } = await start(await folder());
    await engine.startDemo();
    const [demo] = (await until(({ accounts }) => accounts.length > 0)).accounts;
    if (demo === undefined) throw new Error('there is no account');
    const own = await server({ password: 'of-the-demo’s-user' });
    const other = await server({ password: 'of-the-demo’s-user' });
    await engine.updateAccount(demo.id, unchanged(inputFor(other)));
    await other.until(({ loginAttempts }) => loginAttempts.length > 0);
    await engine.testConnection(unchanged(inputFor(own)), demo.id);
    expect(own.loginAttempts).not.toEqual([]);
    await engine.setTrust(demo.id, { kind: 'system' }, null);

    // What was typed stays where it was typed for.
    await engine.updateAccount(demo.id, inputFor(own));
    await own.until(({ loginAttempts }) => loginAttempts.some(({ ok }) => ok));
    expect(await engine.testConnection(unchanged(inputFor(other)), demo.id)).toMatchObject({
      ok: false,
    });
    expect(other.loginAttempts.filter(({ ok }) => ok)).toEqual([]);
  });

  it('of an older version is not tested on another server while an edit to that is stored', async () => {
    const [own, other] = [await server(), await server()];
    const dataDir = await folder();
    const first = await start(dataDir);
    const { id } = await first.engine.addAccount(inputFor(own));
    await first.until(allIdle(1));
    await first.engine.setPaused(id, true);
    await first.app.close();
    // The one that the other server accepts: whoever sends it there is seen.
    const old = await keyFileProtector(dataDir).seal(other.password, id);
    const secrets = { [id]: Buffer.from(old).toString('base64') };
    await writeFile(join(dataDir, 'secrets.json'), JSON.stringify({ version: 1, secrets }));

    const { engine } = await start(dataDir);
    const elsewhere = inputFor(other, { host: 'localhost' });
    const edit = { isStored: false };
    const stored = engine
      .updateAccount(id, { ...elsewhere, password: 'typed-for-the-new-one' })
      .finally(() => {
        edit.isStored = true;
      });
    const tests: Promise<unknown>[] = [];
    while (!edit.isStored) {
      // Refused, or tried with the new one, which the other server does not know.
      tests.push(Promise.allSettled([engine.testConnection(unchanged(elsewhere), id)]));
      await turn();
    }
    await stored;
    await Promise.all(tests);
    expect(other.loginAttempts.filter(({ ok }) => ok)).toEqual([]);
  });

  it('that is beside another place after a kill is asked for, and nothing is tried', async () => {
    const own = await server();
    const { dataDir, id } = await killedInAnEdit(
      own,
      inputFor(own, { host: 'localhost', password: 'new' }),
    );

    const { connections } = own.stats();
    const second = await start(dataDir);
    const state = await second.until(
      (now) =>
        hasNotice(`password:${id}`)(now) &&
        now.connections.some((connection) => connection.state.kind === 'sign-in-failed'),
    );
    expect(state.notices).toMatchObject([
      {
        message:
          'The stored password of Work was for localhost, so it is not sent. Enter it again.',
      },
    ]);
    expect(own.stats().connections).toBe(connections);
    await second.engine.updateAccount(id, inputFor(own));
    const mended = await second.until((now) => allIdle(1)(now) && now.notices.length === 0);
    expect(mended.accounts[0]?.strayPassword).toBeNull();
  });

  it('that is beside another place after a kill is said to be for that, and goes on for it', async () => {
    const own = await server();
    const elsewhere = inputFor(own, { host: 'localhost' });
    const { dataDir, id } = await killedInAnEdit(own, elsewhere);

    // What the form goes by, and what the engine does.
    const { engine, until, state } = await start(dataDir);
    expect(state().accounts[0]).toMatchObject({
      host: own.host,
      strayPassword: { host: 'localhost', name: own.servername, port: own.port, user: own.user },
    });
    const asItIs = engine.updateAccount(id, unchanged(inputFor(own), { label: 'Renamed' }));
    await expect(asItIs).rejects.toMatchObject({
      field: 'password',
      message: 'Type the password again: it was for localhost.',
    });
    await engine.updateAccount(id, unchanged(elsewhere));
    const now = await until(allIdle(1));
    expect(now.accounts[0]).toMatchObject({ host: 'localhost', strayPassword: null });
  });
});
