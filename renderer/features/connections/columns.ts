import {
  createColumnHelper,
  createSortedRowModel,
  metaHelper,
  rowSortingFeature,
  tableFeatures,
} from '@tanstack/react-table';
import { compareKeys, SORT_KEYS, type ConnectionRow } from './sorting.ts';

interface ColumnMeta {
  readonly header: string;
}

/** The parts of the table library that are used. */
export const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  columnMeta: metaHelper<ColumnMeta>(),
});

const helper = createColumnHelper<typeof features, ConnectionRow>();

function column(id: keyof typeof SORT_KEYS, header: string) {
  const key = SORT_KEYS[id];
  return helper.accessor((row) => key?.(row) ?? undefined, {
    id,
    meta: { header },
    sortUndefined: 'last',
    sortFn: (a, b) => compareKeys(a.getValue(id), b.getValue(id)),
  });
}

/** The columns that carry facts, from left to right; the one with the row's action has no sort. */
export const columns = helper.columns([
  column('state', 'State'),
  column('account', 'Account'),
  column('mailbox', 'Mailbox'),
  column('messages', 'Messages'),
  column('server', 'Server'),
  column('tls', 'TLS'),
  column('reuse', 'Reuse'),
  column('total', 'Total'),
  column('clock', 'Uptime / retry'),
]);
