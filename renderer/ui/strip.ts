/** A strip of handshakes: however many marks cost an element for each kind of them. */
import { OUTCOME_WORDS } from '../../shared/attempt.ts';
import type { AttemptId, OutcomeKind, StripMark } from '../../shared/model.ts';
import { MARK_HEIGHT, MARK_WIDTH, OUTCOME_SHAPES, pathOfMark } from './marks.tsx';

/** From one mark to the next, in px. */
export const STRIDE = MARK_WIDTH + 2;

/** Marks of one kind, as the path of one element. */
interface StripPath {
  readonly kind: OutcomeKind | 'empty';
  readonly path: string;
}

const DOT = 'h2v2h-2z';

/** The latest `marks`, the newest at the right end of room for `length`; empty places are dots. */
export function stripPaths(marks: readonly StripMark[], length: number): readonly StripPath[] {
  const shown = marks.slice(-length);
  const empty = length - shown.length;
  const paths = new Map<StripPath['kind'], string>();
  for (let place = 0; place < length; place += 1) {
    const kind = shown[place - empty]?.kind ?? 'empty';
    const left = place * STRIDE;
    const path =
      kind === 'empty'
        ? `M${left + 2} ${MARK_HEIGHT / 2 - 1}${DOT}`
        : pathOfMark(OUTCOME_SHAPES[kind], left);
    paths.set(kind, (paths.get(kind) ?? '') + path);
  }
  return [...paths].map(([kind, path]) => ({ kind, path }));
}

/** The mark at `x` px of a strip with room for `length`; `null` where there is none. */
export function markAt(marks: readonly StripMark[], length: number, x: number): StripMark | null {
  const shown = marks.slice(-length);
  return shown[Math.floor(x / STRIDE) - (length - shown.length)] ?? null;
}

const ORDER: readonly OutcomeKind[] = ['resumed', 'full', 'refused', 'off', 'failed'];

/** What a strip shows, in words: `Last 12 handshakes: 9 resumed, 2 full handshake, 1 refused`. */
export function describeStrip(marks: readonly StripMark[]): string {
  if (marks.length === 0) return 'No handshakes yet';
  const parts = ORDER.map((kind) => ({
    kind,
    count: marks.filter((mark) => mark.kind === kind).length,
  }))
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) => `${count} ${OUTCOME_WORDS[kind].toLowerCase()}`);
  const heading = marks.length === 1 ? 'Last handshake' : `Last ${marks.length} handshakes`;
  return `${heading}: ${parts.join(', ')}`;
}

/**
 * The place that a key leads to, from 0 for the oldest mark; `null` for a key that leads nowhere.
 *
 * @param marks at least one
 */
export function step(marks: readonly StripMark[], place: number, key: string): number | null {
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowDown':
      return Math.max(0, place - 1);
    case 'ArrowRight':
    case 'ArrowUp':
      return Math.min(marks.length - 1, place + 1);
    case 'Home':
      return 0;
    case 'End':
      return marks.length - 1;
    default:
      return null;
  }
}

/** Where a handshake's mark stands; the newest where it is none, or has left the strip. */
export function placeOf(marks: readonly StripMark[], id: AttemptId | null): number {
  const place = marks.findIndex(({ attemptId }) => attemptId === id);
  return place === -1 ? marks.length - 1 : place;
}
