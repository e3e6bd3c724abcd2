/**
 * A data folder that version 0.1.0 has written opens, whatever becomes of the program: the real one
 * of today is started in a copy of it, with the clock and on the machine of that time. How the folder
 * was made is in the history: `fixtures/data-folder-0.1/make.ts`.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Outcome } from '../../shared/model.ts';
import { MailServers } from '../fixtures/data-folder-0.1/mail-servers.ts';
import {
  accountCalled,
  connectionsOf,
  copyFolder,
  keptSessions,
  Opened,
  pauseAll,
  readExpected,
  readServerMemory,
  recordedAccount,
  recordedHistory,
  type RecordedAccount,
} from '../fixtures/data-folder-0.1/opening.ts';

const MINUTE = 60_000;

const expected = await readExpected();
const { accounts, history, openAt, passwords, settings, writtenBy } = expected;

/**
 * Kept sessions are for one release of Node with one of OpenSSL: by any other the program has to
 * leave them alone, and there is no way around that.
 */
const { node, openssl } = process.versions;
const isSameEngine = node === writtenBy.node && openssl === writtenBy.openssl;
if (!isSameEngine) {
  process.stderr.write(
    'SKIPPED: data-folder-0.1.test.ts: that kept sessions of version 0.1.0 are resumed. They are ' +
      `for Node ${writtenBy.node} with OpenSSL ${writtenBy.openssl}; this is Node ${node} with ` +
      `OpenSSL ${openssl}, and none of them may be held.\n`,
  );
}
/** Those of a pinned certificate, which 0.1.0 kept as well, are not taken over: it is verified afresh. */
const keptNow = Object.fromEntries(
  accounts.map(({ label, trust }) => {
    const isTakenOver = isSameEngine && trust.kind !== 'pin';
    return [label, isTakenOver ? (expected.keptSessions[label] ?? 0) : 0];
  }),
);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprise-data-folder-0.1-'));
  await copyFolder(folder);
});
afterEach(() => rm(folder, { recursive: true }));

/** All that the program may say: nothing, or that kept sessions are not its own. */
const MAY_SAY = isSameEngine ? /^$/ : /^(?:\S+ warn {2}No session is taken over from [^\n]*\n)?$/;

async function storedSecrets() {
  return JSON.parse(await readFile(join(folder, 'secrets.json'), 'utf8')) as {
    version: number;
    secrets: Record<string, { readonly trust: string }>;
  };
}

/** What connecting does not change; every account is paused in it. */
function lasting({ strip: _strip, refusing: _refusing, ...account }: RecordedAccount) {
  return { ...account, paused: true };
}

/** Its account has sent each password that was stored, and nothing else was sent. */
function expectSignedIn({ logins }: MailServers, others: readonly string[] = []): void {
  const sent = new Set(logins.map(({ user, password }) => `${user} ${password}`));
  const stored = accounts.map(({ user, label }) => `${user} ${passwords[label] ?? ''}`);
  expect([...sent].sort()).toEqual([...stored, ...others].sort());
}

