import { useTable, type SortingState } from '@tanstack/react-table';
import { useMemo, useState, type ReactNode } from 'react';
import { narrow, useKnownQuery, useRoute } from '../../navigation.ts';
import { useHiddenColumns } from './column-choice.ts';
import { columns, features } from './columns.ts';
import { filterRows, isOpen, readFilter, writeFilter } from './filter.ts';
import { FilterBar } from './FilterBar.tsx';
import { HeaderRow } from './HeaderRow.tsx';
import { RowsInSight } from './RowsInSight.tsx';
import { useSortableRows } from './use-sortable-rows.ts';
import styles from './Connections.module.css';

/** Every connection, live; each row follows its own connection. */
export function Connections(): ReactNode {
  const [scroller, setScroller] = useState<HTMLElement | null>(null);
  const [sorting, setSorting] = useState<SortingState>([]);
  const hidden = useHiddenColumns();
  const route = useRoute();
  const { query } = route;
  const filter = useMemo(() => readFilter(query), [query]);
  useKnownQuery('connections', route, writeFilter(filter));
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

  return (
    <>
      <FilterBar
        filter={filter}
        shown={rows.length}
        onChange={(changed) => {
          narrow(writeFilter(changed));
        }}
      />
      <div className={styles.scroller} ref={setScroller}>
        <table
          aria-label="Connections"
          aria-rowcount={rows.length + 1}
          data-hidden={hidden.join(' ')}
          className={styles.table}
        >
          <thead className={styles.head}>
            <HeaderRow table={table} />
          </thead>
          <RowsInSight rows={rows} scroller={scroller} />
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
