import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import type { AccountId, ConnectionDetail, ConnectionId } from '../../../shared/model.ts';
import { connectsElsewhere, signsInElsewhere } from '../accounts/index.ts';
import { isInside, isOnLink, isOnThisMachine } from '../network/machine.ts';
import { systemNames } from '../network/names.ts';
import { isStraight, straight, type Way } from '../proxy/index.ts';
import { trustAnchor, type Address } from '../tls/index.ts';
import { type LookedAt, SecondLooks } from './second-looks.ts';
import { SignInGate } from './sign-in-gate.ts';
import { StartGate } from './start-gate.ts';
import {
  WatchedMailbox,
  type AccountConnections,
  type MailboxDeps,
  type WatchedAccount,
} from './watched-mailbox.ts';

/** What the supervisor works with, and whom it tells. */
export type SupervisorDeps = Pick<MailboxDeps, 'clock' | 'sessions' | 'report'> &
  Partial<Pick<MailboxDeps, 'random' | 'lookup' | 'wayOf'>>;

/** The connections of all accounts, as the rest of the engine uses them. */
export type MailConnections = Pick<Supervisor, keyof Supervisor>;

/** Keeps all accounts connected that are to be; the trouble of one is never that of another. */
export class Supervisor {
  readonly #deps: MailboxDeps;
  readonly #looks: SecondLooks;
  readonly #accounts = new Map<AccountId, AccountConnections>();
  #isOnline = true;
  /** Subnets inside of this machine; see `Addresses.inside`. */
  #inside: readonly string[] = [];
  /** Names that lead there, of those that were looked up while offline. */
  readonly #insideNames = new Set<string>();
  #isClosed = false;

  constructor(deps: SupervisorDeps) {
    const shared = {
      random: Math.random,
      lookup: systemNames.lookup,
      wayOf: () => straight,
      ...deps,
      starts: new StartGate(deps.clock),
    };
    this.#looks = new SecondLooks({ ...shared, canReach: (account) => this.#canReach(account) });
    this.#deps = { ...shared, looks: this.#looks, endings: new Set() };
  }

