import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, type ReactNode } from 'react';
import { ConnectionRow } from './ConnectionRow.tsx';
import type { ConnectionRow as Facts } from './sorting.ts';
import { useRovingRow } from './use-roving-row.ts';
import styles from './Connections.module.css';

/** Height of a row, in px; `--row` of the style tokens. */
const ROW_HEIGHT = 32;

interface RowsInSightProps {
  /** All of them, in their order; the same array while that stays. */
  readonly rows: readonly { readonly original: Facts }[];
  /** What they are scrolled in; `null` until it is there. */
  readonly scroller: HTMLElement | null;
}

/** The body of the table: only the rows in sight exist. Scrolling renders this and nothing around it. */
export function RowsInSight({ rows, scroller }: RowsInSightProps): ReactNode {
  const body = useRef<HTMLTableSectionElement>(null);
  const ids = useMemo(() => rows.map(({ original }) => original.connection.id), [rows]);
  // oxlint-disable-next-line react/incompatible-library -- its functions are only used in this render
  const virtualizer = useVirtualizer({
    count: ids.length,
    getScrollElement: () => scroller,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => ids[index] ?? index,
    overscan: 8,
    // The head is stuck to the top: a row scrolled into view must not end up below it.
    scrollPaddingStart: ROW_HEIGHT,
  });
  const { currentId, onKeyDown, onFocus } = useRovingRow(ids, body, (index) => {
    virtualizer.scrollToIndex(index);
  });
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- for its rows
    <tbody
      ref={body}
      className={styles.body}
      style={{ height: virtualizer.getTotalSize() }}
      onKeyDown={onKeyDown}
      onFocus={onFocus}
    >
      {virtualizer.getVirtualItems().map(({ index, start }) => {
        const id = ids[index];
        return (
          id !== undefined && (
            <ConnectionRow
              key={id}
              id={id}
              index={index}
              start={start}
              isCurrent={id === currentId}
            />
          )
        );
      })}
    </tbody>
  );
}
