/** What a bench measures: a value, what it is compared with in the same run, and how it spreads. */
export interface Row {
  /** Stays the same over time, so that results can be compared. */
  readonly id: string;
  readonly what: string;
  /** Median over the runs. */
  readonly value: number;
  readonly unit: string;
  /** The same measure of what it is compared with, median over the runs; `null` without one. */
  readonly baseline: number | null;
  /** Median of value / baseline of each run; `null` without a baseline. */
  readonly ratio: number | null;
  /** Largest minus smallest ratio over the runs; of the values where there is no baseline. */
  readonly spread: number;
  readonly runs: number;
}

/** One run's value with its baseline, measured right before or after it. */
export interface Sample {
  readonly value: number;
  readonly baseline?: number;
}

/** Sums the runs up. */
export function rowOf(id: string, what: string, unit: string, samples: readonly Sample[]): Row {
  const values = samples.map(({ value }) => value);
  const baselines = samples.flatMap(({ baseline }) => (baseline === undefined ? [] : [baseline]));
  const ratios = samples.flatMap(({ value, baseline }) =>
    baseline === undefined || baseline === 0 ? [] : [value / baseline],
  );
  const spreads = ratios.length > 0 ? ratios : values;
  return {
    id,
    what,
    value: round(median(values)),
    unit,
    baseline: baselines.length > 0 ? round(median(baselines)) : null,
    ratio: ratios.length > 0 ? round(median(ratios)) : null,
    spread: round(Math.max(...spreads) - Math.min(...spreads)),
    runs: samples.length,
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const lower = sorted[Math.ceil(middle) - 1];
  const upper = sorted[Math.floor(middle)];
  if (lower === undefined || upper === undefined) throw new RangeError('no values');
  return (lower + upper) / 2;
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}

function cell(value: number | null): string {
  return value === null ? '–' : String(value);
}

/** For people. */
export function tableOf(rows: readonly Row[]): string {
  const head = ['id', 'value', 'unit', 'baseline', 'ratio', 'spread', 'runs', 'what'];
  const lines = [
    head,
    ...rows.map((row) => [
      row.id,
      cell(row.value),
      row.unit,
      cell(row.baseline),
      cell(row.ratio),
      cell(row.spread),
      String(row.runs),
      row.what,
    ]),
  ];
  const widths = head.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines
    .map((line) => line.map((text, column) => text.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => line.trimEnd())
    .join('\n');
}
