/** Starts the lab for the interface, and keeps what it sees in the state. */
import { randomUUID } from 'node:crypto';
import type { ClientCheckReport, LabConnection } from '../../../../shared/client-check.ts';
import type { ClientLab } from '../../../../shared/client-lab.ts';
import { RepriseError } from '../../../../shared/errors.ts';
import type { ClientLabId, LabConnectionId } from '../../../../shared/ids.ts';
import type { Clock } from '../../clock.ts';
import type { Log } from '../../log/index.ts';
import type { EngineState } from '../../state/index.ts';
import { startThread, type Thread } from '../../thread.ts';
import { ShownRows } from '../digests.ts';
import { NOTHING_SEEN, type LabDigest, type LabWishes, type LiveLab } from './live-lab.ts';

/** The program of the thread, as the history's is: its source, or what is built of it for Electron. */
const WORKER_FILE = new URL(
  import.meta.url.endsWith('.ts') ? './worker.ts' : './client-lab-worker.cjs',
  import.meta.url,
);

/** What the thread says by itself. */
export interface LabNews {
  digest(digest: LabDigest): void;
}

/** The engine's end of the lab's thread. */
export type LabThread = Thread<Pick<LiveLab, 'start' | 'stop' | 'report'>, LabNews>;

/** Starts it. @param onEnd hears that it has ended, and of what where it was a defect */
function startLabThread(said: LabNews, onEnd: (error: unknown) => void): LabThread {
  return startThread({ name: 'client-lab', file: WORKER_FILE, said, onEnd });
}

interface LabDeskOptions {
  readonly state: EngineState;
  readonly clock: Clock;
  readonly log: Log;
  /** Where the lab's authority lies. */
  readonly folder: string;
  readonly startLab?: typeof startLabThread;
}

/** What a person chooses. */
type Chosen = Pick<LabWishes, 'protocol' | 'listenAddress' | 'listenPort'>;

export class LabDesk {
  readonly #state: EngineState;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #folder: string;
  readonly #startThread: typeof startLabThread;
  /** There while it listens. */
  #thread: LabThread | null = null;
  /** Of the one that listens no more. */
  #report: ClientCheckReport | null = null;
  #rows: ShownRows<LabConnection>;

  constructor({ state, clock, log, folder, startLab = startLabThread }: LabDeskOptions) {
    this.#state = state;
    this.#clock = clock;
    this.#log = log;
    this.#folder = folder;
    this.#startThread = startLab;
    this.#rows = this.#rowsOf('');
  }

  /**
   * In place of one that was stopped.
   *
   * @throws RepriseError `invalid-input`, with the field where it is one's; `bad-ca-file`, `storage`
   */
  async start(chosen: Chosen): Promise<ClientLabId> {
    const [before] = this.#state.list('clientLabs');
    if (before !== undefined && before.state.kind !== 'stopped')
      throw new RepriseError('invalid-input', 'The lab runs already. Stop it first.');
    this.#clear();
    const id = randomUUID() as string as ClientLabId;
    this.#rows = this.#rowsOf(id);
    const startedAt = this.#clock.now();
    const { protocol } = chosen;
    const thread = this.#startThread(
      {
        digest: (digest) => {
          this.#take(id, digest);
        },
      },
      (error) => {
        this.#ended(id, error);
      },
    );
    this.#thread = thread;
    this.#put({ id, protocol, startedAt, state: { kind: 'starting' }, seen: NOTHING_SEEN });
    try {
      const { version, shell } = this.#state.get('app');
      const started = await thread.calls.start({
        ...chosen,
        folder: this.#folder,
        isPlainNode: shell !== 'electron',
        program: { name: 'Reprise', version },
      });
      if (started.kind === 'cannot') throw RepriseError.fromData(started.error);
      this.#change(id, { state: { kind: 'listening', ...started.listening } });
      return id;
    } catch (error) {
      if (this.#find(id) !== undefined) this.#clear();
      await this.#end(thread);
      throw error;
    }
  }

  /** @throws RepriseError `not-found` */
  async stop(id: ClientLabId): Promise<void> {
    const thread = this.#thread;
    if (this.#mustFind(id).state.kind === 'stopped' || thread === null) return;
    this.#report = await thread.calls.stop();
    this.#stopped(id, null);
    await this.#end(thread);
  }

  /** @throws RepriseError `not-found` */
  async forget(id: ClientLabId): Promise<void> {
    await this.stop(id);
    if (this.#find(id) !== undefined) this.#clear();
  }

  /** @throws RepriseError `not-found` */
  async report(id: ClientLabId): Promise<ClientCheckReport> {
    this.#mustFind(id);
    const report = this.#report ?? (await this.#thread?.calls.report()) ?? null;
    if (report === null) throw notThere();
    return report;
  }

  /** Ends it; what was seen is gone with the engine. */
  async close(): Promise<void> {
    if (this.#thread !== null) await this.#end(this.#thread);
  }

  async #end(thread: LabThread): Promise<void> {
    if (this.#thread === thread) this.#thread = null;
    await thread.terminate();
  }

  /** The thread is gone. Whoever waits for an answer of it is told by that. */
  #ended(id: ClientLabId, error: unknown): void {
    if (error === null) return;
    this.#thread = null;
    this.#log.error('the lab ended', error);
    this.#stopped(id, 'It ended by a defect of Reprise.');
  }

  #stopped(id: ClientLabId, problem: string | null): void {
    this.#change(id, { state: { kind: 'stopped', at: this.#clock.now(), problem } });
  }

  #take(id: ClientLabId, { rows, seen }: LabDigest): void {
    if (this.#find(id) === undefined) return;
    this.#rows.take(rows);
    this.#change(id, { seen });
  }

  #rowsOf(id: string): ShownRows<LabConnection> {
    const rowId = (number: number) => `${id}/${number}` as LabConnectionId;
    return new ShownRows(
      (seen) => {
        this.#state.put('labConnections', { id: rowId(seen.number), seen });
      },
      (number) => {
        this.#state.remove('labConnections', rowId(number));
      },
    );
  }

  #clear(): void {
    this.#rows.clear();
    this.#report = null;
    for (const { id } of this.#state.list('clientLabs')) this.#state.remove('clientLabs', id);
  }

  #change(id: ClientLabId, change: Partial<ClientLab>): void {
    const lab = this.#find(id);
    if (lab !== undefined) this.#put({ ...lab, ...change });
  }

  #put(lab: ClientLab): void {
    this.#state.put('clientLabs', lab);
  }

  #find(id: ClientLabId): ClientLab | undefined {
    return this.#state.find('clientLabs', id);
  }

  #mustFind(id: ClientLabId): ClientLab {
    const lab = this.#find(id);
    if (lab === undefined) throw notThere();
    return lab;
  }
}

function notThere(): RepriseError {
  return new RepriseError('not-found', 'This one is no longer there. Start it anew.');
}
