import type {
  ExportFormat,
  HistoryBucket,
  HistoryExport,
  HistoryFigures,
  HistoryView,
} from '../../../shared/history.ts';

/** A view as a file's text: the same buckets with the same figures. Times are UTC. */
export function exportView(view: HistoryView, format: ExportFormat): HistoryExport {
  const day = new Date(view.at).toISOString().slice(0, 10);
  return {
    fileName: `reprise-history-${view.range}-${day}.${format}`,
    text: format === 'csv' ? csvOf(view) : jsonOf(view),
  };
}

/** One line a bucket. Figures of a gap are empty: nothing is known, which is not zero. */
const COLUMNS: readonly (readonly [name: string, of: (bucket: HistoryBucket) => unknown])[] = [
  ['start', ({ startAt }) => iso(startAt)],
  ['length_s', ({ lengthMs }) => lengthMs / 1000],
  ['alive_s', ({ aliveMs }) => Math.round(aliveMs / 1000)],
  ['resumed', known(({ resumed }) => resumed)],
  ['full', known(({ full }) => full)],
  ['refused', known(({ refused }) => refused)],
  ['off', known(({ off }) => off)],
  ['failed', known(({ failed }) => failed)],
  ['resumed_median_ms', ({ resumedTimes }) => resumedTimes?.medianMs],
  ['resumed_p95_ms', ({ resumedTimes }) => resumedTimes?.p95Ms],
  ['full_median_ms', ({ fullTimes }) => fullTimes?.medianMs],
  ['full_p95_ms', ({ fullTimes }) => fullTimes?.p95Ms],
  ['saved_bytes', known(({ savedBytes }) => savedBytes)],
  ['saved_ms_estimate', known(({ savedMs }) => savedMs)],
  ['saved_ms_low', known(({ savedBasis }) => savedBasis.lowMs)],
  ['saved_ms_high', known(({ savedBasis }) => savedBasis.highMs)],
  ['saved_of_resumed', known(({ savedBasis }) => savedBasis.counted)],
  ['measured_full', known(({ savedBasis }) => savedBasis.full)],
  ['measured_resumed', known(({ savedBasis }) => savedBasis.resumed)],
  ['planned', known(({ planned }) => planned)],
];

function known(of: (figures: HistoryFigures) => number): (bucket: HistoryBucket) => unknown {
  return (bucket) => (bucket.isGap ? undefined : of(bucket));
}

/** RFC 4180; no field needs quotes. */
function csvOf({ buckets }: HistoryView): string {
  const head = COLUMNS.map(([name]) => name);
  const lines = buckets.map((bucket) => COLUMNS.map(([, of]) => cell(of(bucket))));
  return [head, ...lines].map((line) => `${line.join(',')}\r\n`).join('');
}

function cell(value: unknown): string {
  if (typeof value === 'number') return String(Number(value.toFixed(3)));
  return typeof value === 'string' ? value : '';
}

function jsonOf(view: HistoryView): string {
  const label = view.accounts.find(({ id }) => id === view.account)?.label ?? null;
  const document = {
    program: 'Reprise',
    range: view.range,
    account: view.account === null ? null : { id: view.account, label },
    at: iso(view.at),
    from: iso(view.fromAt),
    to: iso(view.toAt),
    notRecorded: view.notRecorded,
    timesAreExact: view.timesAreExact,
    totals: view.totals,
    buckets: view.buckets.map(({ startAt, isGap, lengthMs, ...bucket }) =>
      isGap
        ? { start: iso(startAt), lengthMs, isGap }
        : { start: iso(startAt), lengthMs, isGap, ...bucket },
    ),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
