/** What a program leaves out: sessions that it could have offered. Pure. */
import type { LabConnection, LabVariant, LabWay } from '../../../../shared/client-check.ts';
import { counted, listed, look, VARIANT_WORDS, type Look, type Proof } from './evidence.ts';
import { chancesOf, isFinished, offersOf, type Chance, type Run } from './runs.ts';

/** With the one before them, three connections in sequence: less tells nothing. */
const CHANCES_TO_TELL = 2;

/** A program: it may be started anew where it ends over what it meets. */
interface Omitting {
  readonly isKnown: boolean;
  readonly connections: readonly LabConnection[];
  /** Each within its process. */
  readonly chances: readonly Chance[];
  readonly courses: readonly Course[];
}

/** The connections of one mechanism, one way. */
interface Course {
  readonly variant: LabVariant;
  readonly way: LabWay;
  readonly connections: readonly LabConnection[];
  /** It was offered there. */
  readonly isOffered: boolean;
  /** At these a session was at hand, and none was offered. */
  readonly missed: readonly LabConnection[];
}

/** The looks of this file, at all processes. */
export function omissionsOf(runs: readonly Run[]) {
  const programs = Map.groupBy(runs, ({ program }) => program);
  const all = [...programs].map(([program, its]) => omittingOf(program, its));
  const over = (lookAt: (each: Omitting) => Look): Look => joined(all, lookAt);
  return {
    resumes: resumes(all),
    'resumption-off-in-hello': over(offInHello),
    'never-offers': over(neverOffers),
    'closes-before-tickets': over(closesBeforeTickets),
    'too-early-for-tls13': over(tooEarly),
    'one-way-only': over(oneWayOnly),
    'every-second': over(everySecond),
    'spoilt-by-close': over(spoiltByClose),
  };
}

function omittingOf(program: string | null, runs: readonly Run[]): Omitting {
  const chances = runs.flatMap(chancesOf);
  const courses = [
    ...Map.groupBy(chances, ({ connection: { variant, way } }) => `${variant} ${way}`).values(),
  ].flatMap((its) => {
    const [first] = its;
    if (first === undefined) return [];
    const { variant, way } = first.connection;
    const connections = its.map(({ connection }) => connection);
    const missed = its
      .filter(({ couldOffer, connection }) => couldOffer && !offers(connection))
      .map(({ connection }) => connection);
    const isOffered = connections.some((each) => offersOf(each).length > 0);
    return [{ variant, way, connections, isOffered, missed }];
  });
  const connections = runs.flatMap((run) => run.connections);
  return { isKnown: program !== null, connections, chances, courses };
}

/**
 * The finding of all processes together. Where it is not known whether connections are of one process,
 * what they leave out is a hint.
 */
function joined(omittings: readonly Omitting[], lookAt: (each: Omitting) => Look): Look {
  const looks = omittings.map((each) => ({ each, seen: lookAt(each) }));
  const proofs = looks.flatMap(({ each, seen }) => {
    return typeof seen === 'string' ? [] : [{ seen, isSure: each.isKnown }];
  });
  const sure = proofs.filter(({ isSure }) => isSure);
  const all = sure.length > 0 ? sure : proofs;
  // What weighs less of one program excuses no other.
  const first = all.find(({ seen }) => seen.weight === undefined) ?? all[0];
  if (first === undefined) {
    return look(
      null,
      looks.some(({ seen }) => seen === 'not-there'),
    );
  }
  const connections = all
    .filter(({ seen }) => seen.weight === first.seen.weight)
    .flatMap(({ seen }) => seen.connections);
  if (first.isSure) return { ...first.seen, connections };
  const text = `${first.seen.text} That is so if these connections are of one process, which this system does not tell.`;
  return { text, connections, weight: 'hint' };
}

