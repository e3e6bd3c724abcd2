/** The words and marks of the server check. */
import type { CheckReport, CheckResult, NoteId, Spread, Verdict } from '../../../shared/check.ts';
import type { OutcomeKind } from '../../../shared/model.ts';
import { protocolName } from '../../words.ts';

/** What a verdict is called, and the mark of the design that goes with it. */
export const VERDICT_WORDS: Record<Verdict, { readonly word: string; readonly mark: OutcomeKind }> =
  {
    resumes: { word: 'Resumes', mark: 'resumed' },
    'no-renewal': { word: 'Resumes, renews nothing', mark: 'resumed' },
    'resumes-sometimes': { word: 'Resumes sometimes', mark: 'refused' },
    'issues-but-refuses': { word: 'Issues, but refuses', mark: 'refused' },
    'nothing-issued': { word: 'Issues nothing', mark: 'full' },
    'not-offered': { word: 'Not offered', mark: 'off' },
    unreachable: { word: 'Unreachable', mark: 'failed' },
    'not-tls': { word: 'No TLS here', mark: 'failed' },
  };

/** The heading of each note. */
export const NOTE_WORDS: Record<NoteId, string> = {
  'lifetime-over-7-days': 'Sessions live longer than 7 days',
  'lifetime-over-1-day': 'Sessions live longer than a day',
  'lifetime-short': 'Sessions live for minutes only',
  'lifetime-0': 'Tickets with a lifetime of 0',
  'stateful-tickets': 'Stateful tickets',
  'not-shared-between-addresses': 'Sessions are not shared between addresses',
  'several-ticket-keys': 'Several ticket keys',
  'only-under-tls12': 'Nothing resumes under TLS 1.3',
  'session-id-not-kept': 'Names without sessions',
  'dovecot-one-process-per-login': 'Dovecot: one process for each login',
  'session-id-context-missing': 'Session ID context missing',
  'certificate-trouble': 'Tickets and certificate do not go together',
  'several-certificates': 'Several certificates',
};

/** `TLS 1.3 tickets`. */
export function rowName({
  protocol,
  mechanism,
}: Pick<CheckResult, 'protocol' | 'mechanism'>): string {
  return `${protocolName(protocol)} ${mechanism === 'ticket' ? 'tickets' : 'session IDs'}`;
}

/** A median with how far its samples lie apart: `2.1 (1.9–2.5) ms`. */
export function spreadText({ median, low, high }: Spread, unit: string, digits: number): string {
  return `${median.toFixed(digits)} (${low.toFixed(digits)}–${high.toFixed(digits)}) ${unit}`;
}

/**
 * What is different from the last check of this server, each in a sentence; empty where nothing is.
 * Rows are told apart by address, version and mechanism.
 */
export function changesSince(report: CheckReport, previous: CheckReport): string[] {
  const before = new Map(previous.results.map((result) => [keyOf(result), result]));
  return report.results.flatMap((result) => {
    const then = before.get(keyOf(result));
    if (then === undefined || then.verdict === result.verdict) return [];
    return [
      `${rowName(result)} at ${result.address}: was “${VERDICT_WORDS[then.verdict].word}”, is “${VERDICT_WORDS[result.verdict].word}”.`,
    ];
  });
}

function keyOf({ address, protocol, mechanism }: CheckResult): string {
  return `${address} ${protocol} ${mechanism}`;
}
