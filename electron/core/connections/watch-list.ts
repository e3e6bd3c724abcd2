import type {
  Account,
  AccountId,
  Connection,
  ConnectionId,
  Attempt,
  HeldSessionsId,
} from '../../../shared/model.ts';
import type { PasswordServer } from '../../../shared/password-server.ts';
import { type AccountSettings, connectsElsewhere, seenTrust } from '../accounts/index.ts';
import type { Clock } from '../clock.ts';
import { opensslCommand, type MailConnections, type SupervisorDeps } from './index.ts';
import type { EngineState } from '../state/snapshot.ts';
import { sessionPolicy } from './session-policy.ts';
import { expectedPeer, SessionCache } from '../tls/index.ts';
import type { Saved } from '../history/saved.ts';
import type { Tally } from '../history/totals.ts';

/** Gives the password at each connect as this account; `null` where none is stored for its server. */
export type PasswordOf = (account: AccountSettings) => Promise<string | null>;

/** Says which server the stored password of this account is for, where it is not its own. */
export type StrayPasswordOf = (account: AccountSettings) => PasswordServer | null;

/** Hears of each handshake that has come to its end, and what it saved. */
export type OnCounted = (handshake: Attempt, account: Account, saved: Saved) => void;

/**
 * The accounts that are connected: keeps their connections, their TLS sessions and what the
 * interface sees of them in step. Comes last in every change, when it is on the disk.
 */
export class WatchList {
  readonly sessions: SessionCache;
  readonly supervisor: MailConnections;
  readonly #state: EngineState;
  readonly #tally: Tally;
  readonly #onCounted: OnCounted;
  readonly #strayPasswordOf: StrayPasswordOf;
  readonly #settings = new Map<AccountId, AccountSettings>();
  #closed = false;

  constructor(
    state: EngineState,
    tally: Tally,
    clock: Clock,
    onCounted: OnCounted,
    strayPasswordOf: StrayPasswordOf,
    connections: (deps: SupervisorDeps) => MailConnections,
  ) {
    this.#state = state;
    this.#tally = tally;
    this.#onCounted = onCounted;
    this.#strayPasswordOf = strayPasswordOf;
    this.sessions = new SessionCache({
      now: () => clock.now(),
      onChange: (id) => {
        this.#showHeld(id as HeldSessionsId);
      },
      costsOf: (account) => tally.costsOf(account as AccountId),
    });
    this.supervisor = connections({
      clock,
      sessions: this.sessions,
      onConnection: (connection: Connection) => {
        this.#onConnection(connection);
      },
      onRemoved: (id: ConnectionId) => {
        this.#state.remove('connections', id);
      },
      onHandshake: (handshake: Attempt) => {
        this.#onHandshake(handshake);
      },
    });
  }

