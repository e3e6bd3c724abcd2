/** Keeps account of what a pass-through saw: a row for each connection, and how many there were. */
import type { WatchCounts, WatchedConnection, WatchReport } from '../../../shared/your-client.ts';
import { WATCH_SCHEMA_VERSION } from '../../../shared/your-client.ts';
import type { Watcher } from './pass-through.ts';
import { SessionMemory } from './session-memory.ts';
import { summaryOf } from './summary.ts';
import { Watched } from './watched.ts';

/** Rows kept of connections that are over; earlier ones are counted only. */
const MOST_KEPT = 5000;

/** A row is new or says more; is over; or its program was found after it was. */
export type WatchNews = 'changed' | 'over' | 'late';

export class WatchLog implements Watcher {
  readonly #memory = new SessionMemory();
  readonly #open = new Map<number, Watched>();
  readonly #over: WatchedConnection[] = [];
  readonly #counts = { resumed: 0, full: 0, refused: 0, failed: 0 };
  readonly #onChange: (connection: WatchedConnection, news: WatchNews) => void;
  readonly #onRefused: () => void;
  #number = 0;
  #notLetIn = 0;

  /**
   * @param onChange called with what is known of a connection whenever that is more than before
   * @param onRefused one was not let in
   */
  constructor(
    onChange: (connection: WatchedConnection, news: WatchNews) => void,
    onRefused: () => void = () => undefined,
  ) {
    this.#onChange = onChange;
    this.#onRefused = onRefused;
  }

  begin(): Watched {
    this.#number += 1;
    const watched = new Watched(this.#number, this.#memory);
    this.#open.set(watched.number, watched);
    return watched;
  }

  changed(watched: Watched): void {
    // Who is looked for may be found when the connection is long over.
    if (this.#open.has(watched.number)) this.#onChange(watched.view(), 'changed');
    else this.#replace(watched);
  }

  over(watched: Watched): void {
    this.#open.delete(watched.number);
    const view = watched.view();
    if (view.outcome.kind !== 'pending') this.#counts[view.outcome.kind] += 1;
    this.#over.push(view);
    if (this.#over.length > 2 * MOST_KEPT) this.#over.splice(0, MOST_KEPT);
    this.#onChange(view, 'over');
  }

  refused(): void {
    this.#notLetIn += 1;
    this.#onRefused();
  }

  /** Connections that were not let in, because too many were open. */
  get notLetIn(): number {
    return this.#notLetIn;
  }

  /** The latest, in the order in which they began. */
  connections(): readonly WatchedConnection[] {
    const open = [...this.#open.values()].map((watched) => watched.view());
    return [...this.#over.slice(-MOST_KEPT), ...open].toSorted((a, b) => a.number - b.number);
  }

  /** In a sentence or a few. */
  summary(): string {
    const connections = this.connections();
    return summaryOf(connections, this.#number - connections.length);
  }

  counts(): WatchCounts {
    const counts = { connections: this.#number, open: this.#open.size, ...this.#counts };
    for (const watched of this.#open.values()) {
      const { outcome } = watched.view();
      if (outcome.kind !== 'pending') counts[outcome.kind] += 1;
    }
    return counts;
  }

  /** Everything, as a document, and as of now. */
  report(about: Pick<WatchReport, 'program' | 'startedAt' | 'server' | 'listening'>): WatchReport {
    const connections = this.connections();
    return {
      schemaVersion: WATCH_SCHEMA_VERSION,
      ...about,
      tookMs: Math.max(0, Date.now() - about.startedAt),
      summary: this.summary(),
      counts: this.counts(),
      connections: [...connections],
      leftOut: this.#number - connections.length,
      notLetIn: this.#notLetIn,
    };
  }

  #replace(watched: Watched): void {
    const at = this.#over.findLastIndex(({ number }) => number === watched.number);
    const view = watched.view();
    if (at >= 0) this.#over[at] = view;
    this.#onChange(view, 'late');
  }
}
