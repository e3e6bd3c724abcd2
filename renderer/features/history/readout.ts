/** What the readout says of a bucket or of the whole range. Pure. */
import { OUTCOME_WORDS } from '../../../shared/attempt.ts';
import type {
  HandshakeTimes,
  HistoryBucket,
  HistoryFigures,
  HistoryView,
} from '../../../shared/history.ts';
import type { OutcomeKind } from '../../../shared/model.ts';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatMoment,
  formatMs,
  formatPercent,
  NOTHING,
} from '../../format.ts';
import { savedTimeWords } from '../counters/saved-time.ts';
import { countAll, STACK } from './plots/bars.ts';
import { GAP_SENTENCE, gapsOf } from './plots/gaps.ts';
import { RANGE_WORDS } from './question.ts';

/** Below it the rest is what a clock and a sign of life once a minute may differ by. */
const WHOLE = 0.9;

/** Of the bucket that goes on. */
const SO_FAR = 'so far';

/** When a bucket was: `14:15 – 14:30`, with its day where that is not today. */
export function periodOf({ startAt, lengthMs }: HistoryBucket, now: number): string {
  return spanWords(startAt, startAt + lengthMs, now);
}

/** From when to when; the end's day is said where it is another one. */
export function spanWords(fromAt: number, toAt: number, now: number): string {
  const isWithinDay = isSameDay(fromAt, toAt - 1);
  const today = !isWithinDay && isSameDay(toAt, now) ? 'today, ' : '';
  return `${formatMoment(fromAt, now)} – ${today}${formatMoment(toAt, isWithinDay ? toAt : now)}`;
}

function isSameDay(a: number, b: number): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}

/** What else there is to say of a bucket; `null` where nothing is. */
export function noteOf(view: HistoryView, index: number): string | null {
  const bucket = view.buckets[index];
  if (bucket === undefined) return null;
  const gap = gapsOf(view).find(({ first, last }) => first <= index && index <= last);
  if (gap !== undefined) return GAP_SENTENCE;
  if (index === view.buckets.length - 1) return SO_FAR;
  if (bucket.aliveMs >= bucket.lengthMs * WHOLE) return null;
  return bucket.aliveMs < 60_000
    ? 'Reprise ran for less than a minute of it.'
    : `Reprise ran for ${formatDuration(bucket.aliveMs)} of it.`;
}

/** The title of the readout while no bucket is read. */
export function rangeTitle({ range }: HistoryView): string {
  const words = RANGE_WORDS[range].replace(/^the /, '');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** `97 %` of the TLS connections that came about. */
export function reusedShare(figures: HistoryFigures): string {
  const { resumed, full, refused, off } = figures;
  return formatPercent(resumed, resumed + full + refused + off);
}

/** `340 kB, 12 s`: what is counted, then what is estimated. */
export function savedWords(figures: HistoryFigures): string {
  if (figures.resumed === 0) return NOTHING;
  return `${formatBytes(figures.savedBytes)}, ${savedTimeWords(figures)}`;
}

/** All figures of a bucket in sentences, for those who hear it. */
export function readAloud(view: HistoryView, index: number): string {
  const bucket = view.buckets[index];
  if (bucket === undefined) return '';
  const note = noteOf(view, index);
  if (bucket.isGap) return note ?? '';
  const counts = STACK.filter((kind) => bucket[kind] > 0).map((kind) => countWords(bucket, kind));
  const happened = counts.length === 0 ? 'No handshakes' : counts.join(', ');
  return [
    note === SO_FAR ? `${happened} ${SO_FAR}.` : `${happened}.`,
    timesAloud('Resumed', bucket.resumedTimes),
    timesAloud('Full', bucket.fullTimes),
    note === SO_FAR ? null : note,
  ]
    .filter((sentence) => sentence !== null)
    .join(' ');
}

function countWords(figures: HistoryFigures, kind: OutcomeKind): string {
  const plural = kind === 'full' && figures.full > 1 ? 's' : '';
  return `${formatCount(figures[kind])} ${OUTCOME_WORDS[kind].toLowerCase()}${plural}`;
}

function timesAloud(name: string, times: HandshakeTimes | null): string | null {
  if (times === null) return null;
  return `${name} took ${formatMs(times.medianMs)}, 95 % at most ${formatMs(times.p95Ms)}.`;
}

interface Empty {
  readonly title: string;
  readonly why: string;
}

/**
 * The words for a view without a handshake; `null` where there is one.
 *
 * @param isUnrecorded whether everything that is shown belongs to the demo beside a user's own data
 */
export function emptyWords(view: HistoryView, isUnrecorded: boolean): Empty | null {
  if (countAll(view.totals) > 0) return null;
  const range = RANGE_WORDS[view.range];
  if (isUnrecorded) {
    return {
      title: `Nothing recorded in ${range}`,
      why: 'The demo leaves nothing behind: the handshakes of its accounts are not written to your history. Add an account of your own, and its handshakes stand here.',
    };
  }
  if (view.account !== null) {
    return {
      title: `No handshake of this account in ${range}`,
      why: 'A handshake is recorded whenever a connection is made. One that stays up makes none.',
    };
  }
  if (view.recordedSince === null || view.recordedSince >= view.fromAt) {
    return {
      title: 'Nothing recorded yet',
      why: 'Every TLS handshake of your accounts is recorded from now on, and stands here within a few seconds.',
    };
  }
  return {
    title: `No handshake in ${range}`,
    why: `Connections that stay up make none. Recorded since ${formatMoment(view.recordedSince, view.at)}.`,
  };
}
