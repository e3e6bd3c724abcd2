import type { ReactNode } from 'react';
import { ColumnsIcon } from '../../ui/icons.tsx';
import { Popover } from '../../ui/popups.tsx';
import {
  OPTIONAL_COLUMNS,
  showColumn,
  useHiddenColumns,
  type OptionalColumn,
} from './column-choice.ts';
import styles from './FilterBar.module.css';

const WORDS: Record<OptionalColumn, string> = {
  messages: 'Messages',
  server: 'Server',
  tls: 'TLS version',
  total: 'Total time',
  clock: 'Uptime / retry',
};

/** Chooses the columns of the table. */
export function ColumnChoice(): ReactNode {
  const hidden = useHiddenColumns();
  return (
    <Popover label="Columns" icon={<ColumnsIcon />} title="Columns">
      <fieldset className={styles.columns} aria-label="Columns that are shown">
        {OPTIONAL_COLUMNS.map((column) => (
          <label key={column} className={styles.column}>
            <input
              type="checkbox"
              checked={!hidden.includes(column)}
              onChange={({ target }) => {
                showColumn(column, target.checked);
              }}
            />
            {WORDS[column]}
          </label>
        ))}
        <p className={styles.note}>A narrow window leaves out some of them by itself.</p>
      </fieldset>
    </Popover>
  );
}
