/** Numbers as the interface writes them. Pure; every function takes plain values. */
import { wireName } from '../shared/server-names.ts';
import { visible } from '../shared/visible.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Stands where there is no value. */
export const NOTHING = '–';

/** A measured span in ms: one decimal under 10, seconds from 10 s on; {@link NOTHING} for `null`. */
export function formatMs(ms: number | null): string {
  if (ms === null) return NOTHING;
  if (ms < 9.95) return `${ms.toFixed(1)} ms`;
  if (ms < 10 * SECOND) return `${ms.toFixed(0)} ms`;
  return `${(ms / SECOND).toFixed(1)} s`;
}

/** A measured span as exactly as it is known, for hovering. */
export function formatExactMs(ms: number): string {
  return `${ms.toFixed(3)} ms`;
}

/** A sum of spans in ms, in the unit that suits its size: `340 ms`, `2.9 s`, `4 min 05 s`. */
export function formatSum(ms: number): string {
  if (ms < SECOND) return formatMs(ms);
  if (ms < MINUTE - 50) return `${(ms / SECOND).toFixed(1)} s`;
  return formatDuration(ms);
}

/** How long something has lasted: `12 s`, `4 min`, `2 h 14 min`, `3 d 4 h`. Never negative. */
export function formatDuration(ms: number): string {
  const span = Math.max(0, ms);
  if (span < MINUTE) return `${Math.floor(span / SECOND)} s`;
  if (span < HOUR) return `${Math.floor(span / MINUTE)} min`;
  if (span < DAY)
    return join(Math.floor(span / HOUR), 'h', Math.floor((span % HOUR) / MINUTE), 'min');
  return join(Math.floor(span / DAY), 'd', Math.floor((span % DAY) / HOUR), 'h');
}

function join(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** Time left in words, rounded up: `10 min` until the tenth minute has passed, then `9 min`, `45 s`. */
export function formatTimeLeft(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / SECOND));
  return formatDuration(seconds < 60 ? seconds * SECOND : Math.ceil(seconds / 60) * MINUTE);
}

/** Time left, to the second, rounded up so that it ends at `0:00` and not before: `0:12`, `1:02:03`. */
export function formatCountdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / SECOND));
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60];
  const hours = Math.floor(seconds / 3600);
  const [minutes = 0, rest = 0] = parts;
  const tail = String(rest).padStart(2, '0');
  return hours === 0
    ? `${minutes}:${tail}`
    : `${hours}:${String(minutes).padStart(2, '0')}:${tail}`;
}

/** A size in kB (1000 bytes), one decimal under 10; MB from a thousand of them on. */
export function formatBytes(bytes: number | null): string {
  if (bytes === null) return NOTHING;
  const kilo = bytes / 1000;
  if (kilo < 9.95) return `${kilo.toFixed(1)} kB`;
  if (kilo < 999.5) return `${kilo.toFixed(0)} kB`;
  return `${(kilo / 1000).toFixed(1)} MB`;
}

const countFormat = new Intl.NumberFormat('en');

/** A whole number with its thousands apart. */
export function formatCount(count: number): string {
  return countFormat.format(count);
}

/** A size to the byte, for hovering. */
export function formatExactBytes(bytes: number): string {
  return `${formatCount(bytes)} ${bytes === 1 ? 'byte' : 'bytes'}`;
}

/**
 * A share in whole per cent; {@link NOTHING} of nothing. Never rounded up to 100 or down to 0, so
 * that these two say what they seem to say.
 */
export function formatPercent(part: number, whole: number): string {
  if (whole === 0) return NOTHING;
  const percent = Math.round((100 * part) / whole);
  const honest = part === whole ? 100 : part === 0 ? 0 : Math.min(99, Math.max(1, percent));
  return `${honest} %`;
}

/** `1st`, `2nd`, `3rd`, `4th`, `11th`, … */
export function formatOrdinal(count: number): string {
  const teens = count % 100 >= 11 && count % 100 <= 13;
  const suffix = teens ? 'th' : ({ 1: 'st', 2: 'nd', 3: 'rd' }[count % 10] ?? 'th');
  return `${count}${suffix}`;
}

const timeFormat = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const shortTimeFormat = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' });
const dateFormat = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' });
const dateTimeFormat = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'medium',
  timeStyle: 'medium',
});

/** Time of day to the second. */
export function formatTime(at: number): string {
  return timeFormat.format(at);
}

/** Time of day to the minute, with the date where it is not today's. */
export function formatMoment(at: number, now: number): string {
  const isToday = dateFormat.format(at) === dateFormat.format(now);
  return isToday
    ? shortTimeFormat.format(at)
    : `${dateFormat.format(at)}, ${shortTimeFormat.format(at)}`;
}

/** A calendar day. */
export function formatDate(at: number): string {
  return dateFormat.format(at);
}

/** Day and time to the second, for hovering. */
export function formatExactTime(at: number): string {
  return dateTimeFormat.format(at);
}

/** Days left until `at`, in words; says so when it has passed. */
export function formatDaysLeft(at: number, now: number): string {
  if (at <= now) return 'expired';
  const days = Math.floor((at - now) / DAY);
  if (days === 0) return 'less than a day left';
  return days === 1 ? '1 day left' : `${formatCount(days)} days left`;
}

/**
 * `imap.example.org:993`; an IPv6 address in brackets (RFC 3986 §3.2.2). Beside a name that is not
 * ASCII, or an address in an odd spelling, stands what certificates and the network know.
 */
export function formatServer(host: string, port: number): string {
  const seen = visible(host);
  const address = seen.includes(':') ? `[${seen}]:${port}` : `${seen}:${port}`;
  const name = wireName(host);
  return name === null ? address : `${address} (${name})`;
}

/** `1 session`, `2 sessions`. */
export function formatSessions(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'session' : 'sessions'}`;
}

/** Letters of scripts that run from right to left. */
const FROM_RIGHT =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/**
 * A name that somebody else chose, for use inside a sentence: whichever direction it runs in, the
 * words around it keep their places (Unicode's bidirectional algorithm, FSI and PDI).
 */
export function isolate(name: string): string {
  const seen = visible(name);
  return FROM_RIGHT.test(seen) ? `\u2068${seen}\u2069` : seen;
}
