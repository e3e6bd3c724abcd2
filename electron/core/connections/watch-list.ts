import type {
  Account,
  AccountId,
  Attempt,
  Connection,
  HeldSessionsId,
  LongestAge,
} from '../../../shared/model.ts';
import type { PasswordPlace } from '../../../shared/password-place.ts';
import { type AccountSettings, connectsElsewhere, seenTrust } from '../accounts/index.ts';
import type { Clock } from '../clock.ts';
import type { Counted, Tally } from '../history/index.ts';
import type { EngineState, NoticeBoard } from '../state/index.ts';
import type { AccessTokens } from '../oauth/index.ts';
import type { ProxyChoice } from '../../../shared/proxy.ts';
import type { Ways } from '../proxy/index.ts';
import { visible } from '../../../shared/visible.ts';
import { MAX_AGE_MS, type Peer, SessionCache } from '../tls/index.ts';
import { isOnThisMachine } from '../network/machine.ts';
import type { ConnectionEvent } from './connection-view.ts';
import { credentialsOf, type PasswordOf } from './credentials.ts';
import { opensslCommand } from './openssl-command.ts';
import { ServerAlerts } from './server-alerts.ts';
import type { MailConnections, SupervisorDeps } from './supervisor.ts';
import type { WatchedAccount } from './watched-mailbox.ts';

/** What the watch list works with, and whom it tells. */
export interface WatchListDeps {
  readonly state: EngineState;
  readonly tally: Tally;
  readonly clock: Clock;
  readonly notices: NoticeBoard;
  /** Makes what keeps the connections. */
  readonly connections: (deps: SupervisorDeps) => MailConnections;
  /** Of accounts that sign in by OAuth. */
  readonly tokens: Pick<AccessTokens, 'get' | 'refused'>;
  /** Which way the connections of an account go, and what of it the keys of its sessions name. */
  readonly ways: Pick<Ways, 'of' | 'via' | 'chosen'>;
  /** Says which place the stored password of this account is for, where it is not its own. */
  readonly strayPasswordOf: (account: AccountSettings) => PasswordPlace | null;
  /** Hears of each attempt that has come to its end, and what is recorded beside it. */
  readonly record: (attempt: Attempt, account: Account, counted: Counted) => void;
  /** Names of the network that the machine is on. */
  readonly network: () => readonly string[];
  /** Runs it once it is known what earlier runs measured, which a handshake is compared with. */
  readonly whenMeasured: (count: () => void) => void;
}

const MINUTE = 60_000;

const LONGEST_AGES_MS: Readonly<Record<LongestAge, number>> = {
  server: MAX_AGE_MS,
  hour: 60 * MINUTE,
  'ten-minutes': 10 * MINUTE,
};

/**
 * The accounts that are connected: keeps their connections, their TLS sessions and what the
 * interface sees of them in step. Comes last in every change, when it is on the disk.
 */
export class WatchList {
  readonly sessions: SessionCache;
  readonly supervisor: MailConnections;
  readonly #deps: WatchListDeps;
  readonly #settings = new Map<AccountId, AccountSettings>();
  readonly #alerts: ServerAlerts;
  #closed = false;

  constructor(deps: WatchListDeps) {
    this.#deps = deps;
    const { clock, notices } = deps;
    this.#alerts = new ServerAlerts(notices);
    this.sessions = new SessionCache({
      now: () => clock.now(),
      onChange: (id) => {
        this.#showHeld(id as HeldSessionsId);
      },
    });
    this.supervisor = deps.connections({
      clock,
      sessions: this.sessions,
      wayOf: (id, proxy) => deps.ways.of(id, proxy),
      report: (event) => {
        this.#heard(event);
      },
    });
  }

