/** The body of the connections table, and moving between its rows by keys. */
import {
  memo,
  useLayoutEffect,
  useRef,
  useState,
  type FocusEvent,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
} from 'react';
import type { ConnectionId } from '../../../shared/model.ts';
import { openDrawer, useInterface } from '../../engine/store.ts';
import { isolate } from '../../format.ts';
import { CallButton } from '../../ui/call.tsx';
import { ReconnectIcon } from '../../ui/icons.tsx';
import { TableRow, useRowsInSight, type RowPlace } from '../../ui/table.tsx';
import { useConnectionFacts, type ConnectionColumns } from './columns.tsx';

interface ConnectionRowsProps {
  readonly columns: ConnectionColumns;
  /** All of them, in their order; the same array while that stays. */
  readonly ids: readonly ConnectionId[];
  /** What they are scrolled in; `null` until it is there. */
  readonly scroller: HTMLElement | null;
}

/** The rows in sight. Scrolling renders this and nothing around it. */
export function ConnectionRows({ columns, ids, scroller }: ConnectionRowsProps): ReactNode {
  const element = useRef<HTMLTableSectionElement>(null);
  const { inSight, body, scrollTo } = useRowsInSight(ids, scroller);
  const { currentId, onKeyDown, onFocus } = useRovingRow(ids, element, scrollTo);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- for its rows
    <tbody {...body} ref={element} onKeyDown={onKeyDown} onFocus={onFocus}>
      {inSight.map(({ id, index, top }) => (
        <ConnectionRow
          key={id}
          columns={columns}
          id={id}
          index={index}
          top={top}
          isCurrent={id === currentId}
        />
      ))}
    </tbody>
  );
}

interface ConnectionRowProps extends RowPlace {
  readonly columns: ConnectionColumns;
  readonly id: ConnectionId;
  /** Tab leads to this row. */
  readonly isCurrent: boolean;
}

/** One connection; renders only when it changes or moves. */
const ConnectionRow = memo(function ConnectionRow(props: ConnectionRowProps): ReactNode {
  const { columns, id, index, top, isCurrent } = props;
  const facts = useConnectionFacts(id);
  const isOpen = useInterface((state) => state.openConnection === id);
  if (facts === null) return null;
  const { connection, account } = facts;
  const reconnect = `Reconnect ${connection.mailbox} on ${account.label}`;
  const tabIndex = isCurrent ? 0 : -1;
  return (
    <TableRow
      columns={columns}
      row={facts}
      index={index}
      top={top}
      data-connection={id}
      aria-current={isOpen}
      tabIndex={tabIndex}
      onClick={() => {
        openDrawer(id);
      }}
      onKeyDown={({ key, target, currentTarget }) => {
        if (key === 'Enter' && target === currentTarget) openDrawer(id);
      }}
      action={
        <CallButton
          look="icon"
          tabIndex={tabIndex}
          aria-label={reconnect}
          title={reconnect}
          before={(press) => {
            press.stopPropagation();
          }}
          call={(api) => api.reconnect(id)}
          failure={`Could not reconnect ${isolate(account.label)}`}
        >
          <ReconnectIcon />
        </CallButton>
      }
    />
  );
});

/** How many rows a page is, for Page Up and Page Down. */
const PAGE = 10;

/** Where a key leads to from row `index` of `count`; `null` where it leads nowhere. */
export function rowAfter(key: string, index: number, count: number): number | null {
  const last = count - 1;
  switch (key) {
    case 'ArrowDown':
      return Math.min(last, index + 1);
    case 'ArrowUp':
      return Math.max(0, index - 1);
    case 'PageDown':
      return Math.min(last, index + PAGE);
    case 'PageUp':
      return Math.max(0, index - PAGE);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return null;
  }
}

/** The row that Tab leads to, moved by the arrow keys: one tab stop for a thousand rows. */
function useRovingRow(
  ids: readonly ConnectionId[],
  container: RefObject<HTMLElement | null>,
  scrollTo: (index: number) => void,
) {
  const [moved, setMoved] = useState<ConnectionId | null>(null);
  const toFocus = useRef<ConnectionId | null>(null);
  const currentId = moved !== null && ids.includes(moved) ? moved : (ids[0] ?? null);

  // A row that was far away exists only once it has been scrolled to.
  useLayoutEffect(() => {
    if (toFocus.current === null) return;
    const row = findRow(container.current, toFocus.current);
    if (row === null) return;
    toFocus.current = null;
    row.focus({ preventScroll: true });
  });

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey || currentId === null) return;
    const index = rowAfter(event.key, ids.indexOf(currentId), ids.length);
    const id = index === null ? undefined : ids[index];
    if (index === null || id === undefined) return;
    event.preventDefault();
    toFocus.current = id;
    setMoved(id);
    scrollTo(index);
  };
  const onFocus = (event: FocusEvent) => {
    const row = event.target.closest<HTMLElement>('[data-connection]');
    if (row !== null) setMoved((row.dataset['connection'] ?? null) as ConnectionId | null);
  };
  return { currentId, onKeyDown, onFocus };
}

/** The row of a connection, while it is in sight. */
export function findRow(container: ParentNode | null, id: ConnectionId): HTMLElement | null {
  return container?.querySelector<HTMLElement>(`[data-connection="${CSS.escape(id)}"]`) ?? null;
}
