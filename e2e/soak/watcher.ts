/** Follows a running program as an interface does, and counts what becomes of its connections. */
import type { Connection, ConnectionId, OutcomeKind } from '../../shared/model.ts';
import type { TablePatch } from '../../shared/state.ts';
import type { ClientEnd } from '../../shared/rpc.ts';
import { connectTo } from '../fixtures/program/engine-client.ts';
import type { RepriseProcess } from '../fixtures/program/reprise-process.ts';

/** What was counted so far. */
export interface Counts {
  /** Connections that came to IDLE. */
  made: number;
  /** Connections that left IDLE by a failure. */
  lost: number;
  /** Handshakes, by their outcome. */
  readonly outcomes: Partial<Record<OutcomeKind, number>>;
}

export class Watcher {
  readonly counts: Counts = { made: 0, lost: 0, outcomes: {} };
  readonly connections = new Map<ConnectionId, Connection>();
  readonly #reprise: RepriseProcess;
  #end: ClientEnd | null = null;
  #version = 0;

  constructor(reprise: RepriseProcess) {
    this.#reprise = reprise;
  }

  /** The calls of the engine. */
  get engine(): ClientEnd['engine'] {
    if (this.#end === null) throw new Error('The watcher is not connected.');
    return this.#end.engine;
  }

  /** Leaves, if it is there, and comes back, as a page that is loaded again. */
  async reload(): Promise<void> {
    this.close();
    this.#end = await connectTo(this.#reprise, ({ version, connections }) => {
      // A gap: as the page does, it asks for everything.
      if (version !== this.#version + 1) void this.refresh();
      else if (connections !== undefined) this.#apply(connections);
      this.#version = version;
    });
    await this.refresh();
  }

  /** Takes the whole state of this moment; patches come a little later than what they tell of. */
  async refresh(): Promise<void> {
    const end = this.#end;
    // The program was asked just as it was left.
    const state = await end?.engine.getState().catch(() => null);
    if (state === null || state === undefined || end !== this.#end) return;
    this.#version = state.version;
    const known = new Set(state.connections.map(({ id }) => id));
    const removed = [...this.connections.keys()].filter((id) => !known.has(id));
    this.#apply({ put: [...state.connections], removed });
  }

  /** Those that do not watch their mailbox now. */
  notIdle(): Connection[] {
    return [...this.connections.values()].filter(({ state }) => state.kind !== 'idle');
  }

  close(): void {
    this.#end?.close();
    this.#end = null;
  }

  #apply({ put, removed }: TablePatch<'connections'>): void {
    for (const connection of put) {
      this.#count(this.connections.get(connection.id), connection);
      this.connections.set(connection.id, connection);
    }
    for (const id of removed) this.connections.delete(id);
  }

  #count(before: Connection | undefined, now: Connection): void {
    const isNew = now.attempt !== null && now.attempt.id !== before?.attempt?.id;
    if (isNew && now.attempt !== null) {
      const { kind } = now.attempt.outcome;
      this.counts.outcomes[kind] = (this.counts.outcomes[kind] ?? 0) + 1;
    }
    const wasIdle = before?.state.kind === 'idle';
    if (now.state.kind === 'idle' && (!wasIdle || isNew)) this.counts.made += 1;
    if (wasIdle && now.state.kind === 'retrying') this.counts.lost += 1;
  }
}
