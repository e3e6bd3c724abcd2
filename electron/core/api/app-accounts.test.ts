import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { AccountId, AccountInput, Connection } from '../../../shared/model.ts';
import type { Snapshot } from '../../../shared/state.ts';
import { fault } from '../demo/testing/index.ts';
import {
  allIdle,
  allIdleAgain,
  folder,
  inputFor,
  isIdle,
  outcomes,
  server,
  start,
} from './testing/engine.ts';

describe('an account', () => {
  it('is stored, connected and shown without its secrets', async () => {
    const dataDir = await folder();
    const imap = await server({ mailboxes: { INBOX: 3, Sent: 1 } });
    const { engine, until, received, printed } = await start(dataDir);
    const { id } = await engine.addAccount(inputFor(imap, { mailboxes: ['INBOX', 'Sent'] }));
    const state = await until(allIdle(2));
    expect(state.accounts).toMatchObject([
      {
        id,
        label: 'Work',
        reuse: true,
        paused: false,
        demo: false,
        trust: { kind: 'ca', fileName: 'ca.pem', subjects: ['CN=Reprise demo authority'] },
      },
    ]);
    const { connection, log } = await engine.getConnection(
      state.connections[0]?.id ?? ('' as Connection['id']),
    );
    expect(connection.mailbox).toBe('INBOX');
    const everything = inspect([received, state, log, printed], {
      depth: 20,
      maxArrayLength: null,
    });
    expect(everything).not.toContain(imap.password);
    expect(everything).not.toContain(
      Buffer.from(`\0${imap.user}\0${imap.password}`).toString('base64'),
    );
    expect(everything).not.toContain('BEGIN CERTIFICATE');
  });

  it('is made like another one, with that one’s CA file, and its own password', async () => {
    const imap = await server();
    const { engine, until } = await start(await folder());
    const { id } = await engine.addAccount(inputFor(imap));
    await until(allIdle(1));
    await engine.setReuse(id, false);
    const copy = inputFor(imap, { label: 'Copy', host: 'localhost', trust: { kind: 'keep' } });
    await expect(engine.addAccount(copy)).rejects.toMatchObject({ field: 'trust' });
    await expect(engine.addAccount({ ...copy, password: null }, id)).rejects.toMatchObject({
      field: 'password',
    });
    await expect(engine.addAccount(copy, 'gone' as AccountId)).rejects.toMatchObject({
      code: 'not-found',
    });
    expect(await engine.testConnection(copy, id)).toMatchObject({ ok: true });
    await engine.addAccount(copy, id);
    const { accounts } = await until(allIdle(2));
    expect(accounts.find(({ label }) => label === 'Copy')).toMatchObject({
      host: 'localhost',
      reuse: false,
      trust: { kind: 'ca', fileName: 'ca.pem' },
    });
  });

  it('is there again after a restart, with its switch and its pause', async () => {
    const dataDir = await folder();
    const [one, two] = [await server(), await server()];
    const first = await start(dataDir);
    const { id: switchedOff } = await first.engine.addAccount(inputFor(one, { label: 'One' }));
    const { id: paused } = await first.engine.addAccount(inputFor(two, { label: 'Two' }));
    await first.until(allIdle(2));
    await first.engine.setReuse(switchedOff, false);
    await first.engine.setPaused(paused, true);
    await first.app.close();
    await first.closed;

    const second = await start(dataDir);
    const state = await second.until((now) => now.connections.some(isIdle));
    expect(state.accounts).toMatchObject([
      { id: switchedOff, label: 'One', reuse: false, paused: false },
      { id: paused, label: 'Two', reuse: true, paused: true },
    ]);
    expect(state.connections.map((connection) => connection.state.kind)).toEqual([
      'idle',
      'paused',
    ]);
    expect(outcomes(state.connections)).toEqual([{ kind: 'off' }, undefined]);
    expect(two.stats().connections).toBe(1);
  });

  it('logs out and takes everything of it along when it is removed', async () => {
    const dataDir = await folder();
    const imap = await server();
    const { engine, until } = await start(dataDir);
    const { id } = await engine.addAccount(inputFor(imap));
    await until(allIdle(1));
    await engine.removeAccount(id);
    await until((now) => now.accounts.length === 0 && now.connections.length === 0);
    expect(imap.commands).toContain('LOGOUT');
    for (const name of ['accounts.json', 'secrets.json']) {
      expect(await readFile(join(dataDir, name), 'utf8')).not.toContain(id);
    }
    await expect(engine.removeAccount(id)).rejects.toMatchObject({ code: 'not-found' });
    // What a new account is offered proves that nothing was held.
    await engine.addAccount(inputFor(imap));
    expect(outcomes((await until(allIdle(1))).connections)).toEqual([
      { kind: 'full', reason: 'nothing-held' },
    ]);
  });

  it('whose server does not answer holds up no other one when it is removed', async () => {
    const [hanging, other] = [await server({ script: { logout: fault.hang } }), await server()];
    const { engine, until } = await start(await folder());
    const { id } = await engine.addAccount(inputFor(hanging));
    const { id: otherId } = await engine.addAccount(inputFor(other));
    await until(allIdle(2));
    const ended: string[] = [];
    const removed = engine.removeAccount(id).then(() => ended.push('removed'));
    await until((now) => now.accounts.length === 1 && now.connections.length === 1);
    await engine.setPaused(otherId, true).then(() => ended.push('paused'));
    hanging.dropConnections();
    await removed;
    expect(ended).toEqual(['paused', 'removed']);
  });

  it('is refused a second time', async () => {
    const imap = await server();
    const { engine, until } = await start(await folder());
    await engine.addAccount(inputFor(imap));
    await expect(engine.addAccount(inputFor(imap, { label: 'Twin' }))).rejects.toMatchObject({
      code: 'duplicate-account',
      field: 'user',
    });
    await until(allIdle(1));
    expect(imap.loginAttempts).toHaveLength(1);
  });

  it.each([
    ['no password', { password: null }, 'invalid-input', 'password'],
    ['an empty password', { password: '' }, 'invalid-input', 'password'],
    ['a CA file to keep', { trust: { kind: 'keep' } }, 'invalid-input', 'trust'],
    [
      'a CA file that is none',
      { trust: { kind: 'ca', fileName: 'a.pem', pem: 'x' } },
      'bad-ca-file',
      'trust',
    ],
    ['a scheme before the server', { host: 'imap://h.example' }, 'invalid-input', 'host'],
    ['a space in the server', { host: 'imap example.org' }, 'invalid-input', 'host'],
    ['port 0', { port: 0 }, 'invalid-input', 'port'],
    ['port 70000', { port: 70_000 }, 'invalid-input', 'port'],
    ['no mailbox', { mailboxes: [] }, 'invalid-input', 'mailboxes'],
  ] as const)('with %s is refused, and nothing is stored', async (_, changes, code, field) => {
    const dataDir = await folder();
    const imap = await server();
    const { engine, state } = await start(dataDir);
    await expect(
      engine.addAccount(inputFor(imap, changes as unknown as Partial<AccountInput>)),
    ).rejects.toMatchObject({ code, field });
    expect(state().accounts).toEqual([]);
    expect(await readdir(dataDir)).toEqual([]);
    expect(imap.stats().connections).toBe(0);
  });

  it('keeps what an update does not concern connected', async () => {
    const imap = await server({ mailboxes: { INBOX: 3, Sent: 1, Work: 0 } });
    const { engine, until } = await start(await folder());
    const input = inputFor(imap, { mailboxes: ['INBOX', 'Sent'] });
    const { id } = await engine.addAccount(input);
    const before = await until(allIdle(2));
    await engine.updateAccount(id, {
      ...input,
      label: 'Renamed',
      password: null,
      trust: { kind: 'keep' },
      mailboxes: ['INBOX', 'Work'],
    });
    const after = await until(
      (now) => allIdle(2)(now) && now.connections.some(({ mailbox }) => mailbox === 'Work'),
    );
    expect(after.accounts).toMatchObject([{ label: 'Renamed', trust: { fileName: 'ca.pem' } }]);
    expect(attemptOf(after, 'INBOX')).toBe(attemptOf(before, 'INBOX'));
    expect(imap.stats().connections).toBe(3);
  });

  it('connects anew to another server, offering nothing of the old one', async () => {
    const [one, two] = [await server(), await server()];
    const { engine, until } = await start(await folder());
    const { id } = await engine.addAccount(inputFor(one));
    const before = await until(allIdle(1));
    await engine.updateAccount(id, inputFor(two));
    const after = await until(allIdleAgain(before));
    expect(outcomes(after.connections)).toEqual([{ kind: 'full', reason: 'nothing-held' }]);
    expect(two.offers).toEqual([]);
    expect(one.commands).toContain('LOGOUT');
  });

  it('signs in again with a corrected password, trying each one once', async () => {
    const imap = await server();
    const { engine, until } = await start(await folder());
    const { id } = await engine.addAccount(inputFor(imap, { password: 'wrong-password' }));
    await until((now) => now.connections.some(({ state }) => state.kind === 'sign-in-failed'));
    await engine.updateAccount(id, inputFor(imap));
    await until(allIdle(1));
    expect(imap.loginAttempts).toHaveLength(2);
  });

  it('does not send a refused password again for any change but Reconnect', async () => {
    const imap = await server({ mailboxes: { INBOX: 3, Sent: 1 } });
    const { engine, until, state } = await start(await folder());
    const wrong = inputFor(imap, { password: 'wrong-password' });
    const { id } = await engine.addAccount(wrong);
    await until(isRefused(1));
    await engine.setReuse(id, false);
    await engine.setReuse(id, true);
    await engine.setPolicy(id, { sharing: 'private', longestAge: 'hour' });
    await engine.tryOffering(id);
    const kept = { ...wrong, password: null, trust: { kind: 'keep' } } as const;
    await engine.updateAccount(id, { ...kept, label: 'Home', mailboxes: ['INBOX', 'Sent'] });
    // The same one, typed again.
    await engine.updateAccount(id, { ...wrong, mailboxes: ['INBOX', 'Sent'] });
    await until(isRefused(2));
    await engine.setPaused(id, true);
    await until((now) => now.connections.every(({ state }) => state.kind === 'paused'));
    await engine.setPaused(id, false);
    await until(isRefused(2));
    expect(imap.loginAttempts).toHaveLength(1);
    expect(imap.stats().connections).toBe(1);
    await engine.reconnectAccount(id);
    await imap.until(({ loginAttempts }) => loginAttempts.length === 2);
    await until(isRefused(2));
    expect(state().connections).toHaveLength(2);
  });

  it('is tested without being stored, with its stored password where none is given', async () => {
    const dataDir = await folder();
    const imap = await server({ mailboxes: { INBOX: 3, Sent: 1 } });
    const { engine, until } = await start(dataDir);
    const input = inputFor(imap, { mailboxes: ['INBOX', 'Missing'] });
    expect(await engine.testConnection(input, null)).toMatchObject({
      ok: true,
      missing: ['Missing'],
    });
    expect(await readdir(dataDir)).toEqual([]);
    await expect(engine.testConnection({ ...input, password: null }, null)).rejects.toMatchObject({
      code: 'invalid-input',
      field: 'password',
    });

    const { id } = await engine.addAccount(inputFor(imap));
    await until(allIdle(1));
    const kept = { ...inputFor(imap), password: null, trust: { kind: 'keep' } } as const;
    expect(await engine.testConnection(kept, id)).toMatchObject({ ok: true });
    expect(await engine.testConnection(inputFor(imap, { password: 'wrong' }), id)).toMatchObject({
      ok: false,
      problem: { code: 'sign-in' },
    });
    expect(imap.offers).toEqual([]);
  });

  it('says what a test is at under the name that the page gave it, until it is over', async () => {
    const imap = await server({ script: { login: fault.hang } });
    const { engine, until } = await start(await folder());
    const tested = engine.testConnection(inputFor(imap), null, 'mine');
    const { tests } = await until((now) => now.tests[0]?.phases.at(-1) === 'login');
    expect(tests).toMatchObject([{ id: 'mine', phases: expect.arrayContaining(['tcp', 'tls']) }]);
    imap.dropConnections();
    expect(await tested).toMatchObject({ ok: false, phase: 'login' });
    await until((now) => now.tests.length === 0);
  });
});

