/** Which columns of the connections table are left out: chosen here, and remembered. */
import type { ReactNode } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { ColumnsIcon } from '../../ui/icons.tsx';
import { Popover } from '../../ui/popups.tsx';
import { COLUMNS, type ColumnId, type ConnectionColumns } from './columns.tsx';
import styles from './FilterBar.module.css';

const KEY = 'reprise:hidden-columns';

/** What columns were called by earlier versions. */
const EARLIER_NAMES: Readonly<Record<string, ColumnId>> = { tls: 'version' };

/**
 * A remembered choice: names with spaces between them. Anything unknown counts as none, and so does
 * a column that is always there: it says what a row is, or how it stands.
 */
export function parseHidden(stored: string | null): readonly ColumnId[] {
  const names = new Set((stored ?? '').split(' ').map((name) => EARLIER_NAMES[name] ?? name));
  return COLUMNS.filter(({ id, choice }) => choice !== undefined && names.has(id)).map(
    ({ id }) => id,
  );
}

/** The columns that are shown: the same array while the choice stays. */
const shownColumns = createStore<{ readonly columns: ConnectionColumns }>(() => ({
  columns: without(parseHidden(localStorage.getItem(KEY))),
}));

function without(hidden: readonly ColumnId[]): ConnectionColumns {
  return COLUMNS.filter(({ id }) => !hidden.includes(id));
}

/** Shows a column or leaves it out, from now on. */
function showColumn(column: ColumnId, isShown: boolean): void {
  const { columns } = shownColumns.getState();
  const hidden = COLUMNS.filter((one) =>
    one.id === column ? !isShown : !columns.includes(one),
  ).map(({ id }) => id);
  localStorage.setItem(KEY, hidden.join(' '));
  shownColumns.setState({ columns: without(hidden) });
}

/** The columns that are shown. */
export function useShownColumns(): ConnectionColumns {
  return useStore(shownColumns, ({ columns }) => columns);
}

/** Chooses the columns of the table. */
export function ColumnChoice(): ReactNode {
  const shown = useShownColumns();
  return (
    <Popover label="Columns" icon={<ColumnsIcon />} title="Columns">
      <fieldset className={styles.columns} aria-label="Columns that are shown">
        {COLUMNS.map(
          (column) =>
            column.choice !== undefined && (
              <label key={column.id} className={styles.column}>
                <input
                  type="checkbox"
                  checked={shown.includes(column)}
                  onChange={({ target }) => {
                    showColumn(column.id, target.checked);
                  }}
                />
                {column.choice}
              </label>
            ),
        )}
        <p className={styles.note}>A narrow window leaves out some of them by itself.</p>
      </fieldset>
    </Popover>
  );
}
