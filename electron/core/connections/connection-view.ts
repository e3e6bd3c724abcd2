import type {
  Connection,
  ConnectionId,
  ConnectionState,
  Failing,
  Phase,
} from '../../../shared/model.ts';
import type { HandshakeHistory } from './handshake-history.ts';
import type { MailboxHost } from './mailbox-host.ts';

/** One watched mailbox as the interface sees it; every change is told to its host. */
export class ConnectionView {
  readonly #id: ConnectionId;
  readonly #mailbox: string;
  readonly #host: Pick<MailboxHost, 'account' | 'clock' | 'onConnection'>;
  readonly #handshakes: HandshakeHistory;
  #state: ConnectionState;
  #since: number;
  #failing: Failing | null = null;
  #messages: number | null = null;

  constructor(
    id: ConnectionId,
    mailbox: string,
    host: Pick<MailboxHost, 'account' | 'clock' | 'onConnection'>,
    handshakes: HandshakeHistory,
    state: ConnectionState,
  ) {
    this.#id = id;
    this.#mailbox = mailbox;
    this.#host = host;
    this.#handshakes = handshakes;
    this.#state = state;
    this.#since = host.clock.now();
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** It is in that state from now on; each retry is a state of its own. */
  set(state: ConnectionState): void {
    const now = this.#host.clock.now();
    if (state.kind !== this.#state.kind || state.kind === 'retrying') this.#since = now;
    this.#failing = failingIn(state, this.#failing, now);
    this.#state = state;
    this.changed();
  }

  /** What has failed is not what is tried from now on. Told with the next state. */
  forgetFailures(): void {
    this.#failing = null;
  }

  /** The connect goes on: it is not in another state for that. */
  enter(phase: Phase): void {
    this.#state = { kind: 'connecting', phase };
    this.changed();
  }

  /** IDLE begins in a mailbox of so many messages. */
  idle(messages: number): void {
    this.#messages = messages;
    this.set({ kind: 'idle' });
  }

  count(messages: number): void {
    if (messages === this.#messages) return;
    this.#messages = messages;
    this.changed();
  }

  /** Its handshakes have changed, or what is said of them. */
  changed(): void {
    this.#host.onConnection(this.snapshot());
  }

  snapshot(): Connection {
    return {
      id: this.#id,
      accountId: this.#host.account,
      mailbox: this.#mailbox,
      state: this.#state,
      since: this.#since,
      failing: this.#failing,
      messages: this.#messages,
      attempt: this.#handshakes.latest,
      lastFull: this.#handshakes.lastFull,
    };
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
    case 'offline':
    case 'paused':
    case 'sign-in-failed':
    case 'certificate-problem':
    case 'failed':
      return null;
  }
}
