/** Starts pass-throughs for the interface, and keeps what they see in the state. */
import { randomUUID } from 'node:crypto';
import { RepriseError } from '../../../shared/errors.ts';
import type { ClientConnectionId, ClientWatchId } from '../../../shared/ids.ts';
import type { ClientWatchInput } from '../../../shared/inputs.ts';
import type { ClientWatch, WatchedConnection, WatchReport } from '../../../shared/your-client.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log/index.ts';
import type { EngineState } from '../state/index.ts';
import { ShownRows } from './digests.ts';
import type { Digest, Started } from './relays.ts';
import { startRelayThread, type RelayThread } from './relay-thread.ts';
import type { WatchPlan } from './watch-plan.ts';

/** With what they have seen: a program has seldom more servers than two. */
const MOST_WATCHES = 4;

const NOTHING_SEEN = {
  counts: { connections: 0, open: 0, resumed: 0, full: 0, refused: 0, failed: 0 },
  summary: 'No connection has come so far.',
  notLetIn: null,
} as const;

export class WatchDesk {
  readonly #state: EngineState;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #startThread: typeof startRelayThread;
  /** There while something listens. */
  #thread: RelayThread | null = null;
  /** Of those that listen no more. */
  readonly #reports = new Map<ClientWatchId, WatchReport>();
  readonly #starting = new Map<ClientWatchId, Promise<Started>>();
  readonly #rows = new Map<ClientWatchId, ShownRows<WatchedConnection>>();

  constructor(state: EngineState, clock: Clock, log: Log, startThread = startRelayThread) {
    this.#state = state;
    this.#clock = clock;
    this.#log = log;
    this.#startThread = startThread;
  }

  /**
   * @param typed what the plan was made of
   * @throws RepriseError `invalid-input`, with the field, where it cannot be
   */
  async start(plan: WatchPlan, typed: ClientWatchInput): Promise<ClientWatchId> {
    if (this.#state.list('clientWatches').length >= MOST_WATCHES) {
      throw new RepriseError(
        'invalid-input',
        `${MOST_WATCHES} servers are watched already, or were. Remove one of them.`,
      );
    }
    const id = randomUUID() as string as ClientWatchId;
    const { server } = plan;
    const startedAt = this.#clock.now();
    this.#put({ id, typed, server, startedAt, state: { kind: 'starting' }, ...NOTHING_SEEN });
    try {
      const { version } = this.#state.get('app');
      const starting = this.#running().calls.start(id, plan, { name: 'Reprise', version });
      this.#starting.set(id, starting);
      const started = await starting;
      if (started.kind === 'cannot')
        throw new RepriseError('invalid-input', started.message, { field: started.field });
      const { listening, addresses, pointing } = started;
      this.#change(id, { state: { kind: 'listening', listening, addresses, pointing } });
      return id;
    } catch (error) {
      this.#remove(id);
      await this.#endIfIdle();
      throw error;
    } finally {
      this.#starting.delete(id);
    }
  }

  /** @throws RepriseError `not-found` */
  async stop(id: ClientWatchId): Promise<void> {
    // One that begins can be stopped once it is there. Why it cannot be, its start says.
    await this.#starting.get(id)?.catch(() => undefined);
    if (this.#mustGet(id).state.kind === 'stopped') return;
    const report = await this.#thread?.calls.stop(id);
    if (report !== null && report !== undefined) this.#reports.set(id, report);
    this.#stopped(id, null);
    await this.#endIfIdle();
  }

  /** @throws RepriseError `not-found` */
  async forget(id: ClientWatchId): Promise<void> {
    await this.stop(id);
    this.#remove(id);
  }

  /** @throws RepriseError `not-found` */
  async report(id: ClientWatchId): Promise<WatchReport> {
    this.#mustGet(id);
    const report = this.#reports.get(id) ?? (await this.#thread?.calls.report(id)) ?? null;
    if (report === null) throw notThere();
    return report;
  }

  /** Ends them all; what was seen is gone with the engine. */
  async close(): Promise<void> {
    await this.#thread?.terminate();
  }

  #running(): RelayThread {
    this.#thread ??= this.#startThread(
      (id, digest) => {
        this.#take(id as ClientWatchId, digest);
      },
      (error) => {
        this.#ended(error);
      },
    );
    return this.#thread;
  }

  async #endIfIdle(): Promise<void> {
    const thread = this.#thread;
    const isIdle = this.#state.list('clientWatches').every(({ state }) => state.kind === 'stopped');
    if (thread === null || !isIdle) return;
    this.#thread = null;
    await thread.terminate();
  }

  /** The thread is gone. Whoever waits for an answer of it is told by that. */
  #ended(error: unknown): void {
    if (error === null) return;
    this.#thread = null;
    this.#log.error('the pass-throughs of programs that are watched ended', error);
    for (const { id, state } of this.#state.list('clientWatches'))
      if (state.kind !== 'stopped') this.#stopped(id, 'It ended by a defect of Reprise.');
  }

  #stopped(id: ClientWatchId, problem: string | null): void {
    this.#change(id, { state: { kind: 'stopped', at: this.#clock.now(), problem } });
  }

  #take(id: ClientWatchId, { rows, ...rest }: Digest): void {
    if (this.#state.find('clientWatches', id) === undefined) return;
    this.#rowsOf(id).take(rows);
    this.#change(id, rest);
  }

  #rowsOf(id: ClientWatchId): ShownRows<WatchedConnection> {
    const found = this.#rows.get(id);
    if (found !== undefined) return found;
    const rows = new ShownRows<WatchedConnection>(
      (seen) => {
        const row = { id: rowId(id, seen.number), watchId: id, seen };
        this.#state.put('clientConnections', row);
      },
      (number) => {
        this.#state.remove('clientConnections', rowId(id, number));
      },
    );
    this.#rows.set(id, rows);
    return rows;
  }

  #remove(id: ClientWatchId): void {
    this.#rows.get(id)?.clear();
    this.#rows.delete(id);
    this.#reports.delete(id);
    this.#state.remove('clientWatches', id);
  }

  #change(id: ClientWatchId, change: Partial<ClientWatch>): void {
    const watch = this.#state.find('clientWatches', id);
    if (watch !== undefined) this.#put({ ...watch, ...change });
  }

  #put(watch: ClientWatch): void {
    this.#state.put('clientWatches', watch);
  }

  #mustGet(id: ClientWatchId): ClientWatch {
    const watch = this.#state.find('clientWatches', id);
    if (watch !== undefined) return watch;
    throw notThere();
  }
}

function rowId(id: ClientWatchId, number: number): ClientConnectionId {
  return `${id}/${number}` as ClientConnectionId;
}

function notThere(): RepriseError {
  return new RepriseError('not-found', 'This one is no longer there. Start it anew.');
}
