/** The verdict, a pure function of the evidence. */
import type {
  AcrossAddresses,
  CheckResult,
  HandshakeCost,
  Spread,
  Verdict,
} from '../../../shared/check.ts';
import type { TlsProtocol } from '../../../shared/model.ts';
import { ticketKeysOf, type RowEvidence, type Sample } from './evidence.ts';

/** Verdicts under which some connections resume. */
const RESUMING: ReadonlySet<Verdict> = new Set(['resumes', 'no-renewal', 'resumes-sometimes']);

/** Whether anything is resumed under this verdict. */
export function isResuming(verdict: Verdict | null): boolean {
  return verdict !== null && RESUMING.has(verdict);
}

/** The published entry of a row. */
export function resultOf(row: RowEvidence, verdict: Verdict): CheckResult {
  const full = row.samples.filter(({ resumed, offered }) => !resumed && !offered);
  const resumption = row.samples.filter(({ resumed }) => resumed);
  const first = row.sessions.find(({ onResumption }) => !onResumption) ?? null;
  return {
    address: row.address,
    protocol: row.protocol,
    mechanism: row.mechanism,
    verdict,
    issuedOnFull: usual(full.map(({ issued }) => issued)),
    issuedOnResumption: usual(resumption.map(({ issued }) => issued)),
    // Of a full handshake: OpenSSL states none when it renews a ticket under TLS 1.2.
    lifetimeSeconds: first?.lifetimeSeconds ?? null,
    attempts: row.attempts,
    resumed: row.resumed,
    sameTicketTwice: row.sameTicketTwice,
    ticketBytes: first?.ticketBytes ?? null,
    ticketKeys: ticketKeysOf([row])?.names ?? null,
    brokenHandshakes: row.broken,
    full: costOf(full),
    resumption: costOf(resumption),
  };
}

/** `null` where the check was stopped before it could tell. */
export function rowVerdict(row: RowEvidence): Verdict | null {
  if (!row.offered) return 'not-offered';
  if (row.samples.length === 0) return null;
  if (row.sessions.length === 0) return 'nothing-issued';
  if (row.attempts === 0) return null;
  if (row.resumed === 0) return isMerelyUnlucky(row) ? 'resumes-sometimes' : 'issues-but-refuses';
  if (row.resumed < row.attempts) return 'resumes-sometimes';
  // Under TLS 1.2 one session may be offered again and again: nothing has to be renewed.
  const renews = row.samples.some(({ resumed, issued }) => resumed && issued > 0);
  return row.protocol === 'TLSv1.3' && !renews ? 'no-renewal' : 'resumes';
}

/** Keys that outlive a connection, several of them: each is good where it came from. */
function isMerelyUnlucky(row: RowEvidence): boolean {
  return row.broken === 0 && (ticketKeysOf([row])?.lasting ?? 0) > 1;
}

/** Of addresses and mechanisms that could not be reached at all. */
const UNTESTED: ReadonlySet<Verdict> = new Set(['unreachable', 'not-tls']);
const FROM_BEST: readonly Verdict[] = [
  'resumes',
  'no-renewal',
  'resumes-sometimes',
  'issues-but-refuses',
  'nothing-issued',
  'not-offered',
  'not-tls',
  'unreachable',
];

/**
 * The verdict on the whole server: of the newest version that resumes at all, as a client meets it
 * that may be given any of the addresses; where nothing resumes, the best that there is.
 */
export function overallVerdict(results: readonly CheckResult[]): Verdict | null {
  const version = resumingVersion(results);
  if (version !== null) {
    const byAddress = verdictsByAddress(results, version);
    if (!byAddress.every(isResuming)) return 'resumes-sometimes';
    return FROM_BEST.findLast((verdict) => byAddress.includes(verdict)) ?? null;
  }
  const verdicts = new Set(
    results.map(({ mechanism, verdict }) =>
      // A session ID that is filled in promises nothing, as a ticket does.
      mechanism === 'session-id' && verdict === 'issues-but-refuses' ? 'nothing-issued' : verdict,
    ),
  );
  return FROM_BEST.find((verdict) => verdicts.has(verdict)) ?? null;
}

/** Whether something resumes under TLS 1.2, and nothing under TLS 1.3, which the server speaks. */
export function resumesOnlyUnderTls12(results: readonly CheckResult[]): boolean {
  return (
    resumingVersion(results) === 'TLSv1.2' &&
    verdictsByAddress(results, 'TLSv1.3').some((verdict) => verdict !== 'not-offered')
  );
}

