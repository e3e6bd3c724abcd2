/** What is to be said of a program: findings, and one sentence. Pure. */
import type {
  ClientCheckReport,
  ClientFinding,
  LabConnection,
} from '../../../../shared/client-check.ts';
import { FINDING_IDS, FINDING_KINDS, type FindingId } from '../../../../shared/client-findings.ts';
import { conductOf } from './conduct.ts';
import { counted, listed, VARIANT_WORDS, type Look } from './evidence.ts';
import { wrongOffersOf } from './offering.ts';
import { omissionsOf } from './omissions.ts';
import { RULES } from './rules.ts';
import { isFinished, runsOf } from './runs.ts';

/** Numbers listed of the connections that prove a finding; more prove no more. */
const MOST_LISTED = 100;
/** Faults named in the sentence; the others are counted. */
const MOST_NAMED = 3;

/** The part of the report that follows from its connections. */
export type Judgement = Pick<ClientCheckReport, 'verdict' | 'summary' | 'findings' | 'notSeen'>;

/**
 * Judges a program by its connections, never beyond what they show: what a fault had no occasion to
 * show in is `notSeen`.
 *
 * @param allowed findings that are known beforehand: told, and no reason for a bad verdict
 */
export function judge(
  seen: readonly LabConnection[],
  allowed: ReadonlySet<FindingId> = new Set(),
): Judgement {
  const connections = seen.toSorted((a, b) => a.number - b.number);
  const runs = runsOf(connections);
  const looks: Readonly<Record<FindingId, Look>> = {
    ...omissionsOf(runs),
    ...wrongOffersOf(runs, connections),
    ...conductOf(runs, connections),
  };
  const findings = FINDING_IDS.flatMap((id) => {
    const found = looks[id];
    return typeof found === 'string' ? [] : [findingOf(id, found, allowed.has(id))];
  });
  const verdict = verdictOf(connections, findings);
  return {
    verdict,
    summary: summaryOf(verdict, connections, findings),
    findings,
    notSeen: FINDING_IDS.filter((id) => looks[id] === 'not-seen'),
  };
}

function findingOf(
  id: FindingId,
  { text, connections, weight }: Exclude<Look, string>,
  isAllowed: boolean,
): ClientFinding {
  return {
    id,
    weight: weight ?? FINDING_KINDS[id].weight,
    text,
    connections: connections.slice(0, MOST_LISTED).map(({ number }) => number),
    ...RULES[id],
    isAllowed,
  };
}

function verdictOf(
  connections: readonly LabConnection[],
  findings: readonly ClientFinding[],
): Judgement['verdict'] {
  const counting = findings.filter(({ isAllowed }) => !isAllowed);
  if (counting.some(({ weight }) => weight === 'grave')) return 'grave';
  if (counting.some(({ weight }) => weight === 'fault')) return 'fault';
  return connections.some(isFinished) ? 'no-fault' : 'not-tested';
}

function summaryOf(
  verdict: Judgement['verdict'],
  connections: readonly LabConnection[],
  findings: readonly ClientFinding[],
): string {
  if (verdict === 'not-tested')
    return connections.length === 0
      ? 'No connection has come so far.'
      : 'No TLS handshake was finished: nothing could be tested.';
  const wrong = findings.filter(
    ({ weight, isAllowed }) => !isAllowed && (weight === 'grave' || weight === 'fault'),
  );
  const named = wrong.slice(0, MOST_NAMED).map(({ id }) => FINDING_KINDS[id].words);
  const more = wrong.length - named.length;
  const allowed = findings.filter(({ isAllowed }) => isAllowed);
  const known = allowed.length === 0 ? '' : `; ${counted(allowed.length, 'known finding')} aside`;
  if (wrong.length > 0)
    return `This program ${listed(more === 0 ? named : [...named, `has ${counted(more, 'further fault')}`])}${known}.`;
  const resumed = connections.flatMap(({ outcome }) =>
    outcome.kind === 'resumed' ? [VARIANT_WORDS[outcome.mechanism]] : [],
  );
  if (resumed.length > 0)
    return `This program resumes, by ${listed([...new Set(resumed)])}, and no fault was seen${known}.`;
  return isOnceEach(connections)
    ? `Each process made one connection, so that there was nothing to resume, and no fault was seen${known}.`
    : `This program has not resumed a session so far, and no fault was seen${known}.`;
}

function isOnceEach(connections: readonly LabConnection[]): boolean {
  return runsOf(connections).every((run) => run.program !== null && run.connections.length === 1);
}