  /** Connects a new account. */
  start(settings: AccountSettings, demo: boolean, password: PasswordOf): void {
    if (this.#closed) return;
    const { id } = settings;
    this.sessions.setEnabled(id, settings.reuse);
    this.#setPolicy(settings);
    // The demo leaves nothing behind.
    if (!demo) this.sessions.keep(this.#peerOf(settings));
    this.#settings.set(id, settings);
    this.#expect(id);
    this.#show(settings, demo);
    this.supervisor.watch(this.#watched(settings, password));
  }

  /**
   * Takes over changed settings: connections that they do not concern keep running.
   *
   * @param newPassword the password is another one: every connection signs in again
   * @returns how many sessions were forgotten
   */
  change(settings: AccountSettings, password: PasswordOf, newPassword = false): number {
    const { id } = settings;
    const before = this.#settings.get(id);
    // Closed, or removed while the change was on its way to the disk.
    if (this.#closed || before === undefined) return 0;
    const elsewhere = connectsElsewhere(before, settings);
    this.#settings.set(id, settings);
    let forgotten = this.sessions.setEnabled(id, settings.reuse);
    forgotten += this.#setPolicy(settings);
    if (elsewhere) forgotten += this.sessions.forget(id);
    this.#expect(id);
    // After the sessions: with them goes what is known of a server that refuses them.
    this.#show(settings, this.#deps.state.find('accounts', id)?.demo ?? false);
    // Those that a refused password stopped, and those that go elsewhere, start by themselves.
    const signedIn = this.#deps.state
      .list('connections')
      .filter(({ accountId, state }) => accountId === id && state.kind !== 'sign-in-failed');
    this.supervisor.watch(this.#watched(settings, password), newPassword);
    if (newPassword && !elsewhere) {
      for (const connection of signedIn) this.supervisor.reconnect(connection.id);
    }
    return forgotten;
  }

  /** Takes the account away, at once from sight, and resolves when it is logged out. */
  async stop(id: AccountId): Promise<void> {
    this.#settings.delete(id);
    this.#deps.state.remove('accounts', id);
    this.sessions.forget(id);
    this.#alerts.forget(id);
    await this.supervisor.unwatch(id);
    this.sessions.remove(id);
    this.#deps.tally.forgetAccount(id);
  }

  /**
   * Offers sessions again to a server that kept refusing them, on new connections: at once, but not
   * where its password was refused, which is not sent again for this.
   */
  tryOffering(id: AccountId): void {
    this.sessions.tryNow(id);
    this.#refreshWithSharing(id);
    this.#reconnectUnlessRefused(id);
  }

  #reconnectUnlessRefused(id: AccountId): void {
    const isRefused = this.#deps.state
      .list('connections')
      .some(({ accountId, state }) => accountId === id && state.kind === 'sign-in-failed');
    if (!isRefused) this.supervisor.reconnectAccount(id);
  }

  /**
   * The connections of these accounts go another way from now on, or sign in to the same proxy by
   * another password: they are made anew, but not where a password was refused, which is not sent
   * again for this.
   */
  wayChanged(ids: readonly AccountId[]): void {
    for (const id of ids) {
      this.sessions.forget(id);
      this.#expect(id);
      this.#refresh(id);
      this.#reconnectUnlessRefused(id);
    }
  }

  /** The same for all that go with the program; this machine is reached as before. */
  programWayChanged(): void {
    const going = [...this.#settings.values()].filter(
      ({ host, proxy }) => proxy.kind === 'program' && !isOnThisMachine(host),
    );
    this.wayChanged(going.map(({ id }) => id));
  }

  /** @returns how many sessions of the account were forgotten */
  forgetSessions(id: AccountId): number {
    const forgotten = this.sessions.forget(id);
    this.#expect(id);
    this.#refresh(id);
    return forgotten;
  }

  /** @returns how many sessions were forgotten */
  forgetHeldSessions(id: HeldSessionsId): number {
    const held = this.#deps.state.find('heldSessions', id);
    const forgotten = this.sessions.forgetPeer(id);
    const accounts = held === undefined ? [] : (held.sharedBy ?? [held.accountId]);
    for (const account of accounts) {
      this.#expect(account);
      this.#refresh(account);
    }
    return forgotten;
  }

  /** @returns how many sessions were forgotten */
  forgetAllSessions(): number {
    let forgotten = 0;
    for (const id of this.#settings.keys()) forgotten += this.forgetSessions(id);
    return forgotten;
  }

  /** Repeats the connection's latest handshake; `null` where there was none. */
  opensslCommand({ accountId, attempt }: Connection): string | null {
    const settings = this.#settings.get(accountId);
    if (settings === undefined || attempt === null) return null;
    const { outcome, handshake } = attempt;
    const protocol = handshake?.protocol ?? null;
    const proxy: ProxyChoice =
      attempt.phases.proxy === null ? { kind: 'none' } : this.#deps.ways.chosen(settings.proxy);
    return opensslCommand({ settings, proxy, outcome: outcome.kind, protocol });
  }

  /** Shows the strips anew: earlier handshakes have become known. */
  showStrips(): void {
    for (const { id } of this.#deps.state.list('accounts')) this.#refresh(id);
  }

  /** Logs out everywhere; nothing is connected any more after that. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.supervisor.close();
  }

  /** This machine is reached without a proxy, whatever is chosen. */
  #viaOf({ host, proxy }: AccountSettings): string | null {
    return isOnThisMachine(host) ? null : this.#deps.ways.via(proxy);
  }

  #watched(settings: AccountSettings, password: PasswordOf): WatchedAccount {
    return { settings, credentials: credentialsOf(settings, password, this.#deps.tokens) };
  }

  #setPolicy({ id, policy: { sharing, longestAge } }: AccountSettings): number {
    return this.sessions.setPolicy(id, { sharing, maxAgeMs: LONGEST_AGES_MS[longestAge] });
  }

  /** Where it shares, it may use what others hold already. */
  #expect(id: AccountId): void {
    const settings = this.#settings.get(id);
    if (settings !== undefined) this.sessions.expect(this.#peerOf(settings));
  }

  /** Who an account's connections are with; the transport finds the same. */
  #peerOf(settings: AccountSettings): Peer {
    const { id, user, host, port, security, servername, trust } = settings;
    const via = this.#viaOf(settings);
    return { account: id, user, name: servername ?? host, port, security, trust, via };
  }

  #heard(event: ConnectionEvent): void {
    const { state } = this.#deps;
    switch (event.kind) {
      case 'changed':
        // While it logs out, a removed account may still have news; nobody wants them.
        if (this.#settings.has(event.connection.accountId)) {
          const { connection } = event;
          state.put('connections', { ...connection, mailbox: visible(connection.mailbox) });
        }
        break;
      case 'settled':
        this.#deps.whenMeasured(() => {
          this.#count(event.attempt);
        });
        break;
      case 'alert': {
        const settings = this.#settings.get(event.accountId);
        if (settings !== undefined) this.#alerts.said(settings, event.text);
        break;
      }
      case 'removed':
        state.remove('connections', event.id);
        break;
    }
  }

  #count(attempt: Attempt): void {
    const { state, tally, record, network } = this.#deps;
    const account = state.find('accounts', attempt.accountId);
    if (account === undefined) return;
    const { host, port, security } = account;
    // Through a proxy, a round trip is another one.
    const by = attempt.phases.proxy === null ? [] : ['through a proxy'];
    const facts = { host, port, security, network: [...network(), ...by] };
    record(attempt, account, tally.count(attempt, facts));
    state.set('totals', tally.totals());
    const isNews = (account.refusing === null) !== (this.sessions.refusing(account.id) === null);
    if (isNews) this.#refreshWithSharing(account.id);
    else this.#refresh(account.id);
  }

