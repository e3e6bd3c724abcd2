/** Five hundred accounts whose servers fail at the same moment. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openAccountBook } from '../../electron/core/accounts/account-book.ts';
import { keyFileProtector } from '../../electron/core/storage/key-file.ts';
import { temporaryFolder } from '../../electron/core/storage/testing/temporary-folder.ts';
import { DEFAULT_POLICY } from '../../electron/core/accounts/account-input.ts';
import { LONGEST_DELAY_MS } from '../../electron/core/connections/lifecycle.ts';
import { STARTS_AT_ONCE } from '../../electron/core/connections/start-gate.ts';
import type { AccountId } from '../../shared/model.ts';
import { FaultStand, PASSWORD } from './fault-stand.ts';

const ACCOUNTS = 500;
const STEP_MS = 250;

/** A server that resets every connection, and counts. */
class ResettingServer implements AsyncDisposable {
  readonly #server = createServer();
  readonly #open = new Set<Socket>();
  connections = 0;
  atOnce = 0;
  /** While it holds them, nothing is reset. */
  isHolding = false;

  static async start(): Promise<ResettingServer> {
    const started = new ResettingServer();
    started.#server.on('connection', (socket) => {
      started.#accept(socket);
    });
    started.#server.listen(0, '127.0.0.1');
    await once(started.#server, 'listening');
    return started;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Resolves once `condition` holds, which is asked again at each connection. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await once(this.#server, 'connection');
  }

  resetAll(): void {
    for (const socket of this.#open) socket.resetAndDestroy();
  }

  #accept(socket: Socket): void {
    this.connections += 1;
    this.#open.add(socket);
    this.atOnce = Math.max(this.atOnce, this.#open.size);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#open.delete(socket));
    if (this.isHolding) socket.resume();
    else socket.resetAndDestroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.resetAll();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** A data folder with many accounts of one server, as an earlier run left it. */
async function folderWith(port: number): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await temporaryFolder();
  const protector = keyFileProtector(folder.path);
  const { book } = await openAccountBook(folder.path, protector, Date.now(), () => undefined);
  await Promise.all(
    Array.from({ length: ACCOUNTS }, (_, index) =>
      book.add(
        {
          id: `account-${index}` as AccountId,
          label: `Account ${index}`,
          user: `user-${index}`,
          host: '127.0.0.1',
          port,
          security: 'tls',
          servername: 'localhost',
          trust: { kind: 'system' },
          mailboxes: ['INBOX'],
          proxy: { kind: 'program' },
          signIn: { kind: 'password' },
          reuse: true,
          policy: DEFAULT_POLICY,
          paused: false,
        },
        PASSWORD,
      ),
    ),
  );
  return folder;
}

let server: ResettingServer;
let folder: AsyncDisposable & { readonly path: string };
let stand: FaultStand;
beforeEach(async () => {
  server = await ResettingServer.start();
  folder = await folderWith(server.port);
});
afterEach(async () => {
  await stand[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** How many of the five hundred say that they wait for their next try. */
const retrying = (): number =>
  stand.interfaceEnd.state().connections.filter(({ state }) => state.kind === 'retrying').length;

const allRetrying = () => stand.interfaceEnd.until(() => retrying() === ACCOUNTS);

describe('500 accounts that fail at once', () => {
  it('are tried a few at a time, and an account that comes last has its turn', async () => {
    server.isHolding = true;
    stand = await FaultStand.start(folder.path);
    await server.until(() => server.connections === STARTS_AT_ONCE);
    // Nobody is ever answered: who waits too long makes room, and the last one comes to its turn.
    const turns = new AbortController();
    const watched = stand.watchHealthy().finally(() => {
      turns.abort();
    });
    while (!turns.signal.aborted) {
      stand.clock.advance(STEP_MS);
      await nextTurn();
    }
    await watched;
    expect(server.connections).toBeGreaterThan(STARTS_AT_ONCE);
    expect(stand.harm()).toEqual([]);
  });

  it('make no storm: they do not come back together, and wait longer every time', async () => {
    stand = await FaultStand.start(folder.path);
    await stand.watchHealthy();
    await allRetrying();
    expect(server.connections).toBe(ACCOUNTS);
    expect(server.atOnce).toBeLessThanOrEqual(STARTS_AT_ONCE);
    for (let passedMs = 0; passedMs < 30_000; passedMs += STEP_MS) {
      stand.clock.advance(STEP_MS);
      await nextTurn();
    }
    await allRetrying();
    // Waits of at least 0.5, 1, 2, 4, 8 and 16 s fit into 30 s, and no more of them. On a busy
    // machine the clock of the test is ahead of the connections: then fewer do.
    expect(server.connections).toBeGreaterThanOrEqual(2 * ACCOUNTS);
    expect(server.connections).toBeLessThanOrEqual(7 * ACCOUNTS);
    expect(server.atOnce).toBeLessThanOrEqual(STARTS_AT_ONCE);
    expect(stand.harm()).toEqual([]);
  });

  it('leave nothing behind: their sockets, timers and listeners do not grow with their tries', async () => {
    stand = await FaultStand.start(folder.path);
    await stand.watchHealthy();
    const settle = async (): Promise<{ timers: number; handles: number }> => {
      await allRetrying();
      return { timers: stand.clock.pending, handles: process.getActiveResourcesInfo().length };
    };
    const after: { timers: number; handles: number }[] = [];
    for (let round = 1; round <= 3; round += 1) {
      after.push(await settle());
      const { connections } = server;
      stand.clock.advance(LONGEST_DELAY_MS);
      await stand.interfaceEnd.until(() => server.connections >= connections + ACCOUNTS);
    }
    const [first, ...later] = after;
    for (const { timers, handles } of later) {
      expect(timers).toBeLessThanOrEqual((first?.timers ?? 0) + STARTS_AT_ONCE);
      expect(handles).toBeLessThanOrEqual((first?.handles ?? 0) + STARTS_AT_ONCE);
    }
  });
});
