/** One sentence for each program that was watched: what it does about sessions. Pure. */
import { MECHANISM_WORDS } from '../../../shared/attempt.ts';
import type { WatchedConnection } from '../../../shared/your-client.ts';

/** Programs that have a sentence of their own; the others share one. */
const MOST_PROGRAMS = 4;

/**
 * Such as "7 connections of curl: the first full, then every one resumed by TLS 1.3 ticket; one ticket
 * was offered twice."
 *
 * @param connections in the order in which they began
 * @param leftOut how many came before these, of which nothing is kept
 */
export function summaryOf(connections: readonly WatchedConnection[], leftOut = 0): string {
  const { length } = connections;
  if (length === 0) return 'No connection has come so far.';
  const programs = new Map<string | null, WatchedConnection[]>();
  for (const connection of connections) {
    const { program } = connection;
    const named = program.kind === 'process' ? program.name : null;
    const name = programs.size < MOST_PROGRAMS || programs.has(named) ? named : null;
    const its = programs.get(name);
    if (its === undefined) programs.set(name, [connection]);
    else its.push(connection);
  }
  const isWhole = leftOut === 0;
  return [
    ...(isWhole ? [] : [`Of the latest ${length} of ${length + leftOut} connections:`]),
    ...[...programs].map(([name, its]) => sentenceOf(name, its, isWhole)),
  ].join(' ');
}

/** @param isWhole nothing came before these */
function sentenceOf(
  name: string | null,
  connections: readonly WatchedConnection[],
  isWhole: boolean,
): string {
  const { length } = connections;
  const whose = name === null ? '' : ` of ${name}`;
  const number = `${length} ${length === 1 ? 'connection' : 'connections'}${whose}`;
  const course = courseOf(connections, isWhole);
  const parts = [course, ...repeatsOf(connections), ...othersOf(connections)];
  return `${number}: ${parts.join('; ')}.`;
}

/** What came of them, one after the other. */
function courseOf(connections: readonly WatchedConnection[], isWhole: boolean): string {
  const words = connections.map(({ outcome, ended }) => {
    if (outcome.kind === 'pending' && ended !== null) return 'cut off';
    return 'mechanism' in outcome
      ? `${outcome.kind} by ${MECHANISM_WORDS[outcome.mechanism]}`
      : outcome.kind;
  });
  // A refused ticket was offered, not refused by itself.
  const plain = words.map((word) => word.replace('refused by', 'refused its'));
  const [first = '', second] = plain;
  if (second === undefined) return first === 'pending' ? 'not over yet' : first;
  const isOfferless = connections.every(({ offers }) => offers.length === 0);
  if (plain.every((word) => word === first)) {
    if (first === 'full' && isOfferless) return 'every one full, no session was ever offered';
    return first === 'pending' ? 'none is over yet' : `every one ${first}`;
  }
  const isAlike = plain.slice(1).every((word) => word === second);
  if (isWhole && isAlike && second !== 'pending') {
    return plain.length === 2
      ? `the first ${first}, the second ${second}`
      : `the first ${first}, then every one ${second}`;
  }
  const counts = new Map<string, number>();
  for (const word of plain) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts]
    .map(([word, count]) => `${count} ${word === 'pending' ? 'not over yet' : word}`)
    .join(', ');
}

/** TLS 1.3 tickets that were offered more than once: a client should not (RFC 8446 appendix C.4). */
function repeatsOf(connections: readonly WatchedConnection[]): string[] {
  const times = new Map<number, number>();
  for (const { offers } of connections) {
    for (const { mechanism, sameAs } of offers) {
      if (mechanism !== 'tls13-ticket' || sameAs === null) continue;
      times.set(sameAs, (times.get(sameAs) ?? 1) + 1);
    }
  }
  const [only] = times.values();
  if (only === undefined) return [];
  if (times.size > 1) return [`${times.size} tickets were offered more than once`];
  return [`one ticket was offered ${only === 2 ? 'twice' : `${only} times`}`];
}

/** What seldom happens and matters where it does. */
function othersOf(connections: readonly WatchedConnection[]): string[] {
  const having = (
    what: string,
    has: (connection: WatchedConnection) => boolean,
  ): readonly string[] => {
    const count = connections.filter(has).length;
    return count === 0 ? [] : [`${count} ${what}`];
  };
  return [
    ...having('announced early data', ({ earlyData }) => earlyData),
    ...having('negotiated anew on an open connection', ({ renegotiated }) => renegotiated),
  ];
}
