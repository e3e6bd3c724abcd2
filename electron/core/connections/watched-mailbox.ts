import type { LookupFunction } from 'node:net';
import type {
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
  ConnectError,
  ConnectionEnded,
  failureFrom,
  type Failure,
} from '../failures/index.ts';
import type { WayOf } from '../proxy/index.ts';
import { trustAnchor, type SessionCache } from '../tls/index.ts';
import { ConnectionView, type ConnectionEvent } from './connection-view.ts';
import { ConnectionLog } from './imap/connection-log.ts';
import { ImapConnection } from './imap/imap-connection.ts';
import {
  isOfNetwork,
  isOnTheWay,
  isOutOfReach,
  nextStep,
  STABLE_AFTER_MS,
  type NextStep,
  type StoppedState,
} from './lifecycle.ts';
import type { SecondLooks, Seen } from './second-looks.ts';
import type { SignInGate, SignInPermit } from './sign-in-gate.ts';
import type { StartGate } from './start-gate.ts';

/** An account to keep connected. */
export interface WatchedAccount {
  readonly settings: AccountSettings;
  /** Asked at each connect; `null` when none is stored. */
  readonly password: () => Promise<string | null>;
}

/** What the connections of one account share. */
export interface AccountConnections {
  /** As it is now. */
  account: WatchedAccount;
  readonly mailboxes: Map<ConnectionId, WatchedMailbox>;
  readonly signIn: SignInGate;
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

/** One period of wanting to be connected; when it is replaced, whatever belongs to it stops. */
type Run = symbol;

const STOPPED: ReadonlySet<ConnectionState['kind']> = new Set([
  'paused',
  'sign-in-failed',
  'certificate-problem',
  'failed',
]);

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
  #isSignedIn = false;
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
    this.#connectNow(isAsked);
  }

  /** The same where something on the way is not what it was: what the server did to it still counts. */
  connectAgain(): void {
    this.#failures = { ...this.#failures, onTheWay: 0 };
    this.#connectNow(false);
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

  #connectNow(isAsked: boolean): void {
    const run = this.#begin();
    this.#view.set({ kind: 'connecting', phase: 'dns' });
    void (async () => {
      await this.#logOut();
      if (this.#run === run) await this.#stayConnected(run, isAsked);
    })();
  }

  #begin(): Run {
    this.#end();
    const run = Symbol('run');
    this.#run = run;
    return run;
  }

  #end(): void {
    this.#run = null;
    this.#retry?.cancel();
    this.#signedOut();
  }

  #signedOut(): void {
    if (!this.#isSignedIn) return;
    this.#isSignedIn = false;
    this.#shared.signIn.lost();
  }

  async #logOut(): Promise<void> {
    const ending = this.#takeConnection()?.logOut();
    if (ending === undefined) return;
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

  async #stayConnected(run: Run, isAsked: boolean): Promise<void> {
    const { signIn } = this.#shared;
    const admission = await signIn.enter({ failures: this.#failures.afterTls, isAsked });
    if (admission.kind !== 'go') {
      if (this.#run !== run) return;
      if (admission.kind === 'held-up') this.#wait(admission.problem, 0, admission.waitMs);
      else this.#fail(admission.failure, this.#nextStep(admission.failure, true));
      return;
    }
    const { permit } = admission;
    let isAgain = false;
    while (this.#run === run) {
      const failure = await this.#attempt(run, permit, !isAgain);
      if (this.#run !== run || failure === null) break;
      const step = this.#nextStep(failure, isAgain);
      if (step.kind === 'again') {
        isAgain = true;
        continue;
      }
      if (!signIn.failed(permit, failure, this.#failures.afterTls)) {
        // Refused were the credentials of before: the new ones have not been tried.
        this.connect();
        return;
      }
      this.#fail(failure, step);
      if (step.kind === 'stop') this.#tellSiblings(failure, step.state);
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
   * Connects, watches the mailbox, and stays until the connection ends. Gives why it ended, `null`
   * when that was asked for.
   *
   * @param offers whether a session may be offered in it; not where it follows one that broke off so
   */
  async #attempt(run: Run, permit: SignInPermit, offers: boolean): Promise<Failure | null> {
    const { clock, starts } = this.#deps;
    const isWanted = (): boolean => this.#run === run;
    const leave = await starts.enter(this.#shared.account.settings.id);
    const { settings, password } = this.#shared.account;
    let connection: ImapConnection | null = null;
    let isSettled = false;
    const settle = (): void => {
      const attempt = connection?.attempt ?? null;
      if (isSettled || attempt === null) return;
      isSettled = true;
      // Only a connect that came to its end has all the phases to compare with.
      if (attempt.totalMs !== null && isFullHandshake(attempt.outcome))
        this.#shared.lastFull = attempt.phases;
      this.#view.settle(attempt, this.#shared.lastFull);
    };
    const watching = (): void => {
      if (isWanted()) this.#watching(permit);
    };
    let failure: Failure | null = null;
    try {
      if (!isWanted()) return null;
      // Said as what it is: no password is for what cannot be read.
      trustAnchor(settings.trust);
      const secret = await readPassword(password);
      if (!isWanted()) return null;
      connection = this.#dial(run, settings, secret, offers, watching);
      await connection.signIn();
      if (isWanted()) this.#signedIn(permit);
      const others = [...this.#shared.mailboxes.values()].map(({ mailbox }) => mailbox);
      const messages = await connection.open(this.mailbox, others);
      leave();
      settle();
      if (isWanted()) this.#view.watch(connection.watch(), messages);
      failure = await connection.ended;
    } catch (error) {
      if (error instanceof ConnectionEnded) {
        ({ failure } = error);
      } else {
        connection?.destroy();
        // Before there was a connection, or inside Reprise itself: neither repeats what was secret.
        failure = failureFrom(error, BEFORE_CONNECTING, settings, clock.now(), (text) => text);
      }
    } finally {
      leave();
      settle();
    }
    const { watchingAt } = permit.charge;
    const wasStable = watchingAt !== null && clock.monotonic() - watchingAt >= STABLE_AFTER_MS;
    // One that floods is stable for as long as that takes.
    if (wasStable && failure?.problem.code !== 'flooding') this.#failures = NO_FAILURES;
    if (!isWanted()) return null;
    this.#connection = null;
    this.#signedOut();
    return failure;
  }

  /** A connection that can be ended from now on. @param watching it watches its mailbox */
  #dial(
    run: Run,
    settings: AccountSettings,
    password: string,
    offers: boolean,
    watching: () => void,
  ): ImapConnection {
    const { clock, sessions, lookup, wayOf } = this.#deps;
    this.#connection = new ImapConnection({
      settings,
      password,
      sessions,
      accountId: settings.id,
      connectionId: this.id,
      name: this.mailbox,
      offers,
      clock,
      lookup,
      way: wayOf(settings.id, settings.proxy),
      log: this.#log,
      report: (event) => {
        // What an attempt came to is told also of one that another has taken the place of.
        if (event.kind === 'attempt') this.#view.put(event.attempt);
        else if (event.kind === 'watching') watching();
        else if (this.#run !== run) return;
        else if (event.kind === 'phase') this.#view.enter(event.phase);
        else if (event.kind === 'messages') this.#view.count(event.messages);
        else if (event.kind === 'heard') this.#view.heard();
        else if (event.kind === 'polling') this.#view.set({ kind: 'polling' });
        else this.#report({ ...event, accountId: settings.id });
      },
    });
    return this.#connection;
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
      void this.#stayConnected(run, false);
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

async function readPassword(password: WatchedAccount['password']): Promise<string> {
  let stored: string | null;
  try {
    stored = await password();
  } catch (cause) {
    throw new ConnectError('SECRET_UNREADABLE', { cause });
  }
  if (stored === null || stored === '') throw new ConnectError('SECRET_MISSING');
  return stored;
}

/** Whether the certificate was sent and checked in it: no session was taken up. */
function isFullHandshake({ kind }: Outcome): boolean {
  return kind === 'full' || kind === 'refused' || kind === 'off';
}