function attemptOf(state: Snapshot, mailbox: string) {
  return state.connections.find((connection) => connection.mailbox === mailbox)?.attempt?.id;
}

const isRefused =
  (count: number) =>
  (now: Snapshot): boolean =>
    now.connections.length === count &&
    now.connections.every(({ state }) => state.kind === 'sign-in-failed');

describe('the switch', () => {
  it('off forgets and offers nothing, on begins with a full handshake; others stay as they are', async () => {
    const [imap, other] = [await server(), await server()];
    const { engine, until } = await start(await folder());
    const { id } = await engine.addAccount(inputFor(imap));
    await engine.addAccount(inputFor(other, { label: 'Other' }));
    let state = await until(allIdle(2));
    const reconnected = async (): Promise<unknown> => {
      const attemptOf = (now: Snapshot) =>
        now.connections.find(({ accountId }) => accountId === id)?.attempt;
      const before = attemptOf(state)?.id;
      await engine.reconnectAccount(id);
      state = await until((now) => allIdle(2)(now) && attemptOf(now)?.id !== before);
      return attemptOf(state)?.outcome;
    };
    expect(await reconnected()).toMatchObject({ kind: 'resumed' });
    expect(imap.offers).toHaveLength(1);

    const { forgotten } = await engine.setReuse(id, false);
    expect(forgotten).toBeGreaterThan(0);
    expect(await reconnected()).toEqual({ kind: 'off' });
    expect(await reconnected()).toEqual({ kind: 'off' });
    expect(imap.offers).toHaveLength(1);

    expect(await engine.setReuse(id, true)).toEqual({ forgotten: 0 });
    expect(await reconnected()).toEqual({ kind: 'full', reason: 'nothing-held' });
    expect(await reconnected()).toMatchObject({ kind: 'resumed' });
    expect(await engine.forgetSessions(id)).toMatchObject({
      forgotten: expect.any(Number) as number,
    });
    expect(await reconnected()).toEqual({ kind: 'full', reason: 'nothing-held' });
    expect(other.stats().connections).toBe(1);
  });
});
