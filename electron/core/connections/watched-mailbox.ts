import type { ConnectionDetail, ConnectionId, ConnectionState } from '../../../shared/model.ts';
import type { Timer } from '../clock.ts';
import { attempt, type AttemptListener } from './attempt.ts';
import { STABLE_AFTER_MS } from './backoff.ts';
import { ConnectionLog } from './imap/connection-log.ts';
import { ConnectionView } from './connection-view.ts';
import { HandshakeHistory } from './handshake-history.ts';
import type { ImapConnection } from './imap/imap-connection.ts';
import type { Failure } from '../failures/index.ts';
import { isOfNetwork, isOutOfReach, nextStep, type NextStep } from './lifecycle.ts';
import type { MailboxHost } from './mailbox-host.ts';
import type { SignInPermit } from './sign-in-gate.ts';

/** One period of wanting to be connected; when it is replaced, whatever belongs to it stops. */
type Run = symbol;

const STOPPED: ReadonlySet<ConnectionState['kind']> = new Set([
  'paused',
  'sign-in-failed',
  'certificate-problem',
  'failed',
]);

/** Keeps the connection of one watched mailbox alive, over as many attempts as that takes. */
export class WatchedMailbox {
  readonly id: ConnectionId;
  readonly mailbox: string;
  readonly #host: MailboxHost;
  readonly #log: ConnectionLog;
  readonly #view: ConnectionView;
  #run: Run | null = null;
  #connection: ImapConnection | null = null;
  #isSignedIn = false;
  #retry: Timer | null = null;
  #failures = 0;
  readonly #history: HandshakeHistory;
  #isRemoved = false;

