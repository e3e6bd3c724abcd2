/** Where an axis is labelled, and with what. Pure; times of day are local. */

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

/** Steps between the labels of a time axis, in minutes of the local day. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720].concat(
  [1, 2, 3, 5, 7, 10].map((days) => days * DAY_MINUTES),
);

interface Tick {
  readonly at: number;
  readonly label: string;
}

const timeFormat = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' });
const dayFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const weekdayFormat = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric' });

/**
 * Labels for a span of time, at most `most`: at round times of the local day, also on days with 23
 * or 25 hours. Midnight is labelled with its day.
 */
export function timeTicks(fromAt: number, toAt: number, most: number): readonly Tick[] {
  const minutes = (toAt - fromAt) / MINUTE_MS;
  const step =
    STEPS.find((candidate) => minutes / candidate <= most) ?? STEPS.at(-1) ?? DAY_MINUTES;
  const ticks: Tick[] = [];
  const start = new Date(fromAt);
  for (let passed = 0; ; passed += step) {
    const date = new Date(start.getFullYear(), start.getMonth(), start.getDate(), 0, passed);
    const at = date.getTime();
    if (at > toAt) return ticks;
    // Twice the same where a clock is set forward over it.
    if (at < fromAt || at === ticks.at(-1)?.at) continue;
    ticks.push({ at, label: labelOf(date, step) });
  }
}

function labelOf(date: Date, step: number): string {
  const isMidnight = date.getHours() === 0 && date.getMinutes() === 0;
  if (step < DAY_MINUTES && !isMidnight) return timeFormat.format(date);
  return step === DAY_MINUTES ? weekdayFormat.format(date) : dayFormat.format(date);
}

/** What the axis of handshake times covers, in ms. */
interface TimeScale {
  readonly isLogarithmic: boolean;
  readonly min: number;
  readonly max: number;
}

/** Where the slowest takes so many times as long as the fastest, a linear axis shows only the slow. */
const WIDE_SPREAD = 25;

/** The axis that shows all of these; at least one ms high. */
export function timeScale(valuesMs: readonly number[]): TimeScale {
  const most = Math.max(0, ...valuesMs);
  const least = Math.min(...valuesMs.filter((ms) => ms > 0));
  if (most > least * WIDE_SPREAD) {
    return { isLogarithmic: true, min: roundDown(least * 0.75), max: most * 1.3 };
  }
  return { isLogarithmic: false, min: 0, max: Math.max(1, most * 1.1) };
}

/** To 1, 2 or 5 times a power of ten. */
function roundDown(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([5, 2].find((factor) => factor * power <= value) ?? 1);
}

/** Labels of a logarithmic axis: 1, 2 and 5 of every power of ten, fewer where there are many. */
export function logTicks({ min, max }: TimeScale, most: number): readonly number[] {
  const first = Math.floor(Math.log10(min));
  const last = Math.ceil(Math.log10(max));
  const choose = (factors: readonly number[]) =>
    Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index))
      .flatMap((power) => factors.map((factor) => factor * power))
      // Powers of ten below 1 are not exact.
      .map((value) => Number(value.toPrecision(1)))
      .filter((value) => value >= min * 0.999 && value <= max);
  const [fine = [], middle = [], coarse = []] = [[1, 2, 5], [1, 3], [1]].map(choose);
  return [fine, middle].find((ticks) => ticks.length <= most) ?? coarse;
}
