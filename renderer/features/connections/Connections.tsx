import { useMemo, useState, type ReactNode } from 'react';
import { narrow, useKnownQuery, useRoute } from '../../navigation.ts';
import { Table, type Sort } from '../../ui/table.tsx';
import { useShownColumns } from './ColumnChoice.tsx';
import type { ColumnId } from './columns.tsx';
import { ConnectionRows } from './ConnectionRows.tsx';
import { filterRows, isOpen, readFilter, writeFilter } from './filter.ts';
import { FilterBar } from './FilterBar.tsx';
import { nextSort, sortRows, useSortableRows } from './order.ts';
import styles from './Connections.module.css';

/** Every connection, live; each row follows its own connection. */
export function Connections(): ReactNode {
  const [sort, setSort] = useState<Sort<ColumnId>>(null);
  const columns = useShownColumns();
  const route = useRoute();
  const { query } = route;
  const filter = useMemo(() => readFilter(query), [query]);
  useKnownQuery('connections', route, writeFilter(filter));
  const all = useSortableRows(sort !== null || !isOpen(filter));
  const ids = useMemo(
    () => sortRows(filterRows(all, filter), sort).map(({ connection }) => connection.id),
    [all, filter, sort],
  );
  return (
    <>
      <FilterBar
        filter={filter}
        shown={ids.length}
        onChange={(changed) => {
          narrow(writeFilter(changed));
        }}
      />
      <Table
        label="Connections"
        columns={columns}
        rowCount={ids.length}
        sort={sort}
        onSort={(by) => {
          setSort(nextSort(sort, by));
        }}
        below={
          ids.length === 0 && (
            <p className={styles.empty}>
              {all.length === 0 ? 'No connections yet.' : 'No connection is like this.'}
            </p>
          )
        }
      >
        {(scroller) => <ConnectionRows columns={columns} ids={ids} scroller={scroller} />}
      </Table>
    </>
  );
}
