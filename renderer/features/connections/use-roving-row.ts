import {
  useLayoutEffect,
  useRef,
  useState,
  type FocusEvent,
  type KeyboardEvent,
  type RefObject,
} from 'react';
import type { ConnectionId } from '../../../shared/model.ts';

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
export function useRovingRow(
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
