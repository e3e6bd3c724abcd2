/** Going along the buckets. Pure. */
import type { HistoryView } from '../../../../shared/history.ts';

/**
 * The bucket that a key leads to, from 0 for the oldest; `null` for a key that leads nowhere.
 *
 * @param buckets how many there are, at least one
 */
export function step(buckets: number, index: number, key: string): number | null {
  const last = buckets - 1;
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowDown':
      return Math.max(0, index - 1);
    case 'ArrowRight':
    case 'ArrowUp':
      return Math.min(last, index + 1);
    case 'PageDown':
      return Math.max(0, index - LEAP);
    case 'PageUp':
      return Math.min(last, index + LEAP);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return null;
  }
}

const LEAP = 10;

/** The bucket that begins then; `null` where it has left the view. */
export function indexOf(
  { fromAt, bucketMs, buckets }: HistoryView,
  startAt: number,
): number | null {
  const index = (startAt - fromAt) / bucketMs;
  return Number.isInteger(index) && index >= 0 && index < buckets.length ? index : null;
}

/** The bucket under the pointer, `x` px from the left end of a plot that is `width` px wide. */
export function indexAt(buckets: number, x: number, width: number): number {
  return Math.min(buckets - 1, Math.max(0, Math.floor((x / width) * buckets)));
}
