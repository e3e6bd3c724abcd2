import type { ReactTable } from '@tanstack/react-table';
import type { ReactNode } from 'react';
import { AscendingIcon, DescendingIcon } from '../../ui/icons.tsx';
import { Unseen } from '../../ui/Text.tsx';
import type { features } from './columns.ts';
import type { ConnectionRow } from './sorting.ts';
import styles from './Connections.module.css';

const ARIA_SORT = { asc: 'ascending', desc: 'descending' } as const;

interface HeaderRowProps {
  readonly table: ReactTable<typeof features, ConnectionRow>;
}

/** The columns' names; pressing one sorts by it. */
export function HeaderRow({ table }: HeaderRowProps): ReactNode {
  return (
    <tr aria-rowindex={1} className={styles.row}>
      {table.getFlatHeaders().map(({ id, column }) => {
        const sorted = column.getIsSorted();
        return (
          <th
            key={id}
            scope="col"
            data-column={id}
            className={styles.cell}
            {...(sorted === false ? {} : { 'aria-sort': ARIA_SORT[sorted] })}
          >
            <button
              type="button"
              className={styles.sort}
              onClick={() => {
                column.toggleSorting();
              }}
            >
              {column.columnDef.meta?.header}
              {sorted === 'asc' && <AscendingIcon />}
              {sorted === 'desc' && <DescendingIcon />}
            </button>
          </th>
        );
      })}
      <th scope="col" data-column="action" className={styles.cell}>
        <Unseen>Action</Unseen>
      </th>
    </tr>
  );
}
