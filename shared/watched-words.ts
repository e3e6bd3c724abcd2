/**
 * What is said of watched connections, in words: the same on a command line, on the screen and in a
 * report that is copied from it.
 */
import { MECHANISM_WORDS, OUTCOME_WORDS } from './attempt.ts';
import type {
  WatchedConnection,
  WatchedOffer,
  WatchedOutcome,
  WatchedProgram,
  WatchReport,
} from './your-client.ts';

/** Rows of a report that is copied; earlier ones are counted. */
const MOST_COPIED = 200;

/** What stands in a cell of which nothing is known. */
const NOTHING = '–';

export const WATCH_COLUMNS = [
  '#',
  'Time',
  'Program',
  'Name',
  'TLS',
  'Reuse',
  'Session',
  'Closed',
] as const;
const WIDTHS = [4, 8, 20, 24, 12, 32, 22, 0] as const;

/** `Resumed`, and so on. */
export function outcomeWord(outcome: WatchedOutcome): string {
  return outcome.kind === 'pending' ? 'Connecting' : OUTCOME_WORDS[outcome.kind];
}

/** What its word leaves open: the mechanism, or why. */
export function detailText(outcome: WatchedOutcome): string | null {
  switch (outcome.kind) {
    case 'pending':
      return null;
    case 'resumed':
    case 'refused':
      return MECHANISM_WORDS[outcome.mechanism];
    case 'full':
      return outcome.reason === 'takes-none' ? 'it takes no tickets' : 'nothing offered';
    case 'failed':
      return outcome.text;
  }
}

/** `Resumed · TLS 1.3 ticket`, and so on. */
export function outcomeText(outcome: WatchedOutcome): string {
  const detail = detailText(outcome);
  const word = outcomeWord(outcome);
  return detail === null ? word : `${word} · ${detail}`;
}

/** Which ticket it was, where that is known: `the same ticket as #3`, `ticket of #2`. */
export function offerText(offers: readonly WatchedOffer[]): string {
  const [first] = offers;
  if (first === undefined) return NOTHING;
  const { sameAs, issuedBy } = first;
  const what = first.mechanism === 'session-id' ? 'session' : 'ticket';
  if (sameAs !== null) return `the same ${what} as #${sameAs}`;
  return issuedBy === null ? `a new ${what}` : `${what} of #${issuedBy}`;
}

/** Who connects: `curl (4711)`. */
export function programText(program: WatchedProgram): string {
  switch (program.kind) {
    case 'process':
      return `${program.name} (${program.pid})`;
    case 'pending':
      return '…';
    case 'other-user':
      return "another user's";
    case 'gone':
      return 'gone already';
    case 'elsewhere':
      return 'elsewhere';
    case 'not-told':
      return 'not told here';
  }
}

/** The server's name as the client gives it. */
export function nameText({ serverName, begins }: WatchedConnection): string {
  return serverName ?? (begins === null ? NOTHING : 'none sent');
}

/** `1.3`, or `1.2 STARTTLS`. */
export function versionText({ version, begins }: WatchedConnection): string {
  if (version === null) return NOTHING;
  return `${version.replace('TLSv', '')}${begins === 'starttls' ? ' STARTTLS' : ''}`;
}

/** How it closed, as far as that can be seen. */
export function endText({ ended }: WatchedConnection): string {
  if (ended === null) return 'open';
  const { by, how, closeNotify } = ended;
  const who = by === 'pass-through' ? 'cut off here' : `${how} by ${by}`;
  switch (closeNotify) {
    case null:
      return who;
    case 'yes':
      return `${who}, close_notify`;
    case 'no':
      return `${who}, no close_notify`;
    case 'likely':
      return `${who}, likely close_notify`;
    case 'unlikely':
      return `${who}, likely no close_notify`;
  }
}

/** Cells as a line of a table of text. */
export function watchLine(cells: readonly string[]): string {
  return cells
    .map((cell, column) => cell.padEnd(WIDTHS[column] ?? 0))
    .join('  ')
    .trimEnd();
}

/** A connection as such a line. */
export function connectionLine(row: WatchedConnection): string {
  const { number, startedAt, program, outcome, offers } = row;
  return watchLine([
    String(number),
    new Date(startedAt).toTimeString().slice(0, 8),
    programText(program),
    nameText(row),
    versionText(row),
    outcomeText(outcome),
    offerText(offers),
    endText(row),
  ]);
}

/** What was seen, as text for a letter or an issue. */
export function reportText(report: WatchReport): string {
  const { server, program, startedAt, summary, connections } = report;
  const shown = connections.slice(-MOST_COPIED);
  const earlier = report.counts.connections - shown.length;
  return [
    `${server.host} port ${server.port}, watched by ${program.name} ${program.version} from ${new Date(startedAt).toISOString()} on.`,
    summary,
    '',
    ...(earlier > 0 ? [`The latest ${shown.length} of ${report.counts.connections}:`] : []),
    watchLine(WATCH_COLUMNS),
    ...shown.map(connectionLine),
    '',
  ].join('\n');
}