  constructor(id: ConnectionId, mailbox: string, host: MailboxHost, state: 'paused' | 'offline') {
    this.id = id;
    this.mailbox = mailbox;
    this.#host = host;
    this.#log = new ConnectionLog(() => host.clock.now());
    this.#history = new HandshakeHistory(host.account, id, (handshake) => {
      if (!this.#isRemoved) host.onHandshake(handshake);
    });
    this.#view = new ConnectionView(id, mailbox, host, this.#history, { kind: state });
  }

  get state(): ConnectionState['kind'] {
    return this.#view.state.kind;
  }

  /** Whether only a person can set it going again. */
  get isStopped(): boolean {
    return STOPPED.has(this.#view.state.kind);
  }

  detail(): ConnectionDetail {
    return {
      connection: this.#view.snapshot(),
      log: this.#log.lines(),
      attempts: this.#history.all,
    };
  }

  /** Connects, afresh if it is connected, and without further waiting if it waits. */
  connect(): void {
    this.#failures = 0;
    const run = this.#begin();
    this.#view.set({ kind: 'connecting', phase: 'dns' });
    void (async () => {
      await this.#logOut();
      if (this.#run === run) await this.#stayConnected(run);
    })();
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
    this.connect();
  }

  /** Whether it waits because the server was not reached the last time. */
  get waitsForServer(): boolean {
    return this.#view.state.kind === 'retrying' && isOutOfReach(this.#view.state.problem.code);
  }

  /** Whether the machine, with these addresses, has lost its connection, or was waiting for them. */
  isCutOff(addresses: ReadonlySet<string>): boolean {
    if (this.#view.state.kind === 'retrying') return isOfNetwork(this.#view.state.problem.code);
    const from = this.#connection?.localAddress ?? null;
    return from !== null && !addresses.has(from);
  }

  /** It is no longer watched: nothing more is heard of it. Resolves when the server was told. */
  async remove(): Promise<void> {
    this.#isRemoved = true;
    this.#end();
    await this.#logOut();
  }

  /** The account's password was refused elsewhere: does not try it as well, if it has yet to. */
  holdBack(failure: Failure): void {
    const isTrying = this.#view.state.kind === 'connecting' || this.#view.state.kind === 'retrying';
    if (!isTrying || this.#isSignedIn) return;
    this.#end();
    this.#takeConnection()?.destroy();
    this.#fail(failure, { kind: 'stop', state: 'sign-in-failed' });
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
    this.#host.signIn.lost();
  }

  async #logOut(): Promise<void> {
    const ending = this.#takeConnection()?.logOut();
    if (ending === undefined) return;
    this.#host.endings.add(ending);
    await ending;
    this.#host.endings.delete(ending);
  }

  #takeConnection(): ImapConnection | null {
    const connection = this.#connection;
    this.#connection = null;
    return connection;
  }

  async #stayConnected(run: Run): Promise<void> {
    const { signIn, random } = this.#host;
    const admission = await signIn.enter();
    if (admission.kind === 'held-back') {
      if (this.#run !== run) return;
      this.#failures += 1;
      this.#fail(admission.failure, this.#nextStep(admission.failure, true, random()));
      return;
    }
    const { permit } = admission;
    let isAgain = false;
    while (this.#run === run) {
      const failure = await this.#attempt(run, permit, !isAgain);
      if (this.#run !== run || failure === null) break;
      this.#failures += 1;
      const step = this.#nextStep(failure, isAgain, random());
      if (step.kind === 'again') {
        isAgain = true;
        continue;
      }
      if (!signIn.failed(permit, failure)) {
        // Refused were the credentials of before: the new ones have not been tried.
        this.connect();
        return;
      }
      this.#fail(failure, step);
      if (step.kind === 'stop' && step.state === 'sign-in-failed')
        this.#host.onSignInRefused(failure);
      return;
    }
    signIn.leave(permit);
  }

  #nextStep(failure: Failure, isAgain: boolean, random: number): NextStep {
    return nextStep(failure, { failures: this.#failures, again: isAgain }, random);
  }

  /**
   * Gives why it ended, `null` when that was asked for.
   *
   * @param offers whether a session may be offered in it
   */
  async #attempt(run: Run, permit: SignInPermit, offers: boolean): Promise<Failure | null> {
    const { clock, starts, account } = this.#host;
    const isWanted = (): boolean => this.#run === run;
    const leave = await starts.enter(account);
    if (!isWanted()) {
      leave();
      return null;
    }
    const report = this.#history.report(this.#host.lastFull);
    let idleAt: number | null = null;
    const listener: AttemptListener = {
      started: (connection) => {
        this.#connection = connection;
      },
      phase: (phase) => {
        if (isWanted()) this.#view.enter(phase);
      },
      handshake: (facts) => {
        report.update(facts);
        this.#view.changed();
      },
      signedIn: () => {
        if (!isWanted()) return;
        this.#isSignedIn = true;
        this.#host.signIn.signedIn(permit);
        this.#host.onSignedIn();
      },
      idle: (messages) => {
        leave();
        report.settle();
        idleAt = clock.monotonic();
        if (!isWanted()) return;
        this.#view.idle(messages);
      },
      messages: (messages) => {
        if (isWanted()) this.#view.count(messages);
      },
    };
    const failure = await attempt(
      this.#host.attemptContext(),
      { mailbox: this.mailbox, offers },
      this.#log,
      listener,
      isWanted,
    );
    leave();
    report.settle();
    if (!isWanted()) return null;
    this.#connection = null;
    this.#signedOut();
    if (idleAt !== null && clock.monotonic() - idleAt >= STABLE_AFTER_MS) this.#failures = 0;
    return failure;
  }

  #fail(failure: Failure, step: NextStep): void {
    const { problem, certificate } = failure;
    if (step.kind === 'stop') {
      this.#end();
      this.#view.set(
        step.state === 'certificate-problem'
          ? { kind: step.state, problem, certificate }
          : { kind: step.state, problem },
      );
      return;
    }
    const delayMs = step.kind === 'wait' ? step.delayMs : 0;
    const { clock } = this.#host;
    const run = this.#begin();
    this.#retry = clock.after(delayMs, () => {
      this.#view.set({ kind: 'connecting', phase: 'dns' });
      void this.#stayConnected(run);
    });
    this.#view.set({ kind: 'retrying', retryAt: clock.now() + delayMs, problem });
  }
}