function resumes(all: readonly Omitting[]): Look {
  const connections = all.flatMap((each) =>
    each.connections.filter(({ outcome }) => outcome.kind === 'resumed'),
  );
  if (connections.length === 0) {
    return look(
      null,
      all.some(({ chances }) => chances.some(({ couldOffer }) => couldOffer)),
    );
  }
  const ways = new Set(
    connections.map(({ outcome, variant, way }) =>
      wayWords({ variant: 'mechanism' in outcome ? outcome.mechanism : variant, way }),
    ),
  );
  const offered = all.reduce((sum, each) => sum + each.connections.filter(offers).length, 0);
  return {
    text: `${connections.length} of ${counted(offered, 'connection')} that offered a session resumed: by ${listed([...ways])}.`,
    connections,
  };
}

function offers(connection: LabConnection): boolean {
  return connection.offers.length > 0;
}

function hasOffered({ connections }: Omitting): boolean {
  return connections.some(offers);
}

/** TLS 1.3 can be spoken, and neither version's tickets are taken. */
function takesNone({ hello }: LabConnection): boolean {
  return (
    hello !== null && hello.supportsTls13 && !hello.takesTickets && hello.pskModes.length === 0
  );
}

function offInHello(omitting: Omitting): Look {
  const { chances } = omitting;
  const connections = chances.map(({ connection }) => connection);
  const isOff = connections.every(takesNone) && !hasOffered(omitting);
  if (!isOff) return look(null, connections.length > 0);
  if (chances.filter(({ isLater }) => isLater).length < CHANCES_TO_TELL) return 'not-seen';
  return {
    text: `Its ClientHello has neither psk_key_exchange_modes nor session_ticket: it says that it takes no session, on ${counted(connections.length, 'connection')}.`,
    connections,
  };
}

function neverOffers(omitting: Omitting): Look {
  if (hasOffered(omitting)) return 'not-there';
  if (typeof offInHello(omitting) === 'object') return 'not-seen';
  const courses = omitting.courses.filter(({ missed }) => missed.length > 0);
  const connections = courses.flatMap(({ missed }) => missed);
  if (connections.length < CHANCES_TO_TELL) return 'not-seen';
  return {
    text: `It was given sessions and offered none, at ${counted(connections.length, 'connection')} that could have resumed: by ${listed(courses.map(wayWords))}.`,
    connections,
  };
}

function closesBeforeTickets(omitting: Omitting): Look {
  const under13 = omitting.courses
    .filter(({ variant }) => variant === 'tls13-ticket')
    .flatMap(({ connections }) => connections.filter(isFinished));
  if (under13.some(({ hasSpoken }) => hasSpoken)) return 'not-there';
  const connections = under13.filter((each) => each.certificate === 'own' && isClosedUnread(each));
  const isOffered = under13.some((each) => offersOf(each).length > 0);
  if (isOffered || connections.length <= CHANCES_TO_TELL) return 'not-seen';
  return {
    text: `${counted(connections.length, 'connection')} under TLS 1.3 sent nothing after the handshake, and closed: what the server had sent, its tickets first, was not read.`,
    connections,
  };
}

/**
 * The close comes as a reset where something has come and was not read. After STARTTLS, where the
 * server says nothing by itself, there was nothing else to wait for.
 */
function isClosedUnread({ ended, way }: LabConnection): boolean {
  if (ended?.by !== 'client') return false;
  return ended.how === 'reset' || (way === 'starttls' && ended.closeNotify !== 'yes');
}

/** TLS 1.2 sessions are offered; under TLS 1.3 there were some, and the program had read them. */
function tooEarly({ courses }: Omitting): Look {
  const [under13, under12] = [true, false].map((is13) =>
    courses.filter(({ variant }) => (variant === 'tls13-ticket') === is13),
  );
  const isOffered = (some: typeof under13) => some?.some((each) => each.isOffered) === true;
  if (isOffered(under13)) return 'not-there';
  const connections = under13?.flatMap(({ missed }) => missed) ?? [];
  if (!isOffered(under12) || connections.length < CHANCES_TO_TELL) return 'not-seen';
  return {
    text: `It offers sessions under TLS 1.2, and none at ${counted(connections.length, 'connection')} under TLS 1.3, though tickets had come and it had read what came after them. Most likely it takes the session right after the handshake, where the tickets of TLS 1.3 have not come yet.`,
    connections,
  };
}

