import type { LookupFunction } from 'node:net';
import type {
  Attempt,
  ConnectionDetail,
  ConnectionId,
  ConnectionState,
  Outcome,
  PhaseTimes,
  Problem,
} from '../../../shared/model.ts';
import type { AccountSettings } from '../accounts/index.ts';
import type { Clock, Timer } from '../clock.ts';
import {
  BEFORE_CONNECTING,
  ConnectionEnded,
  failureFrom,
  type Failure,
} from '../failures/index.ts';
import type { WayOf } from '../proxy/index.ts';
import { trustAnchor, type SessionCache } from '../tls/index.ts';
import { ConnectionView, type ConnectionEvent } from './connection-view.ts';
import type { Credentials, GetCredentials } from './credentials.ts';
import { ConnectionLog } from './imap/connection-log.ts';
import { ImapConnection, type ImapEvent } from './imap/imap-connection.ts';
import {
  isOfNetwork,
  isOnTheWay,
  isOutOfReach,
  nextStep,
  STABLE_AFTER_MS,
  type NextStep,
  type StoppedState,
} from './lifecycle.ts';
import { Renewal, type Held, type How, type Renewed, type SharedRenewals } from './renewal.ts';
import type { SecondLooks, Seen } from './second-looks.ts';
import type { SignInPermit } from './sign-in-gate.ts';
import type { Leave, StartGate } from './start-gate.ts';
import { lifeOf, saysExpired, tokenEnded, withLife, type TokenLife } from './token-life.ts';

/** An account to keep connected. */
export interface WatchedAccount {
  readonly settings: AccountSettings;
  readonly credentials: GetCredentials;
}

/** What the connections of one account share. */
export interface AccountConnections extends SharedRenewals {
  /** As it is now. */
  account: WatchedAccount;
  readonly mailboxes: Map<ConnectionId, WatchedMailbox>;
  /** Its latest access tokens. */
  lives: readonly TokenLife[];
  /** Phases of the latest full handshake with its server. */
  lastFull: PhaseTimes | null;
}

/** What all connections share. */
export interface MailboxDeps {
  readonly clock: Clock;
  readonly sessions: SessionCache;
  /** In [0, 1); spreads the retries. */
  readonly random: () => number;
  /** Resolves names in place of the system's resolver. */
  readonly lookup: LookupFunction;
  /** Which way an account's connections go. */
  readonly wayOf: WayOf;
  readonly starts: StartGate;
  readonly looks: Pick<SecondLooks, 'expect'>;
  /** Connections that are being logged out: done when the servers were told. */
  readonly endings: Set<Promise<void>>;
  readonly report: (event: ConnectionEvent) => void;
}

/** One period of wanting to be connected; when it is replaced, and so aborted, whatever belongs to it stops. */
type Run = AbortController;

/** What comes unasked of a mailbox that is open, or on the way to that. */
type OfMailbox = Exclude<ImapEvent, { kind: 'attempt' | 'alert' | 'watching' }>;

/** Why it is to be connected. */
interface Wish {
  /** A person wants this one, now. */
  readonly isAsked?: boolean;
  /** The connection before has ended with its access token, or is to. */
  readonly isPlanned?: boolean;
}

const STOPPED: ReadonlySet<ConnectionState['kind']> = new Set([
  'paused',
  'sign-in-failed',
  'certificate-problem',
  'failed',
]);

/** Of so many tokens' ends it is remembered that they have explained the end of a connection. */
const ENDS_EXPLAINED = 4;

const NO_FAILURES = { onTheWay: 0, afterTls: 0 } as const;

/** Where many wait until the same moment, those with fewer failures come first by so much for each. */
const LATER_BY_MS = 100;
const LATEST_BY_MS = 1000;