  /** Also those that share, who learn together that a server refuses. */
  #refreshWithSharing(id: AccountId): void {
    const isShared = (of: AccountId): boolean =>
      this.#settings.get(of)?.policy.sharing === 'shared';
    const others = isShared(id) ? [...this.#settings.keys()].filter(isShared) : [];
    for (const one of new Set([id, ...others])) this.#refresh(one);
  }

  /** Without what the interface must not or need not have: the text of what the account trusts. */
  #show(settings: AccountSettings, demo: boolean): void {
    this.#deps.state.put('accounts', {
      ...settings,
      label: visible(settings.label),
      trust: seenTrust(settings.trust),
      strayPassword: this.#deps.strayPasswordOf(settings),
      demo,
      ...this.#standing(settings.id),
    });
  }

  /** Shows anew what comes of an account's connections. */
  #refresh(id: AccountId): void {
    const account = this.#deps.state.find('accounts', id);
    if (account !== undefined)
      this.#deps.state.put('accounts', { ...account, ...this.#standing(id) });
  }

  #standing(id: AccountId): Pick<Account, 'refusing' | 'strip'> {
    return { refusing: this.sessions.refusing(id), strip: this.#deps.tally.strip(id) };
  }

  #showHeld(id: HeldSessionsId): void {
    const { state } = this.#deps;
    const held = this.sessions.heldForPeer(id);
    if (held === null) {
      state.remove('heldSessions', id);
      return;
    }
    const { account, sharedBy, ...facts } = held;
    state.put('heldSessions', {
      ...facts,
      id,
      accountId: account as AccountId,
      sharedBy: sharedBy as readonly AccountId[] | null,
    });
  }
}
