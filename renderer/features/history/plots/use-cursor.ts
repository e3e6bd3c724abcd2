import { useState, type FocusEvent, type KeyboardEvent, type PointerEvent } from 'react';
import type { HistoryView } from '../../../../shared/history.ts';
import { indexAt, indexOf, step } from './cursor.ts';

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
