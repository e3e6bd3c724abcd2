import { useTable, type SortingState } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState, type ReactNode } from 'react';
import { narrow, useRoute } from '../../navigation.ts';
import { columns, features } from './columns.ts';
import { useHiddenColumns } from './column-choice.ts';
import { ConnectionRow } from './ConnectionRow.tsx';
import { filterRows, isOpen, readFilter, writeFilter } from './filter.ts';
import { FilterBar } from './FilterBar.tsx';
import { HeaderRow } from './HeaderRow.tsx';
import { useRovingRow } from './use-roving-row.ts';
import { useSortableRows } from './use-sortable-rows.ts';
import styles from './Connections.module.css';

/** Height of a row, in px; `--row` of the style tokens. */
const ROW_HEIGHT = 32;

/** Every connection, live. Only the rows in sight exist; each one follows its own connection. */
export function Connections(): ReactNode {
  const scroller = useRef<HTMLDivElement>(null);
  const [sorting, setSorting] = useState<SortingState>([]);
  const hidden = useHiddenColumns();
  const { query } = useRoute();
  const filter = useMemo(() => readFilter(query), [query]);
  const all = useSortableRows(sorting.length > 0 || !isOpen(filter));
  const data = useMemo(() => filterRows(all, filter), [all, filter]);
  const table = useTable({
    features,
    columns,
    data,
    getRowId: ({ connection }) => connection.id,
    enableMultiSort: false,
    sortDescFirst: false,
    state: { sorting },
    onSortingChange: setSorting,
  });
  const { rows } = table.getRowModel();
  // oxlint-disable-next-line react/incompatible-library -- its functions are only used in this render
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 8,
    // The head is stuck to the top: a row scrolled into view must not end up below it.
    scrollPaddingStart: ROW_HEIGHT,
  });
  const ids = rows.map((row) => row.original.connection.id);
  const { currentId, onKeyDown, onFocus } = useRovingRow(ids, scroller, (index) => {
    virtualizer.scrollToIndex(index);
  });

  return (
    <>
      <FilterBar
        filter={filter}
        shown={rows.length}
        onChange={(changed) => {
          narrow(writeFilter(changed));
        }}
      />
      <div className={styles.scroller} ref={scroller}>
        <table
          aria-label="Connections"
          aria-rowcount={rows.length + 1}
          data-hidden={hidden.join(' ')}
          className={styles.table}
        >
          <thead className={styles.head}>
            <HeaderRow table={table} />
          </thead>
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- for its rows */}
          <tbody
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
        </table>
        {rows.length === 0 && (
          <p className={styles.empty}>
            {all.length === 0 ? 'No connections yet.' : 'No connection is like this.'}
          </p>
        )}
      </div>
    </>
  );
}
