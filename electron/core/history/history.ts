import { existsSync } from 'node:fs';
import type {
  HistoryExtent,
  HistoryQuery,
  HistoryView,
  SavedTime,
} from '../../../shared/history.ts';
import { RepriseError } from '../../../shared/errors.ts';
import type { Clock, Timer } from '../clock.ts';
import type { Log } from '../log/index.ts';
import type { NoticeBoard } from '../state/index.ts';
import { BEAT_MS, lived, type AliveSpan, type Beat } from './alive.ts';
import type { Measurement, Measures } from './measures.ts';
import { Missing } from './missing.ts';
import type { AttemptRow } from './row.ts';
import { sizeOnDisk } from './store/database.ts';
import { DEFAULT_KEPT_DAYS } from './store/ranges.ts';
import type { RecordedMark } from './store/reader.ts';
import type { StoredFigures } from './store/sum.ts';
import { NOTHING_FOUND, viewOf, type StoredView } from './store/view.ts';
import type { Batch } from './store/writer.ts';
import { startThread, type HistoryThread } from './thread.ts';

/**
 * A handshake waits at most this long before it is given to the thread that writes it. What a
 * `kill -9` can cost is this batch, and the one before it while it is being written.
 */
export const BATCH_MS = 100;
/** A batch of so many does not wait. */
export const BATCH_ROWS = 1000;

/** More than this waiting for the disk are not recorded: memory has to stay bounded. */
const MAX_UNWRITTEN = 20_000;

/**
 * A thread that ends by a defect is started again, but no more often than so: one that fails at once
 * would fail all the time, and one that fails now and then must not end the history for ever.
 */
const STARTS = { most: 3, withinMs: 3_600_000 } as const;

/** What the history works with. */
export interface HistoryDeps {
  /** The database's file, made when something is first recorded; `null` for memory. */
  readonly path: string | null;
  readonly keptDays?: number;
  readonly clock: Clock;
  /** What handshakes took lately: earlier runs' are added, and views are estimated by them. */
  readonly measures: Measures;
  readonly notices: NoticeBoard;
  readonly log: Log;
  /** Starts the thread that writes and reads; a test has one that it can end. */
  readonly start?: typeof startThread;
}

/**
 * What happened, on the disk: takes handshakes at once and writes them in batches on a thread of its
 * own. Never stops the program: what goes wrong is said by a notice, and what is missing is counted.
 */
export class History {
  readonly #deps: HistoryDeps;
  readonly #missing: Missing;
  #thread: HistoryThread | null = null;
  #keptDays: number;
  /** When the thread was started lately, by the time that only ever rises. */
  #starts: readonly number[] = [];
  #waiting: AttemptRow[] = [];
  #measured: Measurement[] = [];
  #underWay = 0;
  #batchTimer: Timer | null = null;
  #beatTimer: Timer | null = null;
  #span: AliveSpan;
  #lastBeat: Beat;
  /** Spans that ended since the last batch. */
  #ended: AliveSpan[] = [];
  #closing: Promise<void> | null = null;

  constructor(deps: HistoryDeps) {
    this.#deps = deps;
    this.#keptDays = deps.keptDays ?? DEFAULT_KEPT_DAYS;
    this.#missing = new Missing(deps.notices);
    this.#lastBeat = this.#beatNow();
    this.#span = lived(null, null, this.#lastBeat);
    this.#scheduleBeat();
  }

  /** Whether anything may have been recorded by earlier runs. */
  get isThere(): boolean {
    return this.#deps.path !== null && existsSync(this.#deps.path);
  }

  /** Handshakes that are not known to be on the disk yet. */
  get unwritten(): number {
    return this.#waiting.length + this.#underWay;
  }

