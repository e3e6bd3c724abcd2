/**
 * What is said of the lab's connections and findings, in words: the same on a command line, on the
 * screen and in a report that is copied from it.
 */
import type { ClientCheckReport, ClientFinding, LabConnection } from './client-check.ts';
import { FINDING_KINDS, LAB_STEP_WORDS } from './client-findings.ts';
import { endText, offerText, outcomeText, programText, versionText } from './watched-words.ts';

/** Rows of a report that is copied; earlier ones are counted. */
const MOST_COPIED = 200;
/** Numbers of connections that a line names. */
const MOST_NUMBERS = 8;

export const LAB_COLUMNS = [
  '#',
  'Time',
  'Program',
  'TLS',
  'Tried',
  'Reuse',
  'Session',
  'Closed',
] as const;
const WIDTHS = [4, 8, 18, 12, 19, 28, 20, 0] as const;

/** A program is right to leave where nobody vouches for the certificate. */
export function isRightlyGivenUp({ step, outcome }: LabConnection): boolean {
  return step === 'untrusted' && outcome.kind === 'failed';
}

/** Cells as a line of a table of text. */
export function labLine(cells: readonly string[]): string {
  return cells
    .map((cell, column) => cell.padEnd(WIDTHS[column] ?? 0))
    .join('  ')
    .trimEnd();
}

/** A connection as such a line. */
export function labConnectionLine(row: LabConnection): string {
  const { number, startedAt, program, offers, outcome, step } = row;
  return labLine([
    String(number),
    new Date(startedAt).toTimeString().slice(0, 8),
    programText(program),
    versionText(row),
    LAB_STEP_WORDS[step],
    isRightlyGivenUp(row) ? 'Gave up, as it should' : outcomeText(outcome),
    offerText(offers),
    endText(row),
  ]);
}

/** The connections that prove it: `#1, #2 and 7 more`. */
export function provenBy({ connections }: Pick<ClientFinding, 'connections'>): string {
  const numbers = connections.slice(0, MOST_NUMBERS).map((number) => `#${number}`);
  const more = connections.length - numbers.length;
  return `${numbers.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** A finding, with what it rests on, where it is written, and what to do. */
export function findingLines(finding: ClientFinding): readonly string[] {
  const { id, weight, isAllowed, text, rule, advice } = finding;
  return [
    `${id} (${isAllowed ? `${weight}, known` : weight}): ${text}`,
    `  seen at ${provenBy(finding)}; ${rule.document}, ${rule.section}: ${rule.says}`,
    ...(advice === null ? [] : [`  → ${advice}`]),
  ];
}

/** What came of it, as text for a letter or an issue. */
export function clientCheckText(report: ClientCheckReport): string {
  const { program, startedAt, summary, findings, notSeen, connections, leftOut } = report;
  const shown = connections.slice(-MOST_COPIED);
  const earlier = connections.length + leftOut - shown.length;
  const unseen = notSeen.map((id) => FINDING_KINDS[id].words);
  return [
    `A mail program at the lab of ${program.name} ${program.version}, from ${new Date(startedAt).toISOString()} on.`,
    summary,
    '',
    ...findings.flatMap((finding) => [...findingLines(finding), '']),
    ...(unseen.length === 0 ? [] : [`Not seen, whether it ${unseen.join('; ')}.`, '']),
    ...(earlier > 0 ? [`The latest ${shown.length} of ${earlier + shown.length}:`] : []),
    labLine(LAB_COLUMNS),
    ...shown.map(labConnectionLine),
    '',
  ].join('\n');
}
