import { describe, expect, it } from 'vitest';
import type { AccountId } from '../../../shared/model.ts';
import { exportView } from './export.ts';
import { Measures } from './measures.ts';
import type { StoredFigures } from './store/sum.ts';
import { batch, MINUTE, NOON, openStore, row } from './testing/rows.ts';

function viewOf(account: AccountId | null) {
  using opened = openStore();
  const at = NOON - (NOON % MINUTE);
  opened.store.write(
    batch(
      [
        row(at - 59 * MINUTE, { kind: 'off', tlsUs: 9000 }),
        row(at, { tlsUs: 4321, line: 7, savedBytes: 800, planned: true }),
        row(at, { kind: 'full', tlsUs: 20_000 }),
        row(at, { kind: 'failed', tlsUs: null }),
      ],
      { startAt: at - MINUTE, endAt: NOON },
    ),
  );
  const { totals, buckets, ...view } = opened.store.view({ range: '1h', account }, NOON);
  const measures = new Measures();
  for (let count = 0; count < 5; count += 1) {
    measures.add([
      { line: 7, of: 'full', value: 6500 },
      { line: 7, of: 'resumed', value: 5000 },
    ]);
  }
  const withSavings = <Figures extends StoredFigures>({ lines, ...figures }: Figures) => ({
    ...figures,
    ...measures.saved(figures.resumed, lines),
  });
  return {
    ...view,
    totals: withSavings(totals),
    buckets: buckets.map(withSavings),
    notRecorded: 2,
  };
}

describe('an export as CSV', () => {
  it('has a line a bucket, with empty figures where nothing is known', () => {
    const { fileName, text } = exportView(viewOf(null), 'csv');
    expect(fileName).toBe('reprise-history-1h-2026-10-15.csv');
    const lines = text.split('\r\n');
    expect(lines).toHaveLength(1 + 60 + 1);
    expect(lines[0]).toBe(
      'start,length_s,alive_s,resumed,full,refused,off,failed,resumed_median_ms,resumed_p95_ms,full_median_ms,full_p95_ms,saved_bytes,saved_ms_estimate,saved_ms_low,saved_ms_high,saved_of_resumed,measured_full,measured_resumed,planned',
    );
    expect(lines.slice(-4)).toEqual([
      '2026-10-15T12:32:00.000Z,60,0,,,,,,,,,,,,,,,,,',
      '2026-10-15T12:33:00.000Z,60,60,0,0,0,0,0,,,,,0,0,0,0,0,0,0,0',
      '2026-10-15T12:34:00.000Z,60,57,1,1,0,0,1,4.321,4.321,20,20,800,1.5,1.5,1.5,1,5,5,1',
      '',
    ]);
  });
});

describe('an export as JSON', () => {
  it('has the figures that are shown, and the account’s name', () => {
    const view = viewOf('work' as AccountId);
    const { fileName, text } = exportView(view, 'json');
    expect(fileName).toBe('reprise-history-1h-2026-10-15.json');
    const document = JSON.parse(text) as { buckets: unknown[] };
    expect(document).toMatchObject({
      range: '1h',
      account: { id: 'work', label: 'Work' },
      at: '2026-10-15T12:34:56.789Z',
      notRecorded: 2,
      timesAreExact: true,
      totals: JSON.parse(JSON.stringify(view.totals)) as unknown,
    });
    expect(document).toMatchObject({ from: new Date(view.fromAt).toISOString() });
    expect(document.buckets[0]).toMatchObject({ start: new Date(view.fromAt).toISOString() });
    expect(document.buckets[1]).toEqual({
      start: new Date(view.fromAt + MINUTE).toISOString(),
      lengthMs: MINUTE,
      isGap: true,
    });
    expect(document.buckets.at(-1)).toMatchObject({ resumed: 1, full: 1, failed: 1 });
  });
});
