import type {
  AccountId,
  Attempt,
  Connection,
  ConnectionDetail,
  ConnectionId,
  PhaseTimes,
} from '../../../shared/model.ts';
import type { Clock, Timer } from '../../../electron/core/clock.ts';
import {
  connectionId,
  type ConnectionEvent,
  type MailConnections,
  type WatchedAccount,
} from '../../../electron/core/connections/index.ts';
import { simulatedAttempt } from './attempt.ts';

/** Whom the simulation tells, as the supervisor of real connections does. */
export interface SimulationDeps {
  readonly clock: Clock;
  /** Handshakes in a second, over all connections. */
  readonly rate: number;
  readonly random?: () => number;
  readonly report: (event: ConnectionEvent) => void;
}

/** How often handshakes are due; the rate is made of what has become due since. */
const TICK_MS = 10;
/** In one go: after a pause, what was missed is not made up for. */
const MOST_AT_ONCE = 100;
const ATTEMPTS_KEPT = 20;

interface Mailbox {
  connection: Connection;
  earlier: number;
  attempts: readonly Attempt[];
}

/** What is known of a mailbox that was never connected. */
const NOTHING_YET = {
  failing: null,
  messages: null,
  heardAt: null,
  attempt: null,
  lastFull: null,
} as const;

/**
 * Connections that are never made: their handshakes are replayed at a rate. They take the way of real
 * ones from here on: through the watch list, the counters, the history and the snapshots.
 */
export class SimulatedConnections implements MailConnections {
  readonly #deps: SimulationDeps;
  readonly #random: () => number;
  readonly #accounts = new Map<AccountId, WatchedAccount>();
  /** In the order in which they have their next handshake. */
  readonly #mailboxes = new Map<ConnectionId, Mailbox>();
  #timer: Timer | null = null;
  #tickedAt: number;
  #due = 0;

  constructor(deps: SimulationDeps) {
    this.#deps = deps;
    this.#random = deps.random ?? Math.random;
    this.#tickedAt = deps.clock.monotonic();
    this.#schedule();
  }

  /** Adds the account, or takes over its changed settings. */
  watch(account: WatchedAccount): void {
    const { id, mailboxes, paused } = account.settings;
    this.#accounts.set(id, account);
    const ids = new Map(mailboxes.map((name) => [connectionId(id, name), name]));
    for (const known of this.#of(id)) if (!ids.has(known)) this.#remove(known);
    for (const [connection, mailbox] of ids) {
      const known = this.#mailboxes.get(connection);
      const hasChanged =
        known === undefined || (known.connection.state.kind === 'paused') !== paused;
      if (hasChanged) this.#begin(connection, mailbox, id, known);
    }
  }

  async unwatch(id: AccountId): Promise<void> {
    this.#accounts.delete(id);
    for (const connection of this.#of(id)) this.#remove(connection);
    await Promise.resolve();
  }

  reconnect(id: ConnectionId): void {
    this.#handshake(id);
  }

  reconnectAccount(id: AccountId): void {
    for (const connection of this.#of(id)) this.#handshake(connection);
  }

  /** Nothing is done at once: at this rate, all of them have a handshake soon. */
  reconnectAll(): void {
    this.#due = Math.max(this.#due, this.#mailboxes.size);
  }

  // What is simulated needs no network.
  setOnline(): void {}
  reopenAll(): void {}
  moved(): void {}
  clockMoved(): void {}
  lookAgain(): void {}
  authoritiesChanged(): void {}

  detail(id: ConnectionId): ConnectionDetail | null {
    const mailbox = this.#mailboxes.get(id);
    if (mailbox === undefined) return null;
    const log = mailbox.attempts.map(({ startedAt, outcome }) => ({
      at: startedAt,
      text: `simulated: ${outcome.kind}; nothing was connected`,
    }));
    return {
      connection: mailbox.connection,
      log: log.toReversed(),
      attempts: mailbox.attempts,
    };
  }

  async close(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = null;
    this.#mailboxes.clear();
    await Promise.resolve();
  }

  #of(account: AccountId): readonly ConnectionId[] {
    return [...this.#mailboxes.values()]
      .filter(({ connection }) => connection.accountId === account)
      .map(({ connection }) => connection.id);
  }

  #begin(id: ConnectionId, mailbox: string, accountId: AccountId, known?: Mailbox): void {
    const isPaused = this.#accounts.get(accountId)?.settings.paused ?? false;
    const connection: Connection = {
      ...(known?.connection ?? NOTHING_YET),
      id,
      accountId,
      mailbox,
      state: isPaused ? { kind: 'paused' } : { kind: 'connecting', phase: 'tcp' },
      since: this.#deps.clock.now(),
    };
    this.#mailboxes.set(id, { earlier: 0, attempts: [], ...known, connection });
    this.#deps.report({ kind: 'changed', connection });
  }

  #remove(id: ConnectionId): void {
    this.#mailboxes.delete(id);
    this.#deps.report({ kind: 'removed', id });
  }

  #schedule(): void {
    this.#timer = this.#deps.clock.after(TICK_MS, () => {
      this.#tick();
      this.#schedule();
    });
  }

  #tick(): void {
    const now = this.#deps.clock.monotonic();
    this.#due += ((now - this.#tickedAt) * this.#deps.rate) / 1000;
    this.#tickedAt = now;
    const most = Math.min(this.#due, MOST_AT_ONCE, this.#mailboxes.size);
    // Each goes to the end of the line, so that this many have had theirs when it ends.
    let made = 0;
    for (const id of this.#mailboxes.keys()) {
      if (made + 1 > most) break;
      this.#handshake(id);
      made += 1;
    }
    this.#due = Math.min(this.#due - made, this.#mailboxes.size);
  }

  #handshake(id: ConnectionId): void {
    const mailbox = this.#mailboxes.get(id);
    if (mailbox === undefined) return;
    // To the end of the line.
    this.#mailboxes.delete(id);
    this.#mailboxes.set(id, mailbox);
    const { accountId } = mailbox.connection;
    const settings = this.#accounts.get(accountId)?.settings;
    if (settings === undefined || settings.paused) return;
    const now = this.#deps.clock.now();
    const attempt = simulatedAttempt({
      accountId,
      connectionId: id,
      now,
      random: this.#random,
      reuse: settings.reuse,
      earlier: mailbox.earlier,
    });
    mailbox.earlier += 1;
    mailbox.attempts = [attempt, ...mailbox.attempts].slice(0, ATTEMPTS_KEPT);
    mailbox.connection = after(mailbox.connection, attempt, now, this.#random);
    this.#deps.report({ kind: 'changed', connection: mailbox.connection });
    this.#deps.report({ kind: 'settled', attempt });
  }
}

/** The connection with its newest handshake. */
function after(
  connection: Connection,
  attempt: Attempt,
  now: number,
  random: () => number,
): Connection {
  const { outcome, phases } = attempt;
  const isFull = outcome.kind === 'full' || outcome.kind === 'refused' || outcome.kind === 'off';
  const lastFull: PhaseTimes | null = isFull ? phases : connection.lastFull;
  return {
    ...connection,
    state:
      outcome.kind === 'failed'
        ? { kind: 'retrying', retryAt: now + 5000, problem: outcome.problem, isHeldUp: false }
        : { kind: 'idle' },
    since: now,
    messages: (connection.messages ?? 100) + (random() < 0.1 ? 1 : 0),
    heardAt: now,
    attempt,
    lastFull,
  };
}
