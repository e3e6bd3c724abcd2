/** What the history calls ask for and answer with. */
import type { AccountId } from './model.ts';

/** How far back a view looks from now. */
export const HISTORY_RANGES = ['1h', '24h', '7d', '30d'] as const;
export type HistoryRange = (typeof HISTORY_RANGES)[number];

export const EXPORT_FORMATS = ['csv', 'json'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** So many full handshakes with a server, and as many resumed ones, are the fewest for a claim. */
export const FEWEST_MEASURED = 5;

/** Which figures are wanted. */
export interface HistoryQuery {
  readonly range: HistoryRange;
  /** `null` for all accounts together, those that were removed included. */
  readonly account: AccountId | null;
}

/** How long TLS handshakes took, from the ClientHello on. */
export interface HandshakeTimes {
  /** How many were timed; failed ones are not. */
  readonly count: number;
  /** Half of them took at most this long (nearest rank). */
  readonly medianMs: number;
  /** 95 of 100 took at most this long (nearest rank). */
  readonly p95Ms: number;
}

/** What resumed handshakes saved in TLS time, as an estimate; see `saved.ts` of the engine. */
export interface SavedTime {
  /** Never below 0, and 0 where chance could explain it. */
  readonly savedMs: number;
  readonly savedBasis: SavedBasis;
}

/** What an estimate rests on. */
export interface SavedBasis {
  /** The saving lies between these, at some 95 %; below 0 where reuse seems to have cost time. */
  readonly lowMs: number;
  readonly highMs: number;
  /** How many resumed handshakes it is of. */
  readonly counted: number;
  /** How many it is not of: too few handshakes were measured with their servers. */
  readonly uncounted: number;
  /** How many full handshakes were measured, for all servers together. */
  readonly full: number;
  /** How many resumed ones. */
  readonly resumed: number;
}

/** What became of the handshakes of a span of time. Counts and bytes are exact. */
export interface HistoryFigures extends SavedTime {
  readonly resumed: number;
  readonly full: number;
  readonly refused: number;
  readonly off: number;
  readonly failed: number;
  /** `null` where nothing was resumed. */
  readonly resumedTimes: HandshakeTimes | null;
  /** Of handshakes that offered nothing (`full` and `off`); `null` where there were none. */
  readonly fullTimes: HandshakeTimes | null;
  /** On the wire, both ways: what full handshakes weigh there, minus what resumed ones weighed. */
  readonly savedBytes: number;
  /** How many took the place of a connection whose access token ended, as was known before. */
  readonly planned: number;
}

/** One bar of the chart. */
export interface HistoryBucket extends HistoryFigures {
  readonly startAt: number;
  readonly lengthMs: number;
  /** How much of it Reprise was running and the machine awake. */
  readonly aliveMs: number;
  /** Nothing is known of it, because Reprise was not running: no bar, and not a zero either. */
  readonly isGap: boolean;
}

/** An account that has figures in the range; one that was removed keeps them, and its name. */
export interface HistoryAccount {
  readonly id: AccountId;
  /** The name that it had at its latest handshake. */
  readonly label: string;
}

/** The answer: a row of buckets without holes between them. */
export interface HistoryView extends HistoryQuery {
  /** When it was made; in the last bucket. */
  readonly at: number;
  /** The first bucket's start. */
  readonly fromAt: number;
  /** The last bucket's end, a little after {@link at}. */
  readonly toAt: number;
  /** The length of every bucket. */
  readonly bucketMs: number;
  /** Oldest first. */
  readonly buckets: readonly HistoryBucket[];
  /** Over all buckets. */
  readonly totals: HistoryFigures;
  /**
   * Median and 95th percentile are exact. They are not with more than 20,000 handshakes in the
   * range; then they are within 2.2 %, see `histogram.ts` of the engine. Counts always are.
   */
  readonly timesAreExact: boolean;
  /** For choosing one, in the order of their names. */
  readonly accounts: readonly HistoryAccount[];
  /** When the first figures were recorded; `null` before that. */
  readonly recordedSince: number | null;
  /** Handshakes that could not be recorded since the program started. */
  readonly notRecorded: number;
}

/** How much history there is. */
export interface HistoryExtent {
  /** When the first figures were recorded that are still kept; `null` before that. */
  readonly recordedSince: number | null;
  /** On the disk; `null` where the history is in memory. */
  readonly sizeBytes: number | null;
}

/** What is exported: a file's text and how it may be called. */
export interface HistoryExport {
  readonly fileName: string;
  readonly text: string;
}
