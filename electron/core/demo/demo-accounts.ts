import { randomUUID } from 'node:crypto';
import type { AccountId } from '../../../shared/model.ts';
import {
  type AccountBook,
  type AccountSettings,
  DEFAULT_POLICY,
  memoryBook,
} from '../accounts/index.ts';
import type { Clock } from '../clock.ts';
import type { DemoServer, DemoServers } from './demo-servers.ts';
import type { WatchList } from '../connections/index.ts';

/** Starts the servers that the demo's accounts are on. */
export type StartServers = (options: {
  readonly clock: Clock;
}) => Promise<Pick<DemoServers, 'servers' | 'caPem' | 'close'>>;

/**
 * The built-in servers and an account for each, which are in memory only: what belongs to them is
 * gone when they stop.
 */
export class DemoAccounts {
  readonly book: AccountBook = memoryBook();
  readonly #watchList: WatchList;
  readonly #clock: Clock;
  readonly #startServers: StartServers;
  readonly #passwords = new Map<AccountId, string>();
  #servers: Awaited<ReturnType<StartServers>> | null = null;
  #closed = false;

  constructor(watchList: WatchList, clock: Clock, startServers: StartServers) {
    this.#watchList = watchList;
    this.#clock = clock;
    this.#startServers = startServers;
  }

  get running(): boolean {
    return this.#servers !== null;
  }

  /**
   * Starts the servers and connects their accounts; when they run, nothing happens.
   *
   * @throws the error of the server that could not start; then none runs
   */
  async start(): Promise<void> {
    if (this.#servers !== null) return;
    const servers = await this.#startServers({ clock: this.#clock });
    // The program ended while they started.
    if (this.#closed) {
      await servers.close();
      return;
    }
    this.#servers = servers;
    for (const server of servers.servers) {
      const account = accountFor(server, servers.caPem);
      this.#passwords.set(account.id, server.password);
      await this.book.add(account, server.password);
      this.#watchList.start(account, true, (of) => this.book.passwordFor(of));
    }
  }

  /** What was made up as the password of one of its accounts, so that nobody knows it; else `null`. */
  madeUpPassword(id: AccountId): string | null {
    return this.#passwords.get(id) ?? null;
  }

  /** Logs the demo's accounts out, removes them and stops the servers. */
  async stop(): Promise<void> {
    const servers = this.#servers;
    if (servers === null) return;
    this.#servers = null;
    await Promise.all(this.book.accounts.list().map(({ id }) => this.remove(id)));
    await servers.close();
  }

  /** Stops the servers at the end of the program, when every account is logged out. */
  async close(): Promise<void> {
    this.#closed = true;
    const servers = this.#servers;
    this.#servers = null;
    await servers?.close();
  }

  /** Removes one of the demo's accounts; its server goes on. */
  async remove(id: AccountId): Promise<void> {
    this.#passwords.delete(id);
    // In memory, nothing can be left behind.
    await this.book.remove(id, () => undefined);
    await this.#watchList.stop(id);
  }
}

/** An account on the server, which trusts `caPem` and nothing else. */
export function accountFor(server: DemoServer, caPem: string): AccountSettings {
  const { label, user, host, port, security, servername, mailboxes } = server;
  return {
    id: randomUUID() as string as AccountId,
    label,
    user,
    host,
    port,
    security,
    servername: servername === host ? null : servername,
    trust: { kind: 'ca', fileName: 'Demo CA', pem: caPem },
    mailboxes,
    proxy: { kind: 'program' },
    signIn: { kind: 'password' },
    reuse: true,
    policy: DEFAULT_POLICY,
    paused: false,
  };
}
