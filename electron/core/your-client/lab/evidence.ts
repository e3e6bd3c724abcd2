/** What a look at all connections came to, and the words that all findings share. */
import type { LabConnection, LabVariant } from '../../../../shared/client-check.ts';
import type { FindingWeight } from '../../../../shared/client-findings.ts';

/** What proves a finding. */
export interface Proof {
  /** What was seen, in a sentence or two. */
  readonly text: string;
  readonly connections: readonly LabConnection[];
  /** Where it weighs less than its kind. */
  readonly weight?: FindingWeight;
}

/** `not-there` only where it would have shown. */
export type Look = Proof | 'not-there' | 'not-seen';

/** @param hadOccasion the fault would have shown by now */
export function look(proof: Proof | null, hadOccasion: boolean): Look {
  if (proof !== null) return proof;
  return hadOccasion ? 'not-there' : 'not-seen';
}

export const VARIANT_WORDS: Readonly<Record<LabVariant, string>> = {
  'tls13-ticket': 'TLS 1.3 ticket',
  'tls12-ticket': 'TLS 1.2 ticket',
  'session-id': 'session ID',
};

/** `1 connection`, `2 connections`. */
export function counted(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** `a, b and c`. */
export function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}