/** Keeps the connection of one watched mailbox alive, over as many attempts as that takes. */
export class WatchedMailbox {
  readonly id: ConnectionId;
  readonly mailbox: string;
  readonly #shared: AccountConnections;
  readonly #deps: MailboxDeps;
  readonly #log: ConnectionLog;
  readonly #view: ConnectionView;
  #run: Run | null = null;
  #connection: ImapConnection | null = null;
  /** The one that is made ahead of the end of the other. */
  #next: ImapConnection | null = null;
  #isSignedIn = false;
  /** Gives up its turn among the renewals of its account. */
  #leaveRenewal: Leave = ignore;
  /** The access tokens, by `expiresAt`, with whose ends it has lost connections. */
  #explained: readonly number[] = [];
  #retry: Timer | null = null;
  /** In a row: before TLS was there, and after it. */
  #failures = NO_FAILURES;
  /** The server was not reached the last time. */
  #isOutOfReach = false;
  #isRemoved = false;

  constructor(id: ConnectionId, mailbox: string, shared: AccountConnections, deps: MailboxDeps) {
    this.id = id;
    this.mailbox = mailbox;
    this.#shared = shared;
    this.#deps = deps;
    this.#log = new ConnectionLog(() => deps.clock.now());
    const accountId = shared.account.settings.id;
    this.#view = new ConnectionView({ id, accountId, mailbox }, deps.clock, (event) => {
      this.#report(event);
    });
  }

  get state(): ConnectionState['kind'] {
    return this.#view.state.kind;
  }

  /** Whether only a person can set it going again. */
  get isStopped(): boolean {
    return STOPPED.has(this.#view.state.kind);
  }

  /** A certificate has stopped it that may be another one at the next look; a pin that changed asks. */
  get awaitsLook(): boolean {
    const { state } = this.#view;
    return state.kind === 'certificate-problem' && state.problem.code !== 'certificate-changed';
  }

  detail(): ConnectionDetail {
    return {
      connection: this.#view.connection,
      log: this.#log.lines(),
      attempts: this.#view.attempts,
    };
  }

  /**
   * Connects, afresh if it is connected, and without further waiting if it waits, as if nothing had
   * failed.
   *
   * @param isAsked a person wants this one, now
   */
  connect(isAsked = false): void {
    this.#failures = NO_FAILURES;
    this.#connectNow({ isAsked });
  }

  /** The same where something on the way is not what it was: what the server did to it still counts. */
  connectAgain(): void {
    this.#failures = { ...this.#failures, onTheWay: 0 };
    this.#connectNow();
  }

  /** It is to connect elsewhere, or otherwise, the next time: nothing has failed there yet. */
  forgetFailures(): void {
    this.#view.forgetFailures();
  }

  /** Ends the connection and stays so. Resolves when the server was told. */
  async pause(): Promise<void> {
    this.#end();
    this.#view.set({ kind: 'paused' });
    await this.#logOut();
  }

  /** The network is gone: nobody could be told. */
  goOffline(): void {
    this.#end();
    this.#log.add('— Offline');
    this.#view.set({ kind: 'offline' });
    this.#takeConnection()?.destroy();
  }

  /** Connects afresh without a goodbye, since nothing may reach the server on the old way. */
  reopen(): void {
    this.#log.add('— The way to the server is not what it was: connecting afresh');
    this.#takeConnection()?.destroy();
    this.connectAgain();
  }

  clockMoved(byMs: number): void {
    this.#view.clockMoved(byMs);
  }

  /** Whether it waits because the server was not reached the last time. */
  get waitsForServer(): boolean {
    return this.#view.state.kind === 'retrying' && this.#isOutOfReach;
  }

  /** Whether the machine, with these addresses, has lost its connection, or was waiting for them. */
  isCutOff(addresses: ReadonlySet<string>): boolean {
    if (this.#view.state.kind === 'retrying') return isOfNetwork(this.#view.state.problem.code);
    const from = this.#connection?.localAddress ?? null;
    return from !== null && !addresses.has(from);
  }

  /**
   * The system's authorities are others now: connects afresh where one is gone that the connection hangs
   * on, or may come to hang on.
   */
  authoritiesChanged(trusts: (vouchers: readonly string[]) => boolean): void {
    if (this.#connection === null) return;
    const { hangsOn } = this.#connection;
    if (hangsOn !== null && trusts(hangsOn)) return;
    this.#log.add('— An authority that vouches for the server is not trusted any more');
    this.connectAgain();
  }

  /** It is no longer watched: nothing more is told of it. Resolves when the server was told. */
  async remove(): Promise<void> {
    this.#end();
    this.#report({ kind: 'removed', id: this.id });
    this.#isRemoved = true;
    await this.#logOut();
  }

  /** The account's password was refused elsewhere: does not try it as well, if it has yet to. */
  holdBack(failure: Failure): void {
    const isTrying = this.#view.state.kind === 'connecting' || this.#view.state.kind === 'retrying';
    if (!isTrying || this.#isSignedIn) return;
    this.#end();
    this.#takeConnection()?.destroy();
    this.#stop(failure, 'sign-in-failed');
  }

  /**
   * The account trusts one certificate, and another connection was shown another: as long as nobody has
   * said which of the two it is, none goes on.
   */
  stopForPin(failure: Failure): void {
    if (this.isStopped && !this.awaitsLook) return;
    this.#end();
    this.#log.add(`! ${failure.problem.message}`);
    void this.#logOut();
    this.#stop(failure, 'certificate-problem');
  }

  /** What another look at the server, which stopped this connection by its certificate, has shown. */
  looked(seen: Seen): void {
    if (!this.awaitsLook) return;
    this.#log.add(`— Looked at the certificate again, without signing in: ${inWords(seen)}`);
    if (seen.kind === 'trusted') {
      this.connectAgain();
    } else if (seen.kind === 'verdict') {
      this.#stop(seen.failure, 'certificate-problem');
      this.#tellSiblings(seen.failure, 'certificate-problem');
    }
  }

  #report(event: ConnectionEvent): void {
    if (!this.#isRemoved) this.#deps.report(event);
  }

  #connectNow(wish: Wish = {}): void {
    const run = this.#begin();
    this.#view.set({ kind: 'connecting', phase: 'dns' });
    void (async () => {
      await this.#logOut();
      if (this.#run === run) await this.#stayConnected(run, wish);
    })();
  }

  #begin(): Run {
    this.#end();
    const run = new AbortController();
    this.#run = run;
    return run;
  }

  #end(): void {
    this.#run?.abort();
    this.#run = null;
    this.#next?.destroy();
    this.#next = null;
    this.#retry?.cancel();
    this.#signedOut();
  }

  #signedOut(): void {
    if (!this.#isSignedIn) return;
    this.#isSignedIn = false;
    this.#shared.signIn.lost();
  }

  async #logOut(connection = this.#takeConnection()): Promise<void> {
    if (connection === null) return;
    const ending = connection.logOut();
    const { endings } = this.#deps;
    endings.add(ending);
    await ending;
    endings.delete(ending);
  }

  #takeConnection(): ImapConnection | null {
    const connection = this.#connection;
    this.#connection = null;
    return connection;
  }

  async #stayConnected(run: Run, { isAsked = false, isPlanned = false }: Wish): Promise<void> {
    const { signIn } = this.#shared;
    const admission = await signIn.enter({ failures: this.#failures.afterTls, isAsked });
    if (admission.kind !== 'go') {
      this.#leaveRenewal();
      if (this.#run !== run) return;
      if (admission.kind === 'held-up') this.#wait(admission.problem, 0, admission.waitMs);
      else this.#fail(admission.failure, this.#nextStep(admission.failure, true));
      return;
    }
    const { permit } = admission;
    let isAgain = false;
    let isFresh = false;
    while (this.#run === run) {
      const end = await this.#attempt(run, permit, { offers: !isAgain, isPlanned });
      if (this.#run !== run || end === null) break;
      if (end === 'planned') {
        signIn.leave(permit);
        this.#connectNow({ isPlanned: true });
        return;
      }
      // Another token is had for it, once: it may have ended a moment ago.
      if (end.kind === 'token-refused' && !isFresh) {
        isFresh = true;
        continue;
      }
      const step = this.#nextStep(end, isAgain);
      if (step.kind === 'again') {
        isAgain = true;
        continue;
      }
      if (!signIn.failed(permit, end, this.#failures.afterTls)) {
        // Refused were the credentials of before: the new ones have not been tried.
        this.connect();
        return;
      }
      this.#fail(end, step);
      if (step.kind === 'stop') this.#tellSiblings(end, step.state);
      return;
    }
    signIn.leave(permit);
  }

  /** After one failure more. */
  #nextStep(failure: Failure, again: boolean): NextStep {
    const kind = isOnTheWay(failure) ? 'onTheWay' : 'afterTls';
    this.#failures = { ...this.#failures, [kind]: this.#failures[kind] + 1 };
    const failures = this.#failures.onTheWay + this.#failures.afterTls;
    return nextStep(failure, { failures, again }, this.#deps.random());
  }

  /**
   * Connects, watches the mailbox, and stays until there is no connection. Gives why the last one ended,
   * `null` when that was asked for.
   */
  async #attempt(run: Run, permit: SignInPermit, how: How): Promise<Failure | 'planned' | null> {
    const { clock } = this.#deps;
    let end: Failure | 'planned' | null;
    try {
      const held = await this.#establish(run, permit, how);
      if (this.#run === run) this.#view.watch(held.connection.watch(), held.messages);
      end = await this.#stay(run, held);
    } catch (error) {
      end = this.#failureOf(error);
    }
    const { watchingAt } = permit.charge;
    const wasStable = watchingAt !== null && clock.monotonic() - watchingAt >= STABLE_AFTER_MS;
    // One that floods is stable for as long as that takes.
    const floods = end !== null && end !== 'planned' && end.kind === 'flooding';
    if (wasStable && !floods) this.#failures = NO_FAILURES;
    if (this.#run !== run) return null;
    if (end === 'planned') return end;
    this.#connection = null;
    this.#signedOut();
    return end;
  }

  /** Connects, and opens the mailbox. @throws ConnectionEnded */
  async #establish(run: Run, permit: SignInPermit, how: How): Promise<Held> {
    const { starts } = this.#deps;
    const { account, mailboxes } = this.#shared;
    const isWanted = (): boolean => this.#run === run;
    const leave = await starts.enter(account.settings.id);
    let held: Held | null = null;
    try {
      if (!isWanted()) throw new ConnectionEnded(null);
      // Said as what it is: no secret is for what cannot be read.
      trustAnchor(account.settings.trust);
      const credentials = how.ahead ?? (await account.credentials(run.signal));
      if (!isWanted()) throw new ConnectionEnded(null);
      held = this.#dial(run, permit, credentials, how);
      await held.connection.signIn();
      if (isWanted()) this.#signedIn(permit);
      const others = [...mailboxes.values()].map(({ mailbox }) => mailbox);
      held.messages = await held.connection.open(this.mailbox, others);
      held.openedAt = this.#deps.clock.monotonic();
      return held;
    } catch (error) {
      if (!(error instanceof ConnectionEnded)) held?.connection.destroy();
      const failure = isWanted() ? this.#failureOf(error) : null;
      if (failure?.kind === 'token-refused' && held?.credentials.kind === 'token')
        held.credentials.refused();
      throw new ConnectionEnded(failure);
    } finally {
      leave();
      this.#leaveRenewal();
      this.#settle(held?.connection.attempt ?? null);
    }
  }

  /** What was thrown on the way to a connection, or inside Reprise itself. */
  #failureOf(error: unknown): Failure | null {
    if (error instanceof ConnectionEnded) return error.failure;
    const { settings } = this.#shared.account;
    const now = this.#deps.clock.now();
    // Neither repeats what was secret.
    return failureFrom(error, BEFORE_CONNECTING, settings, now, (text) => text);
  }

  #settle(attempt: Attempt | null): void {
    if (attempt === null) return;
    // Only a connect that came to its end has all the phases to compare with.
    if (attempt.totalMs !== null && isFullHandshake(attempt.outcome))
      this.#shared.lastFull = attempt.phases;
    this.#view.settle(attempt, this.#shared.lastFull);
  }

  /** A connection that can be ended from now on. */
  #dial(run: Run, permit: SignInPermit, credentials: Credentials, how: How): Held {
    const { clock, sessions, lookup, wayOf } = this.#deps;
    const { settings } = this.#shared.account;
    const { promise: isWatched, resolve: watched } = Promise.withResolvers<void>();
    const connection = new ImapConnection({
      settings,
      credentials,
      isPlanned: how.isPlanned,
      asksForIssuer: false,
      sessions,
      accountId: settings.id,
      connectionId: this.id,
      name: this.mailbox,
      offers: how.offers,
      clock,
      lookup,
      way: wayOf(settings.id, settings.proxy),
      log: this.#log,
      report: (event) => {
        // What an attempt came to is told also of one that another has taken the place of.
        if (event.kind === 'attempt') this.#view.put(event.attempt);
        else if (this.#run !== run) return;
        else if (event.kind === 'alert') this.#report({ ...event, accountId: settings.id });
        else if (event.kind === 'watching') {
          this.#watching(permit);
          watched();
        } else this.#hear(held, event);
      },
    });
    const life = credentials.kind === 'token' ? lifeOf(credentials, clock) : null;
    if (life !== null) this.#shared.lives = withLife(this.#shared.lives, life);
    const held: Held = {
      connection,
      credentials,
      life,
      messages: null,
      watching: null,
      openedAt: 0,
      isWatched,
    };
    if (how.ahead === undefined) this.#connection = connection;
    else this.#next = connection;
    return held;
  }

  /** Of one that is made ahead nothing is shown as long as the one before is there. */
  #hear(held: Held, event: OfMailbox): void {
    if (event.kind === 'messages') held.messages = event.messages;
    if (event.kind === 'polling') held.watching = 'polling';
    if (this.#connection !== null && this.#connection !== held.connection) return;
    if (event.kind === 'phase') this.#view.enter(event.phase);
    else if (event.kind === 'messages') this.#view.count(event.messages);
    else if (event.kind === 'heard') this.#view.heard();
    else this.#view.set({ kind: 'polling' });
  }

  /** Stays until there is no connection: where one ends with its token, another is there before. */
  async #stay(run: Run, first: Held): Promise<Failure | 'planned' | null> {
    for (let held = first; ;) {
      const gone = new AbortController();
      const renewal = this.#renewal(run, held, gone.signal);
      const { connection } = held;
      const ended = connection.ended.then(() => ({ kind: 'given-up' }) as const);
      let renewed = await Promise.race([renewal, ended]);
      gone.abort();
      if (this.#run !== run) return null;
      if (renewed.kind === 'given-up' && this.#next !== null) {
        // The next one is on its way.
        this.#connection = null;
        this.#view.set({ kind: 'connecting', phase: 'dns' });
        renewed = await renewal;
        if (this.#run !== run) return null;
      }
      switch (renewed.kind) {
        case 'ahead':
          this.#takeOver(held, renewed.next);
          held = renewed.next;
          break;
        case 'in-place':
          this.#leaveRenewal = renewed.leave;
          return 'planned';
        case 'given-up':
          return this.#endOf(held, await connection.ended);
      }
    }
  }

  #renewal(run: Run, held: Held, signal: AbortSignal): Promise<Renewed> {
    const { clock, random } = this.#deps;
    const renewal = new Renewal(
      {
        shared: this.#shared,
        clock,
        random,
        log: this.#log,
        credentials: (wanted) => this.#shared.account.credentials(wanted),
        establish: async (permit, how) => {
          try {
            return await this.#establish(run, permit, how);
          } catch (error) {
            this.#next = null;
            throw error;
          }
        },
        failureOf: (error) => this.#failureOf(error),
      },
      held,
      signal,
    );
    return renewal.done();
  }

  #takeOver(before: Held, { connection, watching, messages }: Held): void {
    this.#next = null;
    this.#connection = connection;
    this.#view.watch(watching ?? 'idle', messages);
    this.#log.add('— Connected anew; the connection before ends, as planned');
    void this.#logOut(before.connection);
  }

  /** What the end of a connection comes to that had its mailbox open. */
  #endOf(held: Held, failure: Failure | null): Failure | 'planned' | null {
    const { credentials, life, openedAt } = held;
    if (failure === null || credentials.kind === 'password') return failure;
    const { clock } = this.#deps;
    const lastedMs = clock.monotonic() - openedAt;
    // Said before its time, another one is wanted; of a young one that is hardly true.
    if (lastedMs >= STABLE_AFTER_MS && saysExpired(failure)) credentials.refused();
    if (life === null) return failure;
    const { lives } = this.#shared;
    const explained = this.#explained;
    const ended = tokenEnded({ failure, lastedMs, life, lives, explained }, clock);
    if (ended === null) return failure;
    this.#explained = [ended, ...explained].slice(0, ENDS_EXPLAINED);
    this.#log.add('— That was planned: its access token has ended. Connecting anew');
    return 'planned';
  }

  /** The password is right: siblings that had given up need not any more. */
  #signedIn(permit: SignInPermit): void {
    const { signIn, mailboxes } = this.#shared;
    this.#isSignedIn = true;
    signIn.signedIn(permit);
    for (const sibling of mailboxes.values())
      if (sibling.state === 'sign-in-failed') sibling.connectAgain();
  }

  /** The server is there, and does what it should: siblings need not wait for it any more. */
  #watching(permit: SignInPermit): void {
    const { signIn, mailboxes } = this.#shared;
    signIn.watches(permit);
    for (const sibling of mailboxes.values()) if (sibling.waitsForServer) sibling.connectAgain();
  }

  /** What has stopped this connection may concern those that are going still. */
  #tellSiblings(failure: Failure, state: StoppedState): void {
    const { mailboxes } = this.#shared;
    if (state === 'sign-in-failed') {
      for (const sibling of mailboxes.values()) sibling.holdBack(failure);
    } else if (failure.problem.code === 'certificate-changed') {
      for (const sibling of mailboxes.values()) sibling.stopForPin(failure);
    }
  }

  #stop({ problem, certificate }: Failure, state: StoppedState): void {
    this.#end();
    this.#view.set(
      state === 'certificate-problem'
        ? { kind: state, problem, certificate }
        : { kind: state, problem },
    );
    if (this.awaitsLook) this.#deps.looks.expect(this.#shared);
  }

  #fail(failure: Failure, step: NextStep): void {
    if (step.kind === 'stop') {
      this.#stop(failure, step.state);
      return;
    }
    this.#isOutOfReach = isOutOfReach(failure);
    this.#wait(
      failure.problem,
      step.kind === 'wait' ? step.delayMs : 0,
      this.#shared.signIn.waitMs,
    );
  }

  /** Waits for as long as this mailbox has to, and no shorter than its account. */
  #wait(problem: Problem, ownMs: number, accountMs: number): void {
    const isHeldUp = accountMs > ownMs;
    const laterMs = Math.min(this.#failures.afterTls * LATER_BY_MS, LATEST_BY_MS);
    const delayMs = isHeldUp ? accountMs + laterMs : ownMs;
    const { clock } = this.#deps;
    const run = this.#begin();
    this.#retry = clock.after(delayMs, () => {
      this.#view.set({ kind: 'connecting', phase: 'dns' });
      void this.#stayConnected(run, {});
    });
    this.#view.set({ kind: 'retrying', retryAt: clock.now() + delayMs, problem, isHeldUp });
  }
}

function inWords(seen: Seen): string {
  switch (seen.kind) {
    case 'trusted':
      return 'it is trusted now';
    case 'verdict':
      return seen.failure.problem.message;
    case 'hindered':
      return `hindered. ${seen.failure?.problem.message ?? ''}`;
  }
}

/** Whether the certificate was sent and checked in it: no session was taken up. */
function isFullHandshake({ kind }: Outcome): boolean {
  return kind === 'full' || kind === 'refused' || kind === 'off';
}

function ignore(): void {}
