/** Tables of many rows, of which only those in sight exist. A column is one typed entry. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useState, type ComponentProps, type CSSProperties, type ReactNode } from 'react';
import { AscendingIcon, DescendingIcon } from './icons.tsx';
import { Unseen } from './Text.tsx';
import styles from './table.module.css';

/** Height of a row, in px; `--row` of the style tokens. */
const ROW_HEIGHT = 32;

/** A table is wide from 941 px on, and of medium width from 721 px; see `table.module.css`. */
type From = 'medium' | 'wide';

/** Everything there is to say about a column of rows like `Row`. */
export interface Column<Id extends string, Row> {
  readonly id: Id;
  readonly heading: string;
  /** Its track of the grid; another one for where the table is not wide. */
  readonly width: readonly [wide: string, narrower?: string];
  /** `end` is for figures. */
  readonly align?: 'end';
  /** From which width of the table on it is there; always unless given. */
  readonly from?: From;
  /** What rows are sorted by; `null` is sorted last, whatever the direction. */
  readonly sortKey?: (row: Row) => string | number | null;
  readonly cell: (row: Row) => ReactNode;
  /** What hovering the cell says. */
  readonly title?: (row: Row) => string | null;
}

type Columns<Row> = readonly Column<string, Row>[];

const SORT_ICONS = { ascending: <AscendingIcon />, descending: <DescendingIcon /> } as const;

/** The track of the action at the end of each row. */
const ACTION = '24px';

/** The grid of every row, for each width that a table may have. */
function tracksOf(columns: Columns<never>, isBare: boolean): CSSProperties {
  const tracks = (width: 0 | 1, froms: readonly (From | undefined)[]) =>
    [
      ...columns
        .filter(({ from }) => froms.includes(from))
        .map((one) => one.width[width] ?? one.width[0]),
      ...(isBare ? [] : [ACTION]),
    ].join(' ');
  return {
    '--wide': tracks(0, [undefined, 'medium', 'wide']),
    '--medium': tracks(1, [undefined, 'medium']),
    '--narrow': tracks(1, [undefined]),
  } as CSSProperties;
}

/** Which column the rows are sorted by; `null` for the order that they come in. */
export type Sort<Id extends string> = {
  readonly by: Id;
  readonly direction: 'ascending' | 'descending';
} | null;

interface TableProps<Id extends string, Row> {
  /** The accessible name. */
  readonly label: string;
  readonly columns: readonly Column<Id, Row>[];
  readonly rowCount: number;
  /** Nothing can be done with a row. */
  readonly isBare?: boolean;
  /** Which column the rows are sorted by. */
  readonly sort?: Sort<Id>;
  /** Takes the column whose head was pressed; without it, none can be. */
  readonly onSort?: (by: Id) => void;
  /** The body; `scroller` is what it is scrolled in, `null` until that is there. */
  readonly children: (scroller: HTMLElement | null) => ReactNode;
  /** What stands below it. */
  readonly below?: ReactNode;
}

/** The frame of a table: what scrolls, and the head. Scrolling renders the body alone. */
export function Table<Id extends string, Row>(props: TableProps<Id, Row>): ReactNode {
  const { columns, rowCount, isBare = false, sort = null, onSort } = props;
  const [scroller, setScroller] = useState<HTMLElement | null>(null);
  return (
    <div className={styles.scroller} ref={setScroller}>
      <table
        aria-label={props.label}
        aria-rowcount={rowCount + 1}
        className={styles.table}
        style={tracksOf(columns, isBare)}
      >
        <thead className={styles.head}>
          <tr aria-rowindex={1} className={styles.row}>
            {columns.map((column) => (
              <th
                key={column.id}
                scope="col"
                data-align={column.align}
                data-from={column.from}
                className={styles.cell}
                aria-sort={sort?.by === column.id ? sort.direction : undefined}
              >
                {onSort === undefined ? (
                  column.heading
                ) : (
                  <button
                    type="button"
                    className={styles.sort}
                    onClick={() => {
                      onSort(column.id);
                    }}
                  >
                    {column.heading}
                    {sort?.by === column.id && SORT_ICONS[sort.direction]}
                  </button>
                )}
              </th>
            ))}
            {!isBare && (
              <th scope="col" className={styles.cell}>
                <Unseen>Action</Unseen>
              </th>
            )}
          </tr>
        </thead>
        {props.children(scroller)}
      </table>
      {props.below}
    </div>
  );
}

/** Where a row stands. */
export interface RowPlace {
  /** From 0. */
  readonly index: number;
  /** Distance from the first row's top, in px. */
  readonly top: number;
}

interface RowProps<Row> extends RowPlace, Omit<ComponentProps<'tr'>, 'children'> {
  readonly columns: Columns<Row>;
  readonly row: Row;
  /** Left out in a table that is bare. */
  readonly action?: ReactNode;
}

/** One row: a cell for each column, and what can be done with it. */
export function TableRow<Row>(props: RowProps<Row>): ReactNode {
  const { columns, row, index, top, action, ...rest } = props;
  return (
    <tr {...rest} aria-rowindex={index + 2} className={styles.row} style={{ top }}>
      {columns.map(({ id, align, from, cell, title }) => (
        <td
          key={id}
          data-align={align}
          data-from={from}
          title={title?.(row) ?? undefined}
          className={styles.cell}
        >
          {cell(row)}
        </td>
      ))}
      {action !== undefined && <td className={`${styles.cell} ${styles.action}`}>{action}</td>}
    </tr>
  );
}

/**
 * The rows in sight, of all that there are.
 *
 * @param ids all of them, in their order; the same array while that stays
 * @param scroller what they are scrolled in
 */
export function useRowsInSight<Id extends string>(
  ids: readonly Id[],
  scroller: HTMLElement | null,
) {
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
  return {
    inSight: virtualizer.getVirtualItems().flatMap(({ index, start }) => {
      const id = ids[index];
      return id === undefined ? [] : [{ id, index, top: start }];
    }),
    /** For the body of the table. */
    body: { className: styles.body, style: { height: virtualizer.getTotalSize() } },
    scrollTo: (index: number) => {
      virtualizer.scrollToIndex(index);
    },
  };
}
