/**
 * The state that the interface shows, and for each interface the stream of differences that keeps
 * its copy true.
 */
import type { ClientApi } from '../../../shared/contract.ts';
import {
  mapTables,
  snapshotOf,
  type Patch,
  type Single,
  type Singles,
  type Snapshot,
  type Table,
  type TableMaps,
  type TablePatch,
  type Tables,
} from '../../../shared/state.ts';
import type { AppFacts, Totals } from '../../../shared/model.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../../shared/settings.ts';
import type { Clock, Timer } from '../clock.ts';

/** At most one patch in this time: twenty a second look live, and more would only cost. */
const PATCH_INTERVAL_MS = 50;

/** A client that could not apply a patch is given this long before the next one. */
const RETRY_INTERVAL_MS = 1_000;

/**
 * How many changed entities are remembered for a client that does not keep up. Beyond it the ids
 * are dropped, and the client is made to ask for the whole state.
 */
const MAX_DIRTY = 10_000;

/** Something changed: one of the single values, or one entity of a table. */
type Changed = { readonly single: Single } | { readonly table: Table; readonly id: string };

/** The engine's state as the interface sees it; every value in it is whole and never altered. */
export class EngineState {
  #singles: Singles;
  readonly #tables = mapTables<{ readonly [T in Table]: Map<string, Tables[T]> & TableMaps[T] }>(
    () => new Map(),
  );
  readonly #listeners = new Set<(changed: Changed) => void>();

  constructor(app: AppFacts, totals: Totals, settings: Settings = DEFAULT_SETTINGS) {
    this.#singles = { app, settings, totals };
  }

  /** All of it, for an interface that is at this version. */
  snapshot(version: number): Snapshot {
    return snapshotOf(version, this.#singles, this.#tables);
  }

  get<S extends Single>(single: S): Singles[S] {
    return this.#singles[single];
  }

  set<S extends Single>(single: S, value: Singles[S]): void {
    this.#singles = { ...this.#singles, [single]: value };
    this.#tell({ single });
  }

  find<T extends Table>(table: T, id: string): Tables[T] | undefined {
    return this.#tables[table].get(id);
  }

  list<T extends Table>(table: T): readonly Tables[T][] {
    return [...this.#tables[table].values()];
  }

  put<T extends Table>(table: T, entity: Tables[T]): void {
    this.#tables[table].set(entity.id, entity);
    this.#tell({ table, id: entity.id });
  }

  remove(table: Table, id: string): void {
    if (this.#tables[table].delete(id)) this.#tell({ table, id });
  }

  /** Calls back at each change, until the function that it returns is called. */
  listen(changed: (changed: Changed) => void): () => void {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  }

  #tell(changed: Changed): void {
    for (const listener of this.#listeners) listener(changed);
  }
}

interface Dirty {
  readonly singles: Set<Single>;
  readonly tables: { readonly [T in Table]: Set<string> };
}

function clean(): Dirty {
  return {
    singles: new Set(),
    tables: mapTables<Dirty['tables']>(() => new Set()),
  };
}

/**
 * Keeps one interface up to date. At most one patch is under way to it; while it has not been
 * applied, only the ids of what changed are kept, so a client that is slow or has stopped reading
 * costs a bounded amount of memory. A patch that failed leaves a gap in the versions, at which the
 * client asks for the whole state: nothing is lost silently.
 */
export class SnapshotStream {
  readonly #state: EngineState;
  readonly #client: ClientApi;
  readonly #clock: Clock;
  readonly #maxDirty: number;
  readonly #stopListening: () => void;
  /** `null` until the client has asked for the state: before that it needs no patches. */
  #version: number | null = null;
  #dirty = clean();
  #dirtyCount = 0;
  /** More changed than is remembered: the next patch leaves a gap. */
  #overflowed = false;
  #underWay = false;
  #timer: Timer | null = null;
  #notBefore = 0;
  #closed = false;

  constructor(state: EngineState, client: ClientApi, clock: Clock, maxDirty = MAX_DIRTY) {
    this.#state = state;
    this.#client = client;
    this.#clock = clock;
    this.#maxDirty = maxDirty;
    this.#stopListening = state.listen((changed) => {
      this.#mark(changed);
    });
  }

  /** The whole state. Patches follow from its version on. */
  open(): Snapshot {
    this.#version ??= 0;
    this.#dirty = clean();
    this.#dirtyCount = 0;
    this.#overflowed = false;
    return this.#state.snapshot(this.#version);
  }

  /** The client is gone: nothing more is sent to it. */
  close(): void {
    this.#closed = true;
    this.#stopListening();
    this.#timer?.cancel();
    this.#timer = null;
  }

  #mark(changed: Changed): void {
    if (this.#version === null) return;
    if ('single' in changed) {
      this.#dirty.singles.add(changed.single);
    } else if (!this.#overflowed && !this.#dirty.tables[changed.table].has(changed.id)) {
      this.#dirty.tables[changed.table].add(changed.id);
      this.#dirtyCount += 1;
      if (this.#dirtyCount > this.#maxDirty) this.#overflow();
    }
    this.#schedule();
  }

  #overflow(): void {
    this.#overflowed = true;
    this.#dirty = clean();
    this.#dirtyCount = 0;
  }

  #hasChanges(): boolean {
    return this.#overflowed || this.#dirtyCount > 0 || this.#dirty.singles.size > 0;
  }

  #schedule(): void {
    if (this.#closed || this.#underWay || this.#timer !== null || !this.#hasChanges()) return;
    const delayMs = Math.max(0, this.#notBefore - this.#clock.monotonic());
    this.#timer = this.#clock.after(delayMs, () => {
      this.#timer = null;
      void this.#send();
    });
  }

  /** Never rejects. */
  async #send(): Promise<void> {
    if (this.#closed || this.#version === null || !this.#hasChanges()) return;
    // A version left out makes the client see the gap and ask for everything.
    this.#version += this.#overflowed ? 2 : 1;
    const sent = this.#dirty;
    const patch: Patch = { version: this.#version, ...this.#difference(sent) };
    this.#dirty = clean();
    this.#dirtyCount = 0;
    this.#overflowed = false;
    this.#underWay = true;
    this.#notBefore = this.#clock.monotonic() + PATCH_INTERVAL_MS;
    try {
      await this.#client.patch(patch);
    } catch {
      // The client could not apply it, or its channel closed, which `close` ends. What the patch
      // brought may be missing there: the gap that this leaves makes the client ask.
      this.#overflow();
      this.#notBefore = this.#clock.monotonic() + RETRY_INTERVAL_MS;
    }
    this.#underWay = false;
    this.#schedule();
  }

  #difference({ singles, tables }: Dirty): Omit<Patch, 'version'> {
    const changedTables = (Object.keys(tables) as Table[]).filter(
      (table) => tables[table].size > 0,
    );
    return Object.fromEntries([
      ...[...singles].map((single) => [single, this.#state.get(single)] as const),
      ...changedTables.map((table) => [table, this.#tablePatch(table, tables[table])] as const),
    ]) as Omit<Patch, 'version'>;
  }

  #tablePatch<T extends Table>(table: T, ids: ReadonlySet<string>): TablePatch<T> {
    const put: Tables[T][] = [];
    const removed: Tables[T]['id'][] = [];
    for (const id of ids) {
      const entity = this.#state.find(table, id);
      if (entity === undefined) removed.push(id);
      else put.push(entity);
    }
    return { put, removed };
  }
}