  /** Connects a new account. */
  start(settings: AccountSettings, demo: boolean, password: PasswordOf): void {
    if (this.#closed) return;
    const { id } = settings;
    this.sessions.setEnabled(id, settings.reuse);
    this.sessions.setPolicy(id, sessionPolicy(settings.policy));
    // The demo leaves nothing behind.
    const costs = demo ? null : this.sessions.keep(id, () => expectedPeer(id, settings));
    if (costs !== null) this.#tally.takeBackCosts(id, costs);
    this.#settings.set(id, settings);
    this.#show(settings, demo);
    this.supervisor.watch({ settings, password: () => password(settings) });
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
    if (elsewhere) this.#tally.forgetBaselines(id);
    let forgotten = this.sessions.setEnabled(id, settings.reuse);
    this.sessions.setPolicy(id, sessionPolicy(settings.policy));
    if (elsewhere) forgotten += this.sessions.forget(id);
    // After the sessions: with them goes what is known of a server that refuses them.
    this.#show(settings, this.#state.find('accounts', id)?.demo ?? false);
    // Those that a refused password stopped, and those that go elsewhere, start by themselves.
    const signedIn = this.#connectionsOf(id).filter(({ state }) => state.kind !== 'sign-in-failed');
    this.supervisor.watch({ settings, password: () => password(settings) });
    if (newPassword && !elsewhere) {
      for (const connection of signedIn) this.supervisor.reconnect(connection.id);
    }
    return forgotten;
  }

  /** Takes the account away, at once from sight, and resolves when it is logged out. */
  async stop(id: AccountId): Promise<void> {
    this.#settings.delete(id);
    this.#state.remove('accounts', id);
    for (const connection of this.#connectionsOf(id)) {
      this.#state.remove('connections', connection.id);
    }
    this.sessions.forget(id);
    await this.supervisor.unwatch(id);
    this.sessions.remove(id);
    this.#tally.forgetAccount(id);
  }

  /** Offers sessions again to a server that kept refusing them, on new connections. */
  tryOffering(id: AccountId): void {
    this.sessions.tryNow(id);
    this.#showRefusing(id);
    this.supervisor.reconnectAccount(id);
  }

  /** @returns how many sessions of the account were forgotten */
  forgetSessions(id: AccountId): number {
    const forgotten = this.sessions.forget(id);
    this.#showRefusing(id);
    return forgotten;
  }

  /** @returns how many sessions were forgotten */
  forgetHeldSessions(id: HeldSessionsId): number {
    const account = this.#state.find('heldSessions', id)?.accountId;
    const forgotten = this.sessions.forgetPeer(id);
    if (account !== undefined) this.#showRefusing(account);
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
    return opensslCommand({ settings, outcome: outcome.kind, protocol });
  }

  /** Shows the strips anew: earlier handshakes have become known. */
  showStrips(): void {
    for (const account of this.#state.list('accounts')) {
      this.#state.put('accounts', { ...account, strip: this.#tally.strip(account.id) });
    }
  }

  /** Logs out everywhere; nothing is connected any more after that. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.supervisor.close();
  }

  #connectionsOf(id: AccountId): readonly Connection[] {
    return this.#state.list('connections').filter(({ accountId }) => accountId === id);
  }

  #show(settings: AccountSettings, demo: boolean): void {
    const { id } = settings;
    this.#state.put('accounts', {
      ...asSeen(settings),
      strayPassword: this.#strayPasswordOf(settings),
      demo,
      refusing: this.sessions.refusing(id),
      strip: this.#tally.strip(id),
    });
  }

  #showRefusing(id: AccountId): void {
    const account = this.#state.find('accounts', id);
    if (account === undefined) return;
    this.#state.put('accounts', { ...account, refusing: this.sessions.refusing(id) });
  }

  #showHeld(id: HeldSessionsId): void {
    const held = this.sessions.heldForPeer(id);
    if (held === null) {
      this.#state.remove('heldSessions', id);
      return;
    }
    const { account, ...facts } = held;
    this.#state.put('heldSessions', { ...facts, id, accountId: account as AccountId });
  }

  #onConnection(connection: Connection): void {
    // While it logs out, a removed account may still have news; nobody wants them.
    if (!this.#settings.has(connection.accountId)) return;
    this.#state.put('connections', connection);
  }

  #onHandshake(handshake: Attempt): void {
    const account = this.#state.find('accounts', handshake.accountId);
    if (account === undefined) return;
    this.#onCounted(handshake, account, this.#tally.count(handshake));
    this.#state.set('totals', this.#tally.totals());
    this.#state.put('accounts', {
      ...account,
      refusing: this.sessions.refusing(account.id),
      strip: this.#tally.strip(account.id),
    });
  }
}

/** The account without what the interface must not or need not have: the text of what it trusts. */
function asSeen(
  settings: AccountSettings,
): Omit<Account, 'strayPassword' | 'demo' | 'refusing' | 'strip'> {
  return { ...settings, trust: seenTrust(settings.trust) };
}
