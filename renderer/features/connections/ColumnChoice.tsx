/** Which columns of the connections table are left out: chosen here, and one of the settings. */
import { useMemo, type FormEvent, type ReactNode } from 'react';
import { useEngineApi } from '../../engine/engine-api.ts';
import { useEngine } from '../../engine/store.ts';
import { toastIfFailed } from '../../ui/call.tsx';
import { ColumnsIcon } from '../../ui/icons.tsx';
import { Popover } from '../../ui/popups.tsx';
import { COLUMNS, type ConnectionColumns } from './columns.tsx';
import styles from './FilterBar.module.css';

/**
 * What a choice leaves. Anything unknown in it is without effect, and so is a column that is always
 * there: it says what a row is, or how it stands.
 */
export function shownColumns(hidden: readonly string[]): ConnectionColumns {
  return COLUMNS.filter(({ id, choice }) => choice === undefined || !hidden.includes(id));
}

/** The columns that are shown: the same array while the choice stays. */
export function useShownColumns(): ConnectionColumns {
  const hidden = useEngine(({ settings }) => settings.hiddenColumns.join(' '));
  return useMemo(() => shownColumns(hidden.split(' ')), [hidden]);
}

/** Chooses the columns of the table. */
export function ColumnChoice(): ReactNode {
  const shown = useShownColumns();
  const api = useEngineApi();
  const choose = ({ currentTarget }: FormEvent<HTMLFieldSetElement>) => {
    // All of them as they are ticked now: the settings follow a moment later.
    const boxes = [...currentTarget.querySelectorAll('input')];
    const hiddenColumns = boxes.filter((box) => !box.checked).map((box) => box.value);
    void toastIfFailed('Could not change the columns', api.changeSettings({ hiddenColumns }));
  };
  return (
    <Popover label="Columns" icon={<ColumnsIcon />} title="Columns">
      <fieldset className={styles.columns} aria-label="Columns that are shown" onChange={choose}>
        {COLUMNS.map(
          (column) =>
            column.choice !== undefined && (
              <label key={column.id} className={styles.column}>
                <input type="checkbox" value={column.id} defaultChecked={shown.includes(column)} />
                {column.choice}
              </label>
            ),
        )}
        <p className={styles.note}>A narrow window leaves out some of them by itself.</p>
      </fieldset>
    </Popover>
  );
}
