/**
 * The connections of one process, and at which of them it had a session to offer. A process is what
 * a finding is about: what it does not leave to the next one is its own affair. Pure.
 */
import type { LabConnection, LabOffer } from '../../../../shared/client-check.ts';

/** What one process did. */
export interface Run {
  /** In the order in which they began. */
  readonly connections: readonly LabConnection[];
  /** As the system calls it; `null` where it does not say whether all this is of one process. */
  readonly program: string | null;
}

/** A connection, and what its process could have done there. */
export interface Chance {
  readonly connection: LabConnection;
  /** It must have had a session for this place that it had offered nowhere before. */
  readonly couldOffer: boolean;
  /** Such a one of a connection that was over: a program may keep them no sooner. */
  readonly hasLeft: boolean;
  /** The latest one to the same place that was over when this one began. */
  readonly previous: LabConnection | null;
  /** Its process had finished a handshake before, wherever. */
  readonly isLater: boolean;
}

/** Processes, each with its connections. @param connections in the order in which they began */
export function runsOf(connections: readonly LabConnection[]): readonly Run[] {
  const groups = Map.groupBy(connections, ({ number, program }) => {
    if (program.kind === 'process') return `${program.pid} ${program.name}`;
    // It had ended at once: whoever comes later is another.
    return program.kind === 'gone' ? `gone ${number}` : 'unknown';
  });
  return [...groups].map(([key, its]) => ({
    connections: its,
    program: key === 'unknown' ? null : key.slice(key.indexOf(' ') + 1),
  }));
}

/** Its connections that came as far as a ClientHello. */
export function chancesOf({ connections }: Run): readonly Chance[] {
  const heard = connections.filter(({ hello }) => hello !== null);
  const uses = usesOf(heard);
  const chances: Chance[] = [];
  for (const there of Map.groupBy(heard, placeOf).values()) {
    for (const [at, connection] of there.entries()) {
      const latestFirst = there.slice(0, at).toReversed();
      chances.push({
        connection,
        previous: latestFirst.find((each) => isOver(each, connection)) ?? null,
        couldOffer: hasSessionLeft(latestFirst, connection, uses, hasRead),
        hasLeft: hasSessionLeft(latestFirst, connection, uses, isOver),
        isLater: heard.some((each) => isFinished(each) && hasRead(each, connection)),
      });
    }
  }
  return chances.toSorted((a, b) => a.connection.number - b.connection.number);
}

/** By the connection that brought them: at which ones its sessions were offered first. */
type Uses = ReadonlyMap<number, readonly number[]>;

function usesOf(connections: readonly LabConnection[]): Uses {
  const uses = new Map<number, number[]>();
  const seen = new Set<string>();
  for (const { number, offers } of connections) {
    for (const { identity, issuedBy } of offers) {
      if (issuedBy === null || seen.has(identity)) continue;
      seen.add(identity);
      uses.set(issuedBy, [...(uses.get(issuedBy) ?? []), number]);
    }
  }
  return uses;
}

/** Port, name and mechanism: what a session is good for beyond doubt. */
function placeOf({ port, serverName, variant }: LabConnection): string {
  return `${port} ${variant} ${nameOf(serverName) ?? ''}`;
}

/** Names do not differ by case or a final dot. */
export function nameOf(serverName: string | null): string | null {
  return serverName?.toLowerCase().replace(/\.$/, '') ?? null;
}

/** Whether one had its sessions when a later one began: some keep every connection to their end. */
function hasRead(one: LabConnection, later: LabConnection): boolean {
  const { startedAt, readAfterMs } = one;
  return isOver(one, later) || (readAfterMs !== null && startedAt + readAfterMs <= later.startedAt);
}

/** Whether one was over when a later one began. */
function isOver({ startedAt, ended }: LabConnection, later: LabConnection): boolean {
  return ended !== null && startedAt + ended.afterMs <= later.startedAt;
}

/** Both sides finished the handshake. */
export function isFinished({ outcome }: LabConnection): boolean {
  return outcome.kind === 'resumed' || outcome.kind === 'full' || outcome.kind === 'refused';
}

/** It did not come to use: it failed, or the program left when it was shown another certificate. */
export function isBrokenOff(connection: LabConnection): boolean {
  const { outcome, certificate, hasSpoken } = connection;
  const isShown = certificate === 'untrusted' && outcome.kind !== 'resumed';
  return outcome.kind === 'failed' || (isShown && !hasSpoken);
}

/** What the server made of the ClientHello, also where the client gave up then. */
export function answerOf({ outcome }: LabConnection): 'resumed' | 'full' | 'refused' | null {
  if (outcome.kind === 'failed') return outcome.answer;
  return outcome.kind === 'pending' ? null : outcome.kind;
}

/** Offers of the mechanism that the server would take up there. */
export function offersOf({ offers, variant }: LabConnection): readonly LabOffer[] {
  return offers.filter(({ mechanism }) => mechanism === variant);
}

function hasSessionLeft(
  latestFirst: readonly LabConnection[],
  connection: LabConnection,
  uses: Uses,
  isBefore: typeof isOver,
): boolean {
  for (const each of latestFirst) {
    if (!isBefore(each, connection)) continue;
    if (hasGiven(each) && unusedOf(each, connection, uses) > 0) return true;
    // A client may take a failure, or a refusal (RFC 9149), for the end of all that it has there; and
    // where it keeps one session only, one of a short life has taken the place of the others.
    if (answerOf(each) === 'refused' || isBrokenOff(each) || each.step === 'short-lived')
      return false;
  }
  return false;
}

/** Under TLS 1.2 a session may be offered again. */
function unusedOf(issuer: LabConnection, { variant, number }: LabConnection, uses: Uses): number {
  const users = variant === 'tls13-ticket' ? (uses.get(issuer.number) ?? []) : [];
  return issuer.sessionsGiven - users.filter((user) => user < number).length;
}

/** The client has it: under TLS 1.3 it had read what came after the handshake. */
function hasGiven(connection: LabConnection): boolean {
  const { variant, sessionsGiven, step, certificate, hasSpoken, renegotiated } = connection;
  return (
    sessionsGiven > 0 &&
    // A second handshake gives another one, which nobody sees.
    !renegotiated &&
    takes(connection) &&
    isFinished(connection) &&
    step !== 'short-lived' &&
    certificate === 'own' &&
    (variant !== 'tls13-ticket' || hasSpoken)
  );
}

/** Its ClientHello takes what is given there; an ID in place of a ticket is another matter. */
function takes({ hello, variant }: LabConnection): boolean {
  if (variant === 'session-id') return true;
  return variant === 'tls12-ticket'
    ? hello?.takesTickets === true
    : hello !== null && hello.pskModes.length > 0;
}
