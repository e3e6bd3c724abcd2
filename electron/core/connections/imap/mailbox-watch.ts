/**
 * Keeps an open mailbox current, by IDLE (RFC 2177) or by asking now and then, and proves again and
 * again that the server is there: lines that it sends unasked are no proof that it still listens.
 */
import type { ImapFlow } from 'imapflow';
import type { Clock, Timer } from '../../clock.ts';
import { ConnectError } from '../../failures/index.ts';

/** How a mailbox is watched: the server tells, or is asked. */
export type Watching = 'idle' | 'polling';

/**
 * How long an IDLE lasts before it is ended and begun again. Servers may drop a client that sent
 * nothing for 30 minutes (RFC 2177), some do after 10, and a NAT forgets sooner; a server that is gone
 * is to be noticed within six.
 */
export const RENEW_IDLE_AFTER_MS = 4 * 60_000;

/** How often a server is asked that has no IDLE. */
export const POLL_EVERY_MS = 2 * 60_000;

/** How long a server gets to end an IDLE, and to answer NOOP: it has nothing to do for either. */
export const ANSWER_LIMIT_MS = 15_000;
/**
 * The limit passes in pieces: on a machine that slept, or was held up, timers come before what has
 * arrived meanwhile is read.
 */
const LIMIT_PIECES = 3;

/** An IDLE that ends by itself sooner than this has not been one. */
const AT_ONCE_MS = 1000;
/** After so many of those the server has no IDLE, whatever it says. */
const ENOUGH_AT_ONCE = 3;

/** An IDLE that the server ends is begun anew, but no oftener than this. */
const IDLES_AT_MOST = 3;
const IDLES_WITHIN_MS = 60_000;

/** What the watch of a mailbox works with. */
export interface MailboxWatchDeps {
  /** Signed in, with the mailbox open; begins no IDLE by itself. */
  readonly client: Pick<ImapFlow, 'capabilities' | 'usable' | 'idle' | 'noop'>;
  readonly clock: Clock;
  /** The server turned out to have no IDLE: from now on it is asked. */
  readonly onPolling: () => void;
  /** The server does not answer. */
  readonly onSilence: (error: ConnectError) => void;
}

/** Watches the mailbox that a connection has open, from {@link MailboxWatch.start} until its end. */
export class MailboxWatch {
  readonly #deps: MailboxWatchDeps;
  readonly #timers = new Set<Timer>();
  /** When IDLE was begun lately, monotonic. */
  #begun: readonly number[] = [];
  #atOnce = 0;
  #hasEnded = false;

  constructor(deps: MailboxWatchDeps) {
    this.#deps = deps;
  }

  /** @returns how it begins */
  start(): Watching {
    const hasIdle = this.#deps.client.capabilities.has('IDLE');
    void (hasIdle ? this.#idle() : this.#poll());
    return hasIdle ? 'idle' : 'polling';
  }

  end(): void {
    this.#hasEnded = true;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  /** Ended, or about to be: the connection is gone. */
  get #isOver(): boolean {
    return this.#hasEnded || !this.#deps.client.usable;
  }

  async #idle(): Promise<void> {
    do {
      await this.#turn();
      if (this.#isOver) return;
    } while (await this.#idleOnce());
    if (this.#isOver) return;
    this.#deps.onPolling();
    await this.#poll();
  }

  /** @returns whether the server has an IDLE that is worth another */
  async #idleOnce(): Promise<boolean> {
    const { client } = this.#deps;
    // imapflow gives `false` where it was refused; where it broke off, the connection ends.
    const ended = client.idle().then(
      (answer) => (answer === false ? 'refused' : 'ended'),
      () => 'ended' as const,
    );
    let isAtOnce = true;
    const lasting = this.#after(AT_ONCE_MS, () => {
      isAtOnce = false;
    });
    const how = await this.#within(RENEW_IDLE_AFTER_MS, ended);
    lasting.cancel();
    if (how === 'late') {
      // Sends DONE, and itself when the IDLE has ended.
      const noop = client.noop();
      await this.#answered(ended);
      await this.#answered(noop);
      this.#atOnce = 0;
    } else if (how === 'ended' && isAtOnce) {
      this.#atOnce += 1;
    }
    return how !== 'refused' && this.#atOnce < ENOUGH_AT_ONCE;
  }

  async #poll(): Promise<void> {
    for (;;) {
      await this.#passes(POLL_EVERY_MS);
      if (this.#isOver) return;
      await this.#answered(this.#deps.client.noop());
    }
  }

  /** Resolves when another IDLE may begin. */
  async #turn(): Promise<void> {
    const { clock } = this.#deps;
    const [oldest = 0] = this.#begun;
    const leftMs = oldest + IDLES_WITHIN_MS - clock.monotonic();
    if (this.#begun.length === IDLES_AT_MOST && leftMs > 0) await this.#passes(leftMs);
    this.#begun = [...this.#begun, clock.monotonic()].slice(-IDLES_AT_MOST);
  }

  /** Resolves when the server has answered, whatever it said. */
  async #answered(answer: Promise<unknown>): Promise<void> {
    const came = answer.then(ignore, ignore);
    for (let piece = 0; piece < LIMIT_PIECES; piece += 1)
      if ((await this.#within(ANSWER_LIMIT_MS / LIMIT_PIECES, came)) !== 'late') return;
    this.#deps.onSilence(new ConnectError('PHASE_TIMEOUT', { limitMs: ANSWER_LIMIT_MS }));
    await came;
  }

  async #passes(delayMs: number): Promise<void> {
    await this.#within(delayMs, NEVER);
  }

  async #within<Result>(limitMs: number, awaited: Promise<Result>): Promise<Result | 'late'> {
    const { promise: late, resolve } = Promise.withResolvers<'late'>();
    const limit = this.#after(limitMs, () => {
      resolve('late');
    });
    try {
      return await Promise.race([awaited, late]);
    } finally {
      limit.cancel();
    }
  }

  #after(delayMs: number, run: () => void): Timer {
    const timer = this.#deps.clock.after(delayMs, run);
    this.#timers.add(timer);
    return {
      cancel: () => {
        timer.cancel();
        this.#timers.delete(timer);
      },
    };
  }
}

function ignore(): void {}

const NEVER = new Promise<never>(() => undefined);
