import type { DatabaseSync } from 'node:sqlite';
import type { HistoryQuery } from '../../../../shared/history.ts';
import { beginAnew, openDatabase, type OpenedDatabase } from './database.ts';
import type { Line, LineMeasures } from '../measures.ts';
import { MeasuredTable } from './measured-table.ts';
import { Pruner } from './pruning.ts';
import { DAY_MS, DEFAULT_KEPT_DAYS } from './ranges.ts';
import { Reader, type RecordedMark } from './reader.ts';
import { isDamage, whyNot } from '../../storage/storage-error.ts';
import type { StoredView } from './view.ts';
import { Writer, type Batch } from './writer.ts';

/**
 * Of the 100 MB that the history may take: the rest is for the write-ahead log, which is cut to 4 MiB,
 * and for what one batch adds.
 */
export const MAX_FILE_BYTES = 94_000_000;
/** In memory it is for a demo, or until a disk can be used again. */
const MAX_MEMORY_BYTES = 32_000_000;

/** What became of a batch. */
export type Written =
  | { readonly ok: true }
  /** `why` stands after a colon: the reason, and what to do. */
  | { readonly ok: false; readonly why: string };

/** How a store is opened. */
export interface StoreOptions {
  /** The file; `null` for memory. */
  readonly path: string | null;
  readonly now: number;
  /** Hears what the user should know, in sentences. */
  readonly onProblem: (problem: string) => void;
  readonly maxBytes?: number;
  readonly keptDays?: number;
}

/**
 * The history's database, synchronous: for a thread of its own. A file that turns out to be damaged
 * is kept aside at once, wherever that shows.
 */
export class HistoryStore {
  readonly #options: StoreOptions;
  #keptDays: number;
  #parts: Parts;

  constructor(options: StoreOptions) {
    this.#options = options;
    this.#keptDays = options.keptDays ?? DEFAULT_KEPT_DAYS;
    this.#parts = this.#take(openDatabase(options.path, options.now));
  }

  /** Writes all of it or nothing, and lets go of what is too old. Never throws. */
  write(batch: Batch): Written {
    try {
      this.#unlessDamaged(batch.now, ({ writer }) => {
        writer.write(batch);
      });
    } catch (error) {
      return { ok: false, why: whyNot(error) };
    }
    try {
      this.#unlessDamaged(batch.now, ({ pruner }) => {
        pruner.prune(batch.alive.at(-1) ?? null);
      });
    } catch {
      // What is too old stays until a later batch; a disk that refuses this refuses a write as well.
    }
    return { ok: true };
  }

  /** @throws SQLite's error */
  view(query: HistoryQuery, now: number): StoredView {
    return this.#unlessDamaged(now, ({ reader }) =>
      reader.view(query, now, this.#keptDays * DAY_MS),
    );
  }

  /** @throws SQLite's error */
  latest(now: number): RecordedMark[] {
    return this.#unlessDamaged(now, ({ reader }) => reader.latest(now));
  }

  /** What handshakes took lately, by line, those of the latest ones last. @throws SQLite's error */
  measured(now: number): ReadonlyMap<Line, LineMeasures> {
    return this.#unlessDamaged(now, ({ measured }) => measured.all());
  }

  /** Keeps so many days from now on; what is older goes by and by. */
  keep(days: number): void {
    this.#keptDays = days;
    this.#parts.pruner.keep(days);
  }

  /**
   * Does a bounded part of deleting what is older than {@link keep} allows, and at the end gives its
   * room on the disk back.
   *
   * @returns whether nothing is left to do
   * @throws SQLite's error
   */
  shorten(now: number): boolean {
    return this.#unlessDamaged(now, ({ db, pruner }) => {
      if (!pruner.pruneByAge(now)) return false;
      try {
        db.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
      } catch (error) {
        // No room for the copy that this makes: the file keeps its size, and nothing is lost.
        if (isDamage(error)) throw error;
      }
      return true;
    });
  }

  close(): void {
    this.#parts.db.close();
  }

  /** Does it, with a new database where this one turns out to be damaged. */
  #unlessDamaged<Result>(now: number, work: (parts: Parts) => Result): Result {
    try {
      return work(this.#parts);
    } catch (error) {
      const { path } = this.#options;
      if (path === null || this.#parts.inMemory || !isDamage(error)) throw error;
      this.#parts.db.close();
      this.#parts = this.#take(beginAnew(path, now));
      return work(this.#parts);
    }
  }

  #take({ db, inMemory, problem }: OpenedDatabase): Parts {
    if (problem !== null) this.#options.onProblem(problem);
    const maxBytes = this.#options.maxBytes ?? (inMemory ? MAX_MEMORY_BYTES : MAX_FILE_BYTES);
    return {
      db,
      inMemory,
      writer: new Writer(db),
      reader: new Reader(db),
      measured: new MeasuredTable(db),
      pruner: new Pruner(db, maxBytes, this.#keptDays),
    };
  }
}

interface Parts {
  readonly db: DatabaseSync;
  readonly inMemory: boolean;
  readonly writer: Writer;
  readonly reader: Reader;
  readonly measured: MeasuredTable;
  readonly pruner: Pruner;
}
