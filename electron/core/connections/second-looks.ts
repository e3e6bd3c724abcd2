/**
 * Another look at a server whose certificate has stopped connections: TLS, and no sign-in. What stopped
 * them may have been a hotel's portal or a wrong clock, and is gone without anybody saying so.
 */
import type { ConnectionId } from '../../../shared/model.ts';
import type { AccountSettings } from '../accounts/index.ts';
import type { Timer } from '../clock.ts';
import type { Failure } from '../failures/index.ts';
import type { WayOf } from '../proxy/index.ts';
import { SessionCache } from '../tls/index.ts';
import { ConnectionLog } from './imap/connection-log.ts';
import { ImapConnection, type ImapConnectionDeps } from './imap/imap-connection.ts';
import { backoffDelayMs, isVerdict } from './lifecycle.ts';
import type { StartGate } from './start-gate.ts';

/** However quiet the machine is, nobody waits longer for a look. */
export const LOOK_EVERY_MS = 60 * 60_000;

/** What a look has shown. */
export type Seen =
  | { readonly kind: 'trusted' }
  /** The same verdict as before, or another one. */
  | { readonly kind: 'verdict'; readonly failure: Failure }
  /** It did not come to a certificate; `null` where it was given up here. */
  | { readonly kind: 'hindered'; readonly failure: Failure | null };

/** An account, as far as its looks go. */
export interface LookedAt {
  readonly account: { readonly settings: AccountSettings };
  readonly mailboxes: ReadonlyMap<ConnectionId, LookedFor>;
}

/** A connection for which a look is made. */
interface LookedFor {
  /** A verdict has stopped it that may be another one now. */
  readonly awaitsLook: boolean;
  looked(seen: Seen): void;
}

/** What the looks work with. */
export interface SecondLooksDeps extends Pick<ImapConnectionDeps, 'clock' | 'lookup'> {
  readonly wayOf: WayOf;
  /** In [0, 1); spreads those that were hindered. */
  readonly random: () => number;
  readonly starts: StartGate;
  /** Whether there is a way to the account's server at all. */
  readonly canReach: (account: LookedAt) => boolean;
}

/** When an account is looked at next, and how it went so far. */
interface Looks {
  timer: Timer | null;
  isUnderWay: boolean;
  /** Something has changed while one was under way. */
  isDueAgain: boolean;
  /** Looks in a row that did not come to a certificate. */
  hindered: number;
}

/** One look for all mailboxes of an account, and at a time for all accounts that trust a server alike. */
export class SecondLooks {
  readonly #deps: SecondLooksDeps;
  readonly #accounts = new Map<LookedAt, Looks>();
  readonly #underWay = new Map<string, Promise<Seen>>();
  readonly #connections = new Set<ImapConnection>();
  #isClosed = false;

  constructor(deps: SecondLooksDeps) {
    this.#deps = deps;
  }

  /** A verdict has stopped a connection of the account: the next look is an hour from now. */
  expect(account: LookedAt): void {
    const looks = this.#looksOf(account);
    if (!looks.isUnderWay) this.#wait(account, looks, LOOK_EVERY_MS);
  }

  /** The network or the clock is another one, or what is trusted: looks now, if that is of use. */
  lookNow(account: LookedAt): void {
    const looks = this.#accounts.get(account);
    if (looks === undefined) return;
    if (looks.isUnderWay) looks.isDueAgain = true;
    else void this.#look(account, looks);
  }

  /** The account is no longer there. */
  forget(account: LookedAt): void {
    this.#accounts.get(account)?.timer?.cancel();
    this.#accounts.delete(account);
  }

  close(): void {
    this.#isClosed = true;
    for (const account of this.#accounts.keys()) this.forget(account);
    for (const connection of this.#connections) connection.destroy();
  }

  #looksOf(account: LookedAt): Looks {
    const known = this.#accounts.get(account);
    if (known !== undefined) return known;
    const made = { timer: null, isUnderWay: false, isDueAgain: false, hindered: 0 };
    if (!this.#isClosed) this.#accounts.set(account, made);
    return made;
  }

  #wait(account: LookedAt, looks: Looks, delayMs: number): void {
    looks.timer?.cancel();
    looks.timer = this.#isClosed
      ? null
      : this.#deps.clock.after(delayMs, () => void this.#look(account, looks));
  }

  async #look(account: LookedAt, looks: Looks): Promise<void> {
    looks.timer?.cancel();
    const waiting = (): LookedFor[] =>
      [...account.mailboxes.values()].filter(({ awaitsLook }) => awaitsLook);
    if (waiting().length === 0) {
      this.forget(account);
      return;
    }
    if (!this.#deps.canReach(account)) {
      this.#wait(account, looks, LOOK_EVERY_MS);
      return;
    }
    looks.isUnderWay = true;
    looks.isDueAgain = false;
    const { settings } = account.account;
    const seen = await this.#seeOnce(settings);
    looks.isUnderWay = false;
    // Removed meanwhile.
    if (this.#accounts.get(account) !== looks) return;
    const isStillAsked = serverOf(account.account.settings) === serverOf(settings);
    if (isStillAsked) for (const mailbox of waiting()) mailbox.looked(seen);
    looks.hindered = seen.kind === 'hindered' ? looks.hindered + 1 : 0;
    if (looks.isDueAgain && seen.kind !== 'trusted') void this.#look(account, looks);
    else if (looks.hindered === 0) this.#wait(account, looks, LOOK_EVERY_MS);
    else this.#wait(account, looks, backoffDelayMs(looks.hindered, this.#deps.random()));
  }

  #seeOnce(settings: AccountSettings): Promise<Seen> {
    const server = serverOf(settings);
    const underWay = this.#underWay.get(server);
    if (underWay !== undefined) return underWay;
    const look = this.#see(settings).finally(() => this.#underWay.delete(server));
    this.#underWay.set(server, look);
    return look;
  }

  async #see(settings: AccountSettings): Promise<Seen> {
    const { clock, lookup, wayOf, starts } = this.#deps;
    const leave = await starts.enter(settings.id);
    if (this.#isClosed) return { kind: 'hindered', failure: null };
    const connection = new ImapConnection({
      settings,
      // It does not come to that.
      credentials: { kind: 'password', password: '' },
      asksForIssuer: false,
      isPlanned: false,
      // Of its own: only a full handshake shows a certificate, and nobody is to resume from this one.
      sessions: new SessionCache({ now: () => clock.now() }),
      accountId: settings.id,
      connectionId: 'look' as ConnectionId,
      name: 'look',
      offers: false,
      clock,
      lookup,
      way: wayOf(settings.id, settings.proxy),
      log: new ConnectionLog(() => clock.now()),
      report: () => undefined,
    });
    this.#connections.add(connection);
    try {
      const seen = await connection.look();
      if (seen === 'verified') return { kind: 'trusted' };
      const isSeen = seen !== null && isVerdict(seen);
      return isSeen ? { kind: 'verdict', failure: seen } : { kind: 'hindered', failure: seen };
    } finally {
      this.#connections.delete(connection);
      leave();
    }
  }
}

/** Accounts with the same of this are shown the same, and make the same of it. */
function serverOf({ host, port, security, servername, trust, proxy }: AccountSettings): string {
  return JSON.stringify([host, port, security, servername, trust, proxy]);
}
