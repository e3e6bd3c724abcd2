/** Going along a strip's marks by key. Pure. */
import type { AttemptId, StripMark } from '../../../shared/model.ts';

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
