import { createHash } from 'node:crypto';
import type { AccountId, ConnectionId } from '../../../shared/model.ts';
import {
  connectsElsewhere,
  type AccountSettings,
  type ConnectSettings,
} from '../accounts/index.ts';
import { isOnThisMachine } from '../network/addresses.ts';
import type { AttemptContext } from './attempt.ts';
import type { MailboxHost } from './mailbox-host.ts';
import { SignInGate } from './sign-in-gate.ts';
import { WatchedMailbox } from './watched-mailbox.ts';

/** An account to keep connected. */
export interface WatchedAccount {
  readonly settings: AccountSettings;
  /** Asked at each connect; `null` when none is stored. */
  readonly password: () => Promise<string | null>;
}

/** What an account's connections take from the supervisor. */
export interface AccountHost
  extends
    Pick<MailboxHost, 'clock' | 'random' | 'starts' | 'endings' | 'onConnection' | 'onHandshake'>,
    Pick<AttemptContext, 'sessions' | 'limits' | 'lookup'> {
  readonly onRemoved: (id: ConnectionId) => void;
}

/** The connections of one account: one for each mailbox that it watches. */
export class AccountConnections {
  readonly id: AccountId;
  readonly #host: AccountHost;
  readonly #signIn = new SignInGate();
  readonly #mailboxes = new Map<ConnectionId, WatchedMailbox>();
  readonly #mailboxHost: MailboxHost;
  #account: WatchedAccount;
  #isOnline: boolean;

  constructor(account: WatchedAccount, host: AccountHost, isOnline: boolean) {
    this.id = account.settings.id;
    this.#account = account;
    this.#host = host;
    this.#isOnline = isOnline;
    this.#mailboxHost = {
      account: this.id,
      clock: host.clock,
      random: host.random,
      starts: host.starts,
      endings: host.endings,
      signIn: this.#signIn,
      lastFull: { phases: null },
      attemptContext: () => this.#attemptContext(),
      onConnection: host.onConnection,
      onHandshake: host.onHandshake,
      onSignedIn: () => {
        for (const mailbox of this.#mailboxes.values())
          if (mailbox.state === 'sign-in-failed' || mailbox.waitsForServer) mailbox.connect();
      },
      onSignInRefused: (failure) => {
        for (const mailbox of this.#mailboxes.values()) mailbox.holdBack(failure);
      },
    };
    this.#addNewMailboxes();
  }

  /** Takes over changed settings: what they do not touch keeps running. */
  update(account: WatchedAccount): void {
    const before = this.#account.settings;
    const { settings } = account;
    this.#account = account;
    // The password may be another one now.
    this.#signIn.reset();
    const isElsewhere = connectsElsewhere(before, settings);
    if (isElsewhere) this.#mailboxHost.lastFull.phases = null;
    this.#forgetOtherMailboxes();
    for (const mailbox of this.#mailboxes.values()) {
      if (isElsewhere) mailbox.forgetFailures();
      const isDue = settings.paused
        ? mailbox.state !== 'paused'
        : isElsewhere || before.paused || mailbox.state === 'sign-in-failed';
      if (isDue) this.#start(mailbox);
    }
    this.#addNewMailboxes();
  }

  /** Connects afresh, one mailbox or all; nothing happens while paused or offline. */
  reconnect(id?: ConnectionId): void {
    if (this.#account.settings.paused || !this.#canReachServer) return;
    if (this.#signIn.isRefused) this.#signIn.reset();
    for (const mailbox of this.#mailboxes.values())
      if (id === undefined || mailbox.id === id) mailbox.connect();
  }

  /** See {@link Supervisor.setOnline}. */
  setOnline(isOnline: boolean): void {
    this.#isOnline = isOnline;
    for (const mailbox of this.#mailboxes.values()) {
      if (!this.#canReachServer && !mailbox.isStopped) mailbox.goOffline();
      else if (isOnline && mailbox.state === 'offline') mailbox.connect();
    }
  }

  /** See {@link Supervisor.reopenAll}. */
  reopen(): void {
    if (this.#isOnThisMachine) return;
    for (const mailbox of this.#mailboxes.values()) if (!mailbox.isStopped) mailbox.reopen();
  }

  /** See {@link Supervisor.moved}. */
  moved(addresses: ReadonlySet<string>): void {
    if (this.#isOnThisMachine) return;
    for (const mailbox of this.#mailboxes.values())
      if (mailbox.isCutOff(addresses)) mailbox.reopen();
  }

  find(id: ConnectionId): WatchedMailbox | null {
    return this.#mailboxes.get(id) ?? null;
  }

  /** Logs out of all connections. */
  async close(): Promise<void> {
    const mailboxes = [...this.#mailboxes.values()];
    this.#mailboxes.clear();
    await Promise.all(
      mailboxes.map(async (mailbox) => {
        const loggedOut = mailbox.remove();
        this.#host.onRemoved(mailbox.id);
        await loggedOut;
      }),
    );
  }

  get #isOnThisMachine(): boolean {
    return isOnThisMachine(this.#account.settings.host);
  }

  get #canReachServer(): boolean {
    return this.#isOnline || this.#isOnThisMachine;
  }

  #forgetOtherMailboxes(): void {
    const wanted = new Set(this.#account.settings.mailboxes);
    for (const [id, mailbox] of this.#mailboxes) {
      if (wanted.has(mailbox.mailbox)) continue;
      this.#mailboxes.delete(id);
      void mailbox.remove();
      this.#host.onRemoved(id);
    }
  }

  #addNewMailboxes(): void {
    const { mailboxes, paused } = this.#account.settings;
    for (const name of mailboxes) {
      const id = connectionId(this.id, name);
      if (this.#mailboxes.has(id)) continue;
      const state = paused ? 'paused' : 'offline';
      const mailbox = new WatchedMailbox(id, name, this.#mailboxHost, state);
      this.#mailboxes.set(id, mailbox);
      this.#start(mailbox);
    }
  }

  #start(mailbox: WatchedMailbox): void {
    if (this.#account.settings.paused) void mailbox.pause();
    else if (this.#canReachServer) mailbox.connect();
    else mailbox.goOffline();
  }

  #attemptContext(): AttemptContext {
    const { settings, password } = this.#account;
    const { sessions, clock, limits, lookup } = this.#host;
    const { id } = this;
    return {
      account: id,
      settings: connectSettings(settings),
      password,
      sessions,
      clock,
      limits,
      lookup,
    };
  }
}

/** The same mailbox of the same account has the same id, also after a restart. */
export function connectionId(account: AccountId, mailbox: string): ConnectionId {
  const hash = createHash('sha256').update(`${account}\0${mailbox}`).digest('base64url');
  return `c-${hash.slice(0, 22)}` as ConnectionId;
}

function connectSettings(settings: AccountSettings): ConnectSettings {
  const { user, host, port, security, servername, trust } = settings;
  return {
    user,
    host,
    port,
    security,
    servername,
    trust: trust.kind === 'ca' ? { kind: 'ca', pem: trust.pem } : trust,
  };
}
