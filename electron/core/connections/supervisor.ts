import type { LookupFunction } from 'node:net';
import type {
  AccountId,
  Connection,
  ConnectionDetail,
  ConnectionId,
  Attempt,
} from '../../../shared/model.ts';
import type { Clock } from '../clock.ts';
import type { SessionCache } from '../tls/index.ts';
import { PHASE_LIMITS, type PhaseLimits } from './imap/phase-limits.ts';
import { StartGate } from './start-gate.ts';
import { AccountConnections, type AccountHost, type WatchedAccount } from './watched-account.ts';

/** What the supervisor works with, and whom it tells. */
export interface SupervisorDeps {
  readonly clock: Clock;
  readonly sessions: SessionCache;
  /** In [0, 1); spreads the retries. */
  readonly random?: () => number;
  readonly limits?: PhaseLimits;
  /** Resolves names in place of the system's resolver. */
  readonly lookup?: LookupFunction;
  /** A connection is new or has changed; always whole. */
  readonly onConnection: (connection: Connection) => void;
  readonly onRemoved: (id: ConnectionId) => void;
  /**
   * Once for each attempt that came to an outcome: when IDLE has begun, or when the attempt is
   * over. Until then the handshake is seen on its connection only, as far as it is known.
   */
  readonly onHandshake: (handshake: Attempt) => void;
}

/** The connections of all accounts, as the rest of the engine uses them. */
export type MailConnections = Pick<Supervisor, keyof Supervisor>;

/** Keeps all accounts connected that are to be; the trouble of one is never that of another. */
export class Supervisor {
  readonly #host: AccountHost;
  readonly #accounts = new Map<AccountId, AccountConnections>();
  #isOnline = true;
  #isClosed = false;

  constructor(deps: SupervisorDeps) {
    const { clock, sessions, onConnection, onRemoved, onHandshake } = deps;
    this.#host = {
      clock,
      sessions,
      random: deps.random ?? Math.random,
      limits: deps.limits ?? PHASE_LIMITS,
      lookup: deps.lookup,
      starts: new StartGate(clock),
      endings: new Set(),
      onConnection,
      onRemoved,
      onHandshake,
    };
  }

  /**
   * Adds the account or takes over its changed settings: what did not change keeps running. After
   * a refused sign-in it is also what has the password, which may be another one, tried again.
   */
  watch(account: WatchedAccount): void {
    if (this.#isClosed) return;
    const { id } = account.settings;
    const known = this.#accounts.get(id);
    if (known !== undefined) known.update(account);
    else this.#accounts.set(id, new AccountConnections(account, this.#host, this.#isOnline));
  }

  /** Forgets the account. Resolves when the server was told, or did not listen for 2 s. */
  async unwatch(id: AccountId): Promise<void> {
    const account = this.#accounts.get(id);
    this.#accounts.delete(id);
    await account?.close();
  }

  /** Ends the connection and makes a new one now. Also skips a wait and restarts a stopped one. */
  reconnect(id: ConnectionId): void {
    for (const account of this.#accounts.values())
      if (account.find(id) !== null) account.reconnect(id);
  }

  reconnectAccount(id: AccountId): void {
    this.#accounts.get(id)?.reconnect();
  }

  reconnectAll(): void {
    for (const account of this.#accounts.values()) account.reconnect();
  }

  /**
   * Offline, all connections are dropped and none is tried; online, all come back at once. Those
   * with a server on this very machine need no network and go on.
   */
  setOnline(isOnline: boolean): void {
    if (isOnline === this.#isOnline) return;
    this.#isOnline = isOnline;
    for (const account of this.#accounts.values()) account.setOnline(isOnline);
  }

  /** Makes all connections to other machines anew: the other end may have given them up long ago. */
  reopenAll(): void {
    for (const account of this.#accounts.values()) account.reopen();
  }

  /**
   * The machine has these addresses now. Connections from others are made anew, for nothing reaches
   * them any more, and so are those that wait because the network failed them. The rest goes on.
   */
  moved(addresses: ReadonlySet<string>): void {
    for (const account of this.#accounts.values()) account.moved(addresses);
  }

  /** What is known of one connection; `null` where there is none of that id. */
  detail(id: ConnectionId): ConnectionDetail | null {
    for (const account of this.#accounts.values()) {
      const mailbox = account.find(id);
      if (mailbox !== null) return mailbox.detail();
    }
    return null;
  }

  /** Logs out everywhere; a server that does not answer is left after 2 s. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const accounts = [...this.#accounts.values()];
    this.#accounts.clear();
    await Promise.all(accounts.map((account) => account.close()));
    // Those that were paused or replaced a moment ago.
    await Promise.all(this.#host.endings);
  }
}