  /**
   * Adds the account or takes over its changed settings: what did not change keeps running. A
   * sign-in that was refused is tried again where the server, the user or the password is another
   * one; any other change leaves it refused.
   */
  watch(account: WatchedAccount, newPassword = false): void {
    if (this.#isClosed) return;
    const { settings } = account;
    const known = this.#accounts.get(settings.id) ?? {
      account,
      mailboxes: new Map<ConnectionId, WatchedMailbox>(),
      signIn: new SignInGate(this.#deps.clock),
      renewals: new StartGate(this.#deps.clock, 1),
      endsFirstUntil: -Infinity,
      lives: [],
      lastFull: null,
    };
    this.#accounts.set(settings.id, known);
    const before = known.account.settings;
    known.account = account;
    const newSignIn = newPassword || signsInElsewhere(before, settings);
    if (newSignIn) known.signIn.reset();
    const isElsewhere = connectsElsewhere(before, settings);
    if (isElsewhere) {
      known.lastFull = null;
      known.endsFirstUntil = -Infinity;
    }
    const wanted = new Map(
      settings.mailboxes.map((name) => [connectionId(settings.id, name), name]),
    );
    for (const [id, mailbox] of known.mailboxes) {
      if (!wanted.delete(id)) {
        known.mailboxes.delete(id);
        void mailbox.remove();
        continue;
      }
      if (isElsewhere) mailbox.forgetFailures();
      const isDue = settings.paused
        ? mailbox.state !== 'paused'
        : isElsewhere ||
          before.paused ||
          (newSignIn && mailbox.state === 'sign-in-failed') ||
          // It may be watched twice no longer.
          (mailbox.state === 'failed' && before.mailboxes !== settings.mailboxes);
      if (isDue) this.#start(known, mailbox);
    }
    for (const [id, name] of wanted) {
      const mailbox = new WatchedMailbox(id, name, known, this.#deps);
      known.mailboxes.set(id, mailbox);
      this.#start(known, mailbox);
    }
  }

  /** Forgets the account. Resolves when the server was told, or did not listen for 2 s. */
  async unwatch(id: AccountId): Promise<void> {
    const account = this.#accounts.get(id);
    this.#accounts.delete(id);
    if (account === undefined) return;
    this.#looks.forget(account);
    await logOut(account);
  }

  /** Ends the connection and makes a new one now. Also skips a wait and restarts a stopped one. */
  reconnect(id: ConnectionId): void {
    for (const account of this.#accounts.values()) {
      const mailbox = account.mailboxes.get(id);
      if (mailbox !== undefined) this.#reconnect(account, [mailbox]);
    }
  }

  reconnectAccount(id: AccountId): void {
    const account = this.#accounts.get(id);
    if (account !== undefined) this.#reconnect(account, account.mailboxes.values());
  }

  reconnectAll(): void {
    for (const id of this.#accounts.keys()) this.reconnectAccount(id);
  }

  /**
   * Offline, all connections are dropped and none is tried; online, all come back at once. Those
   * with a server on this very machine need no network and go on, also where it is in a container or
   * a virtual machine.
   *
   * @param inside the subnets of these, such as `172.17.0.1/16`
   */
  setOnline(isOnline: boolean, inside: readonly string[] = []): void {
    if (isOnline === this.#isOnline && inside.join() === this.#inside.join()) return;
    this.#isOnline = isOnline;
    this.#inside = inside;
    this.#insideNames.clear();
    for (const account of this.#accounts.values()) this.#followNetwork(account);
  }

  #followNetwork(account: AccountConnections): void {
    const canReach = this.#canReach(account);
    for (const mailbox of account.mailboxes.values()) {
      if (!canReach && !mailbox.isStopped) mailbox.goOffline();
      else if (canReach && mailbox.state === 'offline') mailbox.connectAgain();
    }
    if (!canReach) this.#lookInside(account);
  }

  /** A name may lead into this machine: the system's list of hosts, or a resolver that runs here. */
  #lookInside(account: AccountConnections): void {
    const { id, host, port, proxy } = account.account.settings;
    if (this.#inside.length === 0 || isIP(host) !== 0) return;
    const way = this.#deps.wayOf(id, proxy);
    if (way === straight) this.#lookUpInside(account, host);
    else void this.#lookUpWhereStraight(account, { host, port }, way);
  }

  /** Where a proxy looks names up, nobody here does. */
  async #lookUpWhereStraight(account: AccountConnections, to: Address, way: Way): Promise<void> {
    try {
      if (isStraight(await way(to))) this.#lookUpInside(account, to.host);
    } catch {
      // It is not known to be straight; its next attempt says why.
    }
  }

  #lookUpInside(account: AccountConnections, host: string): void {
    const inside = this.#inside;
    const { lookup } = this.#deps;
    lookup(host, { all: true }, (error, found) => {
      const isStill = !this.#isOnline && this.#inside === inside;
      if (error !== null || !isStill || !Array.isArray(found)) return;
      if (!found.some(({ address }) => isInside(address, inside))) return;
      this.#insideNames.add(host);
      this.#followNetwork(account);
    });
  }

  /** The time of day moved by so much: what is told of times goes with it. The waits themselves do not. */
  clockMoved(byMs: number): void {
    for (const { mailboxes } of this.#accounts.values())
      for (const mailbox of mailboxes.values()) mailbox.clockMoved(byMs);
  }

  /** Makes all connections to other machines anew: the other end may have given them up long ago. */
  reopenAll(): void {
    for (const mailbox of this.#toOthers()) if (!mailbox.isStopped) mailbox.reopen();
  }

  /**
   * The machine has these addresses now. Connections from others are made anew, for nothing reaches
   * them any more, and so are those that wait because the network failed them. The rest goes on.
   */
  moved(addresses: ReadonlySet<string>): void {
    for (const mailbox of this.#toOthers()) if (mailbox.isCutOff(addresses)) mailbox.reopen();
  }

  /**
   * What a certificate was judged by may be another one now, the network, the clock or the authorities:
   * looks again at the servers whose certificate has stopped connections.
   */
  lookAgain(): void {
    for (const account of this.#accounts.values()) this.#looks.lookNow(account);
  }

  /**
   * The system's authorities were replaced: connections that hang on one that is gone are made anew, and
   * certificates that stopped others are looked at again.
   */
  authoritiesChanged(): void {
    const { trusts } = trustAnchor({ kind: 'system' });
    for (const { account, mailboxes } of this.#accounts.values())
      if (account.settings.trust.kind === 'system')
        for (const mailbox of mailboxes.values()) mailbox.authoritiesChanged(trusts);
    this.lookAgain();
  }

  /** What is known of one connection; `null` where there is none of that id. */
  detail(id: ConnectionId): ConnectionDetail | null {
    for (const { mailboxes } of this.#accounts.values()) {
      const mailbox = mailboxes.get(id);
      if (mailbox !== undefined) return mailbox.detail();
    }
    return null;
  }

  /** Logs out everywhere; a server that does not answer is left after 2 s. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#looks.close();
    const accounts = [...this.#accounts.values()];
    this.#accounts.clear();
    await Promise.all(accounts.map(logOut));
    // Those that were paused or replaced a moment ago.
    await Promise.all(this.#deps.endings);
  }

  #start(account: AccountConnections, mailbox: WatchedMailbox): void {
    if (account.account.settings.paused) void mailbox.pause();
    else if (this.#canReach(account)) mailbox.connect();
    else {
      mailbox.goOffline();
      this.#lookInside(account);
    }
  }

  /** Nothing happens while paused or offline. */
  #reconnect(account: AccountConnections, mailboxes: Iterable<WatchedMailbox>): void {
    if (account.account.settings.paused || !this.#canReach(account)) return;
    if (account.signIn.isRefused) account.signIn.reset();
    for (const mailbox of mailboxes) mailbox.connect(true);
  }

  #canReach({ account }: LookedAt): boolean {
    const { host } = account.settings;
    if (this.#isOnline || isOnThisMachine(host)) return true;
    return isOnLink(host) || isInside(host, this.#inside) || this.#insideNames.has(host);
  }

  /** Those with servers on other machines. */
  #toOthers(): readonly WatchedMailbox[] {
    return [...this.#accounts.values()]
      .filter(({ account }) => !isOnThisMachine(account.settings.host))
      .flatMap(({ mailboxes }) => Array.from(mailboxes.values()));
  }
}

async function logOut({ mailboxes }: AccountConnections): Promise<void> {
  const removed = [...mailboxes.values()];
  mailboxes.clear();
  await Promise.all(removed.map((mailbox) => mailbox.remove()));
}

/** The same mailbox of the same account has the same id, also after a restart. */
export function connectionId(account: AccountId, mailbox: string): ConnectionId {
  const hash = createHash('sha256').update(`${account}\0${mailbox}`).digest('base64url');
  return `c-${hash.slice(0, 22)}` as ConnectionId;
}