/** The newest version under which anything resumes; `null` where nothing does. */
function resumingVersion(results: readonly CheckResult[]): TlsProtocol | null {
  const versions = ['TLSv1.3', 'TLSv1.2'] as const;
  return versions.find((each) => verdictsByAddress(results, each).some(isResuming)) ?? null;
}

/** At each address that was tested, the better of ticket and session ID: a client takes either. */
function verdictsByAddress(results: readonly CheckResult[], protocol: TlsProtocol): Verdict[] {
  const best = new Map<string, Verdict>();
  for (const { address, verdict, ...row } of results) {
    if (row.protocol !== protocol || UNTESTED.has(verdict)) continue;
    const before = best.get(address) ?? verdict;
    best.set(address, FROM_BEST.indexOf(verdict) < FROM_BEST.indexOf(before) ? verdict : before);
  }
  return [...best.values()];
}

/** The verdict in a sentence. */
export function summaryOf(
  verdict: Verdict | null,
  results: readonly CheckResult[],
  across: readonly AcrossAddresses[],
): string {
  const notShared = across.some(({ resumed }) => !resumed)
    ? ' Sessions of one of its addresses do not resume at another.'
    : '';
  const only12 = resumesOnlyUnderTls12(results)
    ? ' Under TLS 1.3, which clients speak where they can, every connection is a full handshake.'
    : '';
  const sessions = only12 === '' ? 'TLS sessions' : 'TLS sessions under TLS 1.2 only';
  switch (verdict) {
    case 'resumes':
      return `This server resumes ${sessions}.${only12}${notShared}`;
    case 'no-renewal':
      return `This server resumes TLS sessions, but a resumed connection brings no new ticket: a client that uses each ticket once makes a full handshake in between.${notShared}`;
    case 'resumes-sometimes': {
      const { resumed, attempts } = shareOf(results);
      return resumed === 0
        ? `This server has several ticket keys that take turns, and none of ${attempts} attempts met the right one.${only12}${notShared}`
        : `This server resumes ${sessions} now and then: ${resumed} of ${attempts} attempts.${only12}${notShared}`;
    }
    case 'issues-but-refuses':
      return results.some(({ brokenHandshakes }) => brokenHandshakes > 0)
        ? 'This server issues TLS sessions, and the connection breaks off when one is offered: only full handshakes get through.'
        : 'This server issues TLS sessions and takes none of them up: every connection is a full handshake.';
    case 'nothing-issued':
      return 'This server issues nothing that could be resumed: every connection is a full handshake.';
    case 'not-offered':
      return 'This server speaks neither TLS 1.2 nor TLS 1.3.';
    case 'not-tls':
      return 'This server does not speak TLS here.';
    case 'unreachable':
      return 'This server could not be reached.';
    case null:
      return 'This server could not be tested.';
  }
}

/** Of the version that the overall verdict is about; at each address of the better mechanism. */
function shareOf(results: readonly CheckResult[]): { resumed: number; attempts: number } {
  const version = resumingVersion(results);
  const best = new Map<string, CheckResult>();
  for (const row of results) {
    if (row.protocol !== version || row.attempts === 0) continue;
    const before = best.get(row.address);
    if (before === undefined || row.resumed * before.attempts > before.resumed * row.attempts)
      best.set(row.address, row);
  }
  const sum = (key: 'attempts' | 'resumed') =>
    [...best.values()].reduce((total, row) => total + row[key], 0);
  return { resumed: sum('resumed'), attempts: sum('attempts') };
}

function costOf(samples: readonly Sample[]): HandshakeCost | null {
  const ms = spreadOf(samples.map((sample) => sample.ms));
  const sentBytes = spreadOf(samples.map((sample) => sample.sentBytes));
  const receivedBytes = spreadOf(samples.map((sample) => sample.receivedBytes));
  return ms === null || sentBytes === null || receivedBytes === null
    ? null
    : { ms, sentBytes, receivedBytes };
}

function spreadOf(values: readonly number[]): Spread | null {
  const sorted = values.toSorted((a, b) => a - b);
  const [low] = sorted;
  const high = sorted.at(-1);
  const middle = sorted.length / 2;
  const above = sorted[Math.floor(middle)];
  const below = sorted[Math.ceil(middle) - 1];
  if (low === undefined || high === undefined || above === undefined || below === undefined)
    return null;
  return {
    median: rounded((above + below) / 2),
    low: rounded(low),
    high: rounded(high),
    samples: sorted.length,
  };
}

/** Hundredths of a ms are noise. */
function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

/** The value that comes most often, the larger one of two; `null` of none. */
function usual(values: readonly number[]): number | null {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const [most] = [...counts].toSorted(([a, often], [b, oftenToo]) => oftenToo - often || b - a);
  return most?.[0] ?? null;
}