describe('a data folder of version 0.1.0', { timeout: 180_000 }, () => {
  it('has its accounts, settings and history, and holds its kept sessions, again and again', async () => {
    await pauseAll(folder);
    for (const time of [0, 1]) {
      await using opened = await Opened.start(folder, openAt + time * MINUTE);
      const state = await opened.until('the latest handshakes are shown', (state) =>
        state.accounts.every(({ strip }) => strip.length > 0),
      );
      expect(state.notices).toEqual([]);
      expect(state.app.protection).toMatchObject({ kind: 'key-file' });
      // There may be more to an account, and more settings, than there was.
      expect(state.accounts.map(recordedAccount)).toMatchObject(
        accounts.map((account) => ({ ...account, paused: true })),
      );
      expect(state.settings).toMatchObject(settings);
      const recorded = await recordedHistory(opened.engine);
      expect(recorded).toMatchObject(history);
      expect(Object.keys(recorded.byAccount)).toEqual(Object.keys(history.byAccount));
      // What the first run has taken from the disk, it has written there again at its end.
      expect(keptSessions(state)).toEqual(keptNow);
      expect(await opened.stop()).toMatch(MAY_SAY);
      // Nobody has signed in: each password is for what its account has, from the first start on.
      const { version, secrets } = await storedSecrets();
      expect(version).toBe(4);
      expect(Object.keys(secrets)).toHaveLength(accounts.length);
      for (const { id, port, security, user, trust } of accounts) {
        const text = trust.kind === 'pin' ? `pin:${trust.certificate.fingerprint256}` : trust.kind;
        expect(secrets[id]).toMatchObject({ port, security, user });
        expect(secrets[id]?.trust).toMatch(new RegExp(`^${text}`));
      }
    }
  });

  it('signs in with every stored password', async () => {
    await using servers = await MailServers.start(await readServerMemory());
    await using opened = await Opened.start(folder, openAt);
    const first = await opened.untilIdle();
    expect(first.accounts.filter(({ paused }) => paused)).toMatchObject(
      accounts.filter(({ paused }) => paused).map(({ id }) => ({ id })),
    );
    await opened.engine.setPaused(accountCalled('Home', first).id, false);
    expect((await opened.untilIdle()).notices).toEqual([]);
    expectSignedIn(servers);
    expect(await opened.stop()).toMatch(MAY_SAY);
  });

  it.runIf(isSameEngine)('has its kept sessions resumed', async () => {
    await using servers = await MailServers.start(await readServerMemory());
    await using opened = await Opened.start(folder, openAt);
    const { id } = accountCalled('Home', await opened.untilIdle());
    await opened.engine.setPaused(id, false);
    const state = await opened.untilIdle();
    const outcomes = (label: string) =>
      connectionsOf(label, state).map(({ attempt }) => attempt?.outcome);
    const ticket: Outcome = { kind: 'resumed', mechanism: 'tls12-ticket' };
    expect(outcomes('Office · Büro')).toEqual([ticket, ticket, ticket]);
    expect(outcomes('Chess club')).toEqual([ticket]);
    expect(outcomes('Mail bridge')).toEqual([{ kind: 'full', reason: 'verified-afresh' }]);
    expect(outcomes('Without reuse')).toEqual([{ kind: 'off' }]);
    const resumed = servers.handshakes.filter((handshake) => handshake.resumed);
    expect(resumed.filter(({ server }) => server === 'office')).toHaveLength(4);
    expect(resumed.filter(({ server }) => server === 'bridge')).toHaveLength(0);
    // Under TLS 1.3 it can only be told that the program offers what was kept. OpenSSL, which goes by
    // the machine's own clock, leaves out what is older than the server said, and no server can say
    // more than a week. So the server sees a full handshake, which to the program is a refusal.
    const refused: Outcome = { kind: 'refused', mechanism: 'tls13-ticket' };
    expect(outcomes('Home')).toContainEqual(refused);
    expect(outcomes('Stubborn server')).toEqual([refused]);
    expect(await opened.stop()).toMatch(MAY_SAY);
  });

  it('loses nothing by what is written since', async () => {
    await using servers = await MailServers.start(await readServerMemory());
    {
      await using opened = await Opened.start(folder, openAt);
      const { engine } = opened;
      const state = await opened.untilIdle();
      await engine.setPaused(accountCalled('Home', state).id, false);
      await engine.changeSettings({ theme: 'light' });
      await engine.addAccount({
        label: 'New',
        user: 'new@example.org',
        password: 'new password',
        host: 'localhost',
        port: accountCalled('Chess club', state).port,
        security: 'tls',
        servername: null,
        trust: { kind: 'system' },
        mailboxes: ['INBOX'],
      });
      await opened.untilIdle();
      expect(await opened.stop()).toMatch(MAY_SAY);
    }
    servers.logins.splice(0);
    await using opened = await Opened.start(folder, openAt + 2 * MINUTE);
    const state = await opened.untilIdle();
    expect(state.notices).toEqual([]);
    expectSignedIn(servers, ['new@example.org new password']);
    const { length } = accounts;
    const known = state.accounts
      .slice(0, length)
      .map((account) => lasting(recordedAccount(account)));
    expect(known).toMatchObject(accounts.map((account) => lasting(account)));
    expect(state.accounts.slice(length)).toMatchObject([{ label: 'New' }]);
    expect(state.settings).toMatchObject({ ...settings, theme: 'light' });
    const recorded = await recordedHistory(opened.engine);
    expect(recorded.recordedSince).toBe(history.recordedSince);
    // What happens now may be in the bar that was the last one.
    const before = history.bars.slice(0, -1);
    expect(recorded.bars.slice(0, before.length)).toEqual(before);
    expect(recorded.byAccount).toMatchObject({
      'Old address': history.byAccount['Old address'],
    });
    for (const kind of ['resumed', 'full', 'refused', 'off', 'failed'] as const) {
      expect(recorded.all[kind]).toBeGreaterThanOrEqual(history.all[kind]);
    }
    expect(await opened.stop()).toMatch(MAY_SAY);
  });
});
