/** Going along the buckets. Pure. */
import { useState, type FocusEvent, type KeyboardEvent, type PointerEvent } from 'react';
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

/** Where the charts are read. */
interface Cursor {
  /** The bucket that is shown; `null` for the whole range. */
  readonly index: number | null;
  /** Whether it was reached by keys, so that it has to be said aloud. */
  readonly isByKeys: boolean;
  /** Takes the pointer, over any of the plots. */
  readonly pointing: {
    readonly onPointerMove: (event: PointerEvent) => void;
    readonly onPointerLeave: () => void;
  };
  /** Takes the keys, and a click. */
  readonly reading: {
    readonly onPointerDown: (event: PointerEvent) => void;
    readonly onKeyDown: (event: KeyboardEvent) => void;
    readonly onFocus: (event: FocusEvent) => void;
    readonly onBlur: () => void;
  };
}

/** A cursor for pointer and keys: it stays with its bucket when the view moves on. */
export function useCursor(view: HistoryView): Cursor {
  const [hoveredAt, setHoveredAt] = useState<number | null>(null);
  const [readAt, setReadAt] = useState<number | null>(null);
  const indexFor = (at: number | null) => (at === null ? null : indexOf(view, at));
  const count = view.buckets.length;
  const startOf = (index: number) => view.fromAt + index * view.bucketMs;
  const under = ({ currentTarget, clientX }: PointerEvent) => {
    const { left, width } = currentTarget.getBoundingClientRect();
    return startOf(indexAt(count, clientX - left, width));
  };
  const read = indexFor(readAt);
  const hovered = indexFor(hoveredAt);
  return {
    index: hovered ?? read,
    isByKeys: hovered === null && read !== null,
    pointing: {
      onPointerMove: (event) => {
        setHoveredAt(under(event));
      },
      onPointerLeave: () => {
        setHoveredAt(null);
      },
    },
    reading: {
      onPointerDown: (event) => {
        setReadAt(under(event));
      },
      onKeyDown: (event) => {
        if (event.key === 'Escape' && readAt !== null) {
          event.stopPropagation();
          setReadAt(null);
          return;
        }
        const next = step(count, read ?? count - 1, event.key);
        if (next === null) return;
        event.preventDefault();
        setHoveredAt(null);
        setReadAt(startOf(next));
      },
      onFocus: ({ currentTarget }) => {
        // A click says by itself where it reads.
        if (currentTarget.matches(':focus-visible')) setReadAt(startOf(count - 1));
      },
      onBlur: () => {
        setReadAt(null);
      },
    },
  };
}
