import type { DatabaseSync } from 'node:sqlite';
import {
  byLine,
  joined,
  KEPT_LINES,
  NOTHING_MEASURED,
  type Line,
  type LineMeasures,
  type Measurement,
} from '../measures.ts';

/** What handshakes took and weighed lately, by line, in the database. */
export class MeasuredTable {
  readonly #all;
  readonly #read;
  readonly #replace;
  readonly #prune;

  constructor(db: DatabaseSync) {
    this.#all = db.prepare('SELECT line, latest FROM measured ORDER BY at');
    this.#read = db.prepare('SELECT latest FROM measured WHERE line = ?');
    this.#replace = db.prepare(
      'INSERT OR REPLACE INTO measured (line, at, latest) VALUES (?, ?, ?)',
    );
    this.#prune = db.prepare(
      `DELETE FROM measured WHERE at < ? OR line NOT IN (
         SELECT line FROM measured ORDER BY at DESC LIMIT ${String(KEPT_LINES)}
       )`,
    );
  }

  /** Those of the latest handshakes last. */
  all(): Map<Line, LineMeasures> {
    return new Map(
      this.#all.all().map(({ line, latest }) => [Number(line), measuresFrom(latest)] as const),
    );
  }

  /** Adds to what is stored, at that time of day. */
  add(measured: readonly Measurement[], now: number): void {
    for (const [line, newer] of byLine(measured)) {
      const older = this.#read.get(line)?.['latest'];
      this.#replace.run(line, now, JSON.stringify(joined(measuresFrom(older), newer)));
    }
  }

  /** Lets go of lines of which nothing was measured since then, and of those that are too many. */
  prune(beforeAt: number): void {
    this.#prune.run(beforeAt);
  }
}

/** What {@link MeasuredTable.add} wrote; nothing of what somebody else has put there. */
function measuresFrom(latest: unknown): LineMeasures {
  if (typeof latest !== 'string') return NOTHING_MEASURED;
  let stored: Readonly<Record<string, unknown>> | null;
  try {
    stored = JSON.parse(latest) as typeof stored;
  } catch {
    return NOTHING_MEASURED;
  }
  const values = (of: keyof LineMeasures): readonly number[] => {
    const list: unknown = stored?.[of];
    return Array.isArray(list) ? list.filter((value) => typeof value === 'number') : [];
  };
  return { full: values('full'), resumed: values('resumed'), fullBytes: values('fullBytes') };
}
