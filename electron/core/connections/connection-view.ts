import type {
  AccountId,
  Attempt,
  Connection,
  ConnectionId,
  ConnectionState,
  Failing,
  Phase,
  PhaseTimes,
} from '../../../shared/model.ts';
import type { Clock } from '../clock.ts';
import type { Watching } from './imap/mailbox-watch.ts';

/** What is told of connections. */
export type ConnectionEvent =
  /** It is new or has changed; always whole. */
  | { readonly kind: 'changed'; readonly connection: Connection }
  /**
   * Once for each attempt that came to an outcome: when IDLE has begun, or when the attempt is
   * over. Until then it is seen on its connection only, as far as it is known.
   */
  | { readonly kind: 'settled'; readonly attempt: Attempt }
  /** A server wants people to see this. */
  | { readonly kind: 'alert'; readonly accountId: AccountId; readonly text: string }
  /** Its mailbox is not watched any more: the last that is told of it. */
  | { readonly kind: 'removed'; readonly id: ConnectionId };

/** How many of its attempts a connection keeps. */
const ATTEMPTS_KEPT = 20;

/** How exactly it is told when a server was last heard. */
const HEARD_TO_MS = 1000;

/** One watched mailbox as the interface sees it; every change is told. */
export class ConnectionView {
  readonly #clock: Clock;
  readonly #report: (event: ConnectionEvent) => void;
  #connection: Connection;
  #attempts: readonly Attempt[] = [];

  constructor(
    which: Pick<Connection, 'id' | 'accountId' | 'mailbox'>,
    clock: Clock,
    report: (event: ConnectionEvent) => void,
  ) {
    this.#clock = clock;
    this.#report = report;
    this.#connection = {
      ...which,
      state: { kind: 'offline' },
      since: clock.now(),
      failing: null,
      messages: null,
      heardAt: null,
      attempt: null,
      lastFull: null,
    };
  }

  get connection(): Connection {
    return this.#connection;
  }

  get state(): ConnectionState {
    return this.#connection.state;
  }

  /** Its latest attempts that came to an outcome, newest first. */
  get attempts(): readonly Attempt[] {
    return this.#attempts;
  }

  /** It is in that state from now on; each retry is a state of its own. */
  set(state: ConnectionState): void {
    const now = this.#clock.now();
    const before = this.#connection;
    const isEntered = state.kind !== before.state.kind || state.kind === 'retrying';
    this.#change({
      state,
      since: isEntered ? now : before.since,
      failing: failingIn(state, before.failing, now),
    });
  }

  /** The connect goes on: it is not in another state for that. */
  enter(phase: Phase): void {
    this.#change({ state: { kind: 'connecting', phase } });
  }

  /** What has failed is not what is tried from now on. Told with the next state. */
  forgetFailures(): void {
    this.#connection = { ...this.#connection, failing: null };
  }

  /** The watch of a mailbox of so many messages begins. */
  watch(kind: Watching, messages: number | null): void {
    this.#connection = { ...this.#connection, messages };
    this.set({ kind });
  }

  count(messages: number): void {
    if (messages !== this.#connection.messages) this.#change({ messages });
  }

  /** The server was heard, this very moment; it is told to the second, however much it says. */
  heard(): void {
    const now = this.#clock.now();
    const { heardAt } = this.#connection;
    // Either way: the clock may have been set.
    if (heardAt === null || Math.abs(now - heardAt) >= HEARD_TO_MS) this.#change({ heardAt: now });
  }

  /** The attempt has an outcome, or more is known of it than before. */
  put(attempt: Attempt): void {
    const isKnown = this.#attempts.some(({ id }) => id === attempt.id);
    // A ticket may still come while newer attempts have begun: each stays in its place.
    this.#attempts = isKnown
      ? this.#attempts.map((other) => (other.id === attempt.id ? attempt : other))
      : [attempt, ...this.#attempts].slice(0, ATTEMPTS_KEPT);
    this.#change({ attempt: this.#attempts[0] ?? null });
  }

  /** @param lastFull of the full handshake that the latest attempt is to be compared with */
  settle(attempt: Attempt, lastFull: PhaseTimes | null): void {
    this.#connection = { ...this.#connection, lastFull };
    this.#report({ kind: 'settled', attempt });
  }

  /** The time of day moved by so much; else a wait of a minute would seem to take a year. */
  clockMoved(byMs: number): void {
    const { state, since, failing, heardAt } = this.#connection;
    this.#change({
      state: state.kind === 'retrying' ? { ...state, retryAt: state.retryAt + byMs } : state,
      since: since + byMs,
      failing: failing === null ? null : { ...failing, since: failing.since + byMs },
      heardAt: heardAt === null ? null : heardAt + byMs,
    });
  }

  #change(changes: Partial<Connection>): void {
    this.#connection = { ...this.#connection, ...changes };
    this.#report({ kind: 'changed', connection: this.#connection });
  }
}

/** What is failing once `state` is entered: a new attempt alone mends nothing. */
function failingIn(state: ConnectionState, before: Failing | null, now: number): Failing | null {
  switch (state.kind) {
    case 'retrying':
      return { since: before?.since ?? now, problem: state.problem };
    case 'connecting':
      return before;
    case 'idle':
    case 'polling':
    case 'offline':
    case 'paused':
    case 'sign-in-failed':
    case 'certificate-problem':
    case 'failed':
      return null;
  }
}
