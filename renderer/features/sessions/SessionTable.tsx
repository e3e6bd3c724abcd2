import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef, type ReactNode } from 'react';
import type { HeldSessionsId } from '../../../shared/model.ts';
import { Unseen } from '../../ui/Text.tsx';
import { SessionRow } from './SessionRow.tsx';
import styles from './Sessions.module.css';

/** Height of a row, in px; `--row` of the style tokens. */
const ROW_HEIGHT = 32;

const COLUMNS: readonly { readonly name: string; readonly isFigure?: true }[] = [
  { name: 'Account' },
  { name: 'Server' },
  { name: 'Mechanism' },
  { name: 'Left', isFigure: true },
  { name: 'Issued to' },
  { name: 'Expires in', isFigure: true },
  { name: 'Uses', isFigure: true },
];

interface SessionTableProps {
  readonly ids: readonly HeldSessionsId[];
  readonly onForget: (id: HeldSessionsId) => void;
}

/** What is held, a row for each server. Only the rows in sight exist. */
export function SessionTable({ ids, onForget }: SessionTableProps): ReactNode {
  const scroller = useRef<HTMLDivElement>(null);
  // oxlint-disable-next-line react/incompatible-library -- its functions are only used in this render
  const virtualizer = useVirtualizer({
    count: ids.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => ids[index] ?? index,
    overscan: 8,
  });
  return (
    <div className={styles.scroller} ref={scroller}>
      <table aria-label="Sessions" aria-rowcount={ids.length + 1} className={styles.table}>
        <thead className={styles.head}>
          <tr aria-rowindex={1} className={styles.row}>
            {COLUMNS.map(({ name, isFigure }) => (
              <th
                key={name}
                scope="col"
                className={isFigure ? `${styles.cell} ${styles.figure}` : styles.cell}
              >
                {name}
              </th>
            ))}
            <th scope="col" className={styles.cell}>
              <Unseen>Action</Unseen>
            </th>
          </tr>
        </thead>
        <tbody className={styles.body} style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ index, start }) => {
            const id = ids[index];
            return (
              id !== undefined && (
                <SessionRow key={id} id={id} index={index} start={start} onForget={onForget} />
              )
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
