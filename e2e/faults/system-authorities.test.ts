/** Authorities that come into the system's store, and leave it, while the program runs. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { READ_EVERY_MS } from '../../electron/core/accounts/authority-watch.ts';
import {
  createAuthority,
  startImapServer,
  type CertificateAuthority,
  type ImapServer,
} from '../../electron/core/demo/testing/index.ts';
import { temporaryFolder } from '../../electron/core/storage/testing/temporary-folder.ts';
import { authorities, replaceSystemAuthorities } from '../../electron/core/tls/index.ts';
import type { AccountId, Connection, ConnectionState } from '../../shared/model.ts';
import { FaultStand, PASSWORD } from './fault-stand.ts';

const SYSTEM = { trust: { kind: 'system' } } as const;
const asFound = authorities({ kind: 'system' });

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: string;
let stand: FaultStand;
let ours: CertificateAuthority;
let theirs: CertificateAuthority;
beforeEach(async () => {
  folder = await temporaryFolder();
  store = join(folder.path, 'store.pem');
  await mkdir(join(folder.path, 'none'));
  // By these OpenSSL finds the system's store; `update-ca-certificates` writes such a file.
  vi.stubEnv('SSL_CERT_FILE', store);
  vi.stubEnv('SSL_CERT_DIR', join(folder.path, 'none'));
  [ours, theirs] = [await createAuthority('Ours'), await createAuthority('Theirs')];
  stand = await FaultStand.start();
});
afterEach(async () => {
  await stand[Symbol.asyncDispose]();
  vi.unstubAllEnvs();
  replaceSystemAuthorities(asFound);
  await folder[Symbol.asyncDispose]();
});

/** What the store holds from now on, as the program finds it within the hour. */
async function trustsOnly(...trusted: readonly CertificateAuthority[]): Promise<void> {
  await writeFile(store, trusted.map(({ certPem }) => certPem).join('\n'));
  stand.clock.advance(READ_EVERY_MS);
}

const serverOf = (authority: CertificateAuthority): Promise<ImapServer> =>
  startImapServer({ authority, password: PASSWORD });

const is =
  (kind: ConnectionState['kind']) =>
  ({ state }: Connection): boolean =>
    state.kind === kind;

/** An account that trusts the system, and what it holds once it is idle. */
async function idle(server: ImapServer): Promise<AccountId> {
  const id = await stand.add(server, SYSTEM);
  await stand.until(id, is('idle'));
  return id;
}

const isHeld = (id: AccountId): boolean =>
  stand.interfaceEnd.state().heldSessions.some(({ accountId }) => accountId === id);

/** Resolves once the program has said so in its log. */
async function logged(text: string): Promise<void> {
  while (!stand.printed.join('').includes(text)) await nextTurn();
}

describe('the authorities of the system', () => {
  it('that come have stopped accounts go on, without a sign-in before', async () => {
    await using server = await serverOf(ours);
    const id = await stand.add(server, SYSTEM);
    await stand.until(id, is('certificate-problem'));
    expect(server.loginAttempts).toEqual([]);
    await trustsOnly(ours);
    await stand.until(id, is('idle'));
    expect(server.loginAttempts).toHaveLength(1);
  });

  it('are read at once by who reconnects after a verdict', async () => {
    await using server = await serverOf(ours);
    const id = await stand.add(server, SYSTEM);
    await stand.until(id, is('certificate-problem'));
    await writeFile(store, ours.certPem);
    await stand.interfaceEnd.engine.reconnectAccount(id);
    await stand.until(id, is('idle'));
    expect(server.loginAttempts).toHaveLength(1);
  });

  it('that go take along what hangs on them, sessions and connections, and nothing else', async () => {
    await using server = await serverOf(ours);
    await using other = await serverOf(theirs);
    await trustsOnly(ours, theirs);
    await logged('2 more');
    const id = await idle(server);
    const otherId = await idle(other);
    await stand.interfaceEnd.until(() => isHeld(id) && isHeld(otherId));
    const signIns = server.loginAttempts.length;

    await trustsOnly(theirs);
    const { state } = await stand.until(id, is('certificate-problem'));
    expect(state).toMatchObject({ problem: { code: 'certificate-untrusted' } });
    await stand.interfaceEnd.until(() => !isHeld(id));
    expect(server.loginAttempts).toHaveLength(signIns);
    expect(server.stats().resumed).toBe(0);

    expect(isHeld(otherId)).toBe(true);
    expect(other.stats().connections).toBe(1);
    await stand.interfaceEnd.engine.reconnectAccount(otherId);
    await other.until((now) => now.stats().resumed === 1);
  });

  it.each([
    ['is trusted still', () => [...asFound, ours.certPem], 'idle', 1],
    ['is gone meanwhile', () => asFound, 'certificate-problem', 0],
  ] as const)(
    'are asked for before a session of the last run is offered: one that %s',
    async (_, trusted, kind, offered) => {
      await using server = await serverOf(ours);
      const dataDir = join(folder.path, 'data');
      replaceSystemAuthorities([...asFound, ours.certPem]);
      {
        await using first = await FaultStand.start(dataDir);
        const { engine, until } = first.interfaceEnd;
        await engine.changeSettings({ keepSessions: true });
        const id = await first.add(server, SYSTEM);
        await first.until(id, is('idle'));
        await until(({ heldSessions }) => heldSessions.length > 0);
      }
      // As if Node had read them anew.
      replaceSystemAuthorities(trusted());
      await using second = await FaultStand.start(dataDir);
      await second.interfaceEnd.until(({ connections }) => connections.some(is(kind)));
      expect(server.stats()).toMatchObject({ offered, resumed: offered });
    },
  );

  it.each([
    ['is gone', () => rm(store)],
    ['is empty', () => writeFile(store, '')],
    ['holds no certificate', () => writeFile(store, '-----BEGIN CERTIFICATE-----\nAAAA\n')],
  ])('stay as they were where their store %s, which the log says', async (_, happens) => {
    await using server = await serverOf(ours);
    await trustsOnly(ours);
    await logged('more');
    const id = await idle(server);
    await happens();
    stand.clock.advance(READ_EVERY_MS);
    await logged('could not be read again');
    expect(stand.connections(id)[0]?.state.kind).toBe('idle');
    await stand.interfaceEnd.engine.reconnectAccount(id);
    await server.until((now) => now.stats().connections === 2);
    await stand.until(id, is('idle'));
  });
});