function oneWayOnly(omitting: Omitting): Look {
  const { courses } = omitting;
  const isTooEarly = typeof tooEarly(omitting) === 'object';
  const works = courses.filter(({ isOffered }) => isOffered);
  const fails = courses.filter(
    (each) => !each.isOffered && !(isTooEarly && each.variant === 'tls13-ticket') && isSilent(each),
  );
  const proof: Proof | null =
    works.length === 0 || fails.length === 0
      ? null
      : {
          text: `It resumes by ${listed(works.map(wayWords))}; it could have by ${listed(fails.map(wayWords))}, and offered nothing there.`,
          connections: fails.flatMap(({ missed, connections }) =>
            missed.length > 0 ? missed : connections,
          ),
        };
  return look(proof, works.length > 1);
}

/** Sessions of its mechanism were to be had there, more than once. */
function isSilent({ variant, missed, connections }: Course): boolean {
  if (missed.length >= CHANCES_TO_TELL) return true;
  // Whoever speaks TLS 1.3 and takes no tickets of it gets none, and never resumes there.
  return (
    variant === 'tls13-ticket' &&
    connections.length > CHANCES_TO_TELL &&
    connections.every(({ hello }) => hello?.supportsTls13 === true && hello.pskModes.length === 0)
  );
}

function everySecond(omitting: Omitting): Look {
  const after = omitting.chances.filter(
    ({ hasLeft, previous }) => hasLeft && previous?.outcome.kind === 'resumed',
  );
  const lapses = after.filter(({ connection }) => !offers(connection));
  const byVariant = [...Map.groupBy(lapses, ({ connection }) => connection.variant)];
  const often = byVariant.filter(([, { length }]) => length >= CHANCES_TO_TELL);
  if (often.length === 0) return look(null, after.length >= CHANCES_TO_TELL);
  const connections = often.flatMap(([, its]) => its.map(({ connection }) => connection));
  const came = `${counted(connections.length, 'connection')} came right after one that resumed by ${listed(often.map(([variant]) => VARIANT_WORDS[variant]))}`;
  if (lapses.some(hadFresh) || offersAgain(omitting)) {
    return { text: `${came}, had a session left, and offered none.`, connections };
  }
  return {
    text: `${came}, which had brought no fresh session, and offered none. All that was left had been offered: as this program offers no session of TLS 1.2 twice, and lost none that was fresh, that is how it means to keep its connections apart. It costs every second resumption with a server that renews nothing.`,
    connections,
    weight: 'note',
  };
}

/** A session was left that had been offered nowhere. */
function hadFresh({ connection, previous }: Chance): boolean {
  return connection.variant === 'tls13-ticket' || (previous?.sessionsGiven ?? 0) > 0;
}

/** A session of TLS 1.2, after a handshake with it that was finished. */
function offersAgain({ connections }: Omitting): boolean {
  const offered = connections
    .filter(isFinished)
    .flatMap(({ offers }) => offers.filter(({ mechanism }) => mechanism !== 'tls13-ticket'))
    .map(({ identity }) => identity);
  return new Set(offered).size < offered.length;
}

function spoiltByClose(omitting: Omitting): Look {
  if (typeof neverOffers(omitting) === 'string') return look(null, hasOffered(omitting));
  const closed = omitting.connections.filter(
    (each) => isFinished(each) && typeof each.ended?.closeNotify === 'string',
  );
  if (closed.length === 0) return 'not-seen';
  if (closed.some(({ ended }) => ended?.closeNotify === 'yes')) return 'not-there';
  return {
    text: 'It offers nothing in any version and never says close_notify. If it does keep sessions, how it closes may spoil them: OpenSSL marks a session as not resumable where its connection is freed without a TLS shutdown.',
    connections: closed,
  };
}

function wayWords({ variant, way }: Pick<Course, 'variant' | 'way'>): string {
  return `${VARIANT_WORDS[variant]}${way === 'starttls' ? ' over STARTTLS' : ''}`;
}