  /** Nothing was ever recorded; to ask the thread would make the file. */
  get #isEmpty(): boolean {
    return (
      this.#closing === null && this.#thread === null && this.#waiting.length === 0 && !this.isThere
    );
  }

  /** Records what a server check measured, soon, where there is a history. */
  measure(measured: readonly Measurement[]): void {
    if (this.#isEmpty || this.#closing !== null) return;
    this.#measured.push(...measured);
    this.#flushSoon();
  }

  /** Records a handshake, soon. @param measured what it tells of others of its line */
  record(row: AttemptRow, measured: readonly Measurement[] = []): void {
    if (this.#closing !== null) return;
    if (this.unwritten >= MAX_UNWRITTEN) {
      this.#missing.add(1, 'the disk is too slow. Look for what keeps it busy');
      return;
    }
    this.#waiting.push(row);
    this.#measured.push(...measured);
    if (this.#waiting.length >= BATCH_ROWS) this.#flush();
    else this.#flushSoon();
  }

  /**
   * The figures of a range that ends now, with everything that was recorded before.
   *
   * @throws RepriseError `storage` where they cannot be read
   */
  async view(query: HistoryQuery): Promise<HistoryView> {
    const { buckets, totals, ...view } = await this.#stored(query);
    return {
      ...view,
      buckets: buckets.map((bucket) => this.#withSavings(bucket)),
      totals: this.#withSavings(totals),
      notRecorded: this.#missing.count,
    };
  }

  /**
   * What earlier runs recorded: the last 24 hours, the latest attempts of these, oldest first, and
   * what handshakes took, which is added to the measures.
   *
   * @throws RepriseError `storage` as {@link view} does
   */
  async recorded(): Promise<[day: StoredView, marks: readonly RecordedMark[]]> {
    const now = this.#deps.clock.now();
    // Asked for at once, so that nothing is recorded in between.
    const [day, marks, measured] = await Promise.all([
      this.#stored({ range: '24h', account: null }),
      this.#ask((store) => store.latest(now)),
      this.#ask((store) => store.measured(now)),
    ]);
    this.#deps.measures.addRecorded(measured);
    return [day, marks];
  }

  /** Since when there are figures, and what they take. @throws RepriseError `storage` as {@link view} does */
  async extent(): Promise<HistoryExtent> {
    const { path } = this.#deps;
    const { recordedSince } = await this.view({ range: '1h', account: null });
    return { recordedSince, sizeBytes: path === null ? null : await sizeOnDisk(path) };
  }

  /**
   * Keeps so many days from now on. Where that is less than before, it resolves when what is older is
   * gone.
   *
   * @throws RepriseError `storage` where not all of that could be deleted; it goes by and by then
   */
  async keep(days: number): Promise<void> {
    const isShorter = days < this.#keptDays;
    this.#keptDays = days;
    if (this.#thread === null && !(isShorter && this.isThere)) return;
    try {
      await this.#running().store.keep(days);
      // Part by part, so that neither a write nor a view has to wait for all of it.
      let isDone = !isShorter;
      while (!isDone && this.#closing === null) {
        isDone = await this.#running().store.shorten(this.#deps.clock.now());
      }
    } catch (cause) {
      throw new RepriseError(
        'storage',
        'The new length of the history is saved, but what is older could not be deleted at once. Reprise deletes it later; the log has the details.',
        { cause },
      );
    }
  }

  /** @throws RepriseError `storage` */
  async #stored(query: HistoryQuery): Promise<StoredView> {
    const now = this.#deps.clock.now();
    if (this.#isEmpty) return viewOf(query, now, NOTHING_FOUND);
    return this.#ask((store) => store.view(query, now));
  }

  #withSavings<Figures extends StoredFigures>({
    lines,
    ...figures
  }: Figures): Omit<Figures, 'lines'> & SavedTime {
    return {
      ...figures,
      ...this.#deps.measures.saved(figures.resumed, lines),
      savedBytes: Math.max(0, figures.savedBytes),
    };
  }

  /** Writes what is waiting and ends the thread. */
  close(): Promise<void> {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  async #shutDown(): Promise<void> {
    this.#beatTimer?.cancel();
    if (this.#thread === null && this.#waiting.length === 0) return;
    this.#flush();
    try {
      await this.#thread?.close();
    } catch (error) {
      this.#deps.log.error('the history was not closed', error);
    }
  }

  /** @throws RepriseError `storage` where there is no answer */
  async #ask<Answer>(
    question: (store: HistoryThread['store']) => Promise<Answer>,
  ): Promise<Answer> {
    if (this.#closing !== null) throw unreadable(null);
    this.#flush();
    try {
      return await question(this.#running().store);
    } catch (cause) {
      throw unreadable(cause);
    }
  }

  #flushSoon(): void {
    this.#batchTimer ??= this.#deps.clock.after(BATCH_MS, () => {
      this.#flush();
    });
  }

  /** Gives what is waiting to the thread, if only that the program is alive. */
  #flush(): void {
    this.#batchTimer?.cancel();
    this.#batchTimer = null;
    this.#beat();
    const rows = this.#waiting;
    this.#waiting = [];
    const measured = this.#measured;
    this.#measured = [];
    const alive = [...this.#ended, this.#span];
    this.#ended = [];
    const batch = { rows, alive, measured, now: this.#lastBeat.at };
    void this.#write(batch);
  }

  /** Never rejects. */
  async #write(batch: Batch): Promise<void> {
    this.#underWay += batch.rows.length;
    try {
      const written = await this.#running().store.write(batch);
      if (written.ok) this.#missing.recovered();
      else this.#missing.add(batch.rows.length, written.why);
    } catch {
      // The thread has ended by a defect, which the log has, or must not be started again.
      this.#missing.add(
        batch.rows.length,
        'a part of Reprise has failed. It is tried again within the hour; the log has the details',
      );
    }
    this.#underWay -= batch.rows.length;
  }

  /** @throws Error where it has ended too often of late */
  #running(): HistoryThread {
    if (this.#thread !== null) return this.#thread;
    const { path, clock, notices, log, start = startThread } = this.#deps;
    const startedAt = clock.monotonic();
    const lately = this.#starts.filter((at) => startedAt - at < STARTS.withinMs);
    if (lately.length >= STARTS.most) throw new Error('the history has ended too often of late');
    this.#starts = [...lately, startedAt];
    const thread = start(
      { path, now: clock.now(), keptDays: this.#keptDays },
      (text) => {
        log.warn(text);
        notices.post('history', 'error', text);
      },
      (error) => {
        if (error !== null) log.error('the history has ended', error);
        if (this.#thread === thread) this.#thread = null;
      },
    );
    this.#thread = thread;
    return thread;
  }

  #scheduleBeat(): void {
    this.#beatTimer = this.#deps.clock.after(BEAT_MS, () => {
      // Without a file there is nothing yet that a gap could be told from.
      if (this.#thread === null) this.#beat();
      else this.#flush();
      this.#scheduleBeat();
    });
  }

  #beat(): void {
    const beat = this.#beatNow();
    const span = lived(this.#span, this.#lastBeat, beat);
    if (span.startAt !== this.#span.startAt && this.#thread !== null) this.#ended.push(this.#span);
    this.#span = span;
    this.#lastBeat = beat;
  }

  #beatNow(): Beat {
    const { clock } = this.#deps;
    return { at: clock.now(), monotonic: clock.monotonic() };
  }
}

function unreadable(cause: unknown): RepriseError {
  return new RepriseError(
    'storage',
    'The history cannot be read at the moment. The log has the details; please try again.',
    { cause },
  );
}
