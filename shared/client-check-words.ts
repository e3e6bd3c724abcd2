/**
 * What is said of the lab's connections and findings, in words: the same wherever they are told.
 */
import type { ClientFinding, LabConnection } from './client-check.ts';
import { LAB_STEP_WORDS } from './client-findings.ts';
import { endText, offerText, outcomeText, programText, versionText } from './watched-words.ts';

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
function isRightlyGivenUp({ step, outcome }: LabConnection): boolean {
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
function provenBy({ connections }: Pick<ClientFinding, 'connections'>): string {
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
