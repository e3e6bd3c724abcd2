/** What a program offers that it should not. Pure. */
import type { LabConnection, LabOffer } from '../../../../shared/client-check.ts';
import { counted, look, VARIANT_WORDS, type Look } from './evidence.ts';
import { answerOf, isBrokenOff, isFinished, nameOf, offersOf, type Run } from './runs.ts';

/** Clients round the age of what they hold, some to whole seconds, some down. */
const ROUNDING_MS = 2000;

/** The looks of this file, at all processes. */
export function wrongOffersOf(runs: readonly Run[], connections: readonly LabConnection[]) {
  const { twice, afterFailure } = repeatsOf(runs, connections);
  return {
    'ticket-twice': twice,
    'ticket-after-failure': afterFailure,
    'keeps-offering-refused': keepsOfferingRefused(runs),
    'offered-expired': offeredExpired(runs),
    'offered-to-another-name': offeredToAnotherName(runs),
    'offered-to-another-port': offeredToAnotherPort(runs),
  };
}

/** Those that offered the same, by what it was; each in the order in which they began. */
function offerersOf(
  connections: readonly LabConnection[],
  isMeant: (offer: LabOffer, connection: LabConnection) => boolean,
): readonly (readonly LabConnection[])[] {
  const offerers = new Map<string, LabConnection[]>();
  for (const connection of connections) {
    const meant = connection.offers.filter((offer) => isMeant(offer, connection));
    for (const identity of new Set(meant.map((offer) => offer.identity))) {
      const before = offerers.get(identity);
      if (before === undefined) offerers.set(identity, [connection]);
      else before.push(connection);
    }
  }
  return [...offerers.values()];
}

/** One store may serve several processes: a ticket is the same wherever it is offered. */
function repeatsOf(
  runs: readonly Run[],
  connections: readonly LabConnection[],
): { readonly twice: Look; readonly afterFailure: Look } {
  const repeats = offerersOf(connections, ({ mechanism }) => mechanism === 'tls13-ticket').filter(
    ({ length }) => length > 1,
  );
  const used = repeats.filter((offerers) => offerers.slice(0, -1).some(isUsed));
  const merelyTried = repeats.filter((offerers) => !offerers.slice(0, -1).some(isUsed));
  const offering13 = connections.filter(({ variant, offers }) => {
    return variant === 'tls13-ticket' && offers.length > 0;
  });
  const first = (its: typeof repeats) => its[0] ?? [];
  return {
    twice: look(
      used.length === 0
        ? null
        : {
            text: `${counted(used.length, 'TLS 1.3 ticket')} came more than once: ${placesOf(first(used))} offered the same. Whoever looks on can tell that these connections are of one client.`,
            connections: distinct(used.flat()),
          },
      isFollowed(runs, offering13, (each) => {
        return each.outcome.kind === 'resumed' && each.sessionsGiven === 0;
      }),
    ),
    afterFailure: look(
      merelyTried.length === 0
        ? null
        : {
            text: `A TLS 1.3 ticket was offered again after a handshake that failed: by ${placesOf(first(merelyTried))}. Whoever looks on can tell that these connections are of one client.`,
            connections: distinct(merelyTried.flat()),
          },
      isFollowed(runs, offering13, isBrokenOff),
    ),
  };
}

function isUsed(connection: LabConnection): boolean {
  return !isBrokenOff(connection);
}

/** After one of these that is such, its process connected again. */
function isFollowed(
  runs: readonly Run[],
  among: readonly LabConnection[],
  isSuch: (connection: LabConnection) => boolean,
): boolean {
  const such = new Set(among.filter(isSuch));
  return runs.some(({ connections }) => {
    const at = connections.findIndex((each) => such.has(each));
    return at >= 0 && at < connections.length - 1;
  });
}

/** Refused where it would have been taken up otherwise: not for its version or its name. */
function isRefusal(connection: LabConnection): boolean {
  return (
    answerOf(connection) === 'refused' &&
    connection.certificate === 'own' &&
    offersOf(connection).length > 0
  );
}

function keepsOfferingRefused(runs: readonly Run[]): Look {
  const again = runs.flatMap(({ connections }) =>
    offerersOf(
      connections.filter(isRefusal),
      ({ mechanism }, { variant }) => mechanism === variant,
    ).filter(({ length }) => length > 1),
  );
  const refusals = runs.flatMap((run) => run.connections.filter(isRefusal));
  const [first] = again;
  return look(
    first === undefined
      ? null
      : {
          text: `What the server had refused was offered to it again, and refused again: by ${placesOf(first)}.`,
          connections: distinct(again.flat()),
        },
    isFollowed(runs, refusals, () => true),
  );
}

function offeredExpired(runs: readonly Run[]): Look {
  const expired = runs.flatMap(({ connections }) =>
    connections.flatMap((connection) => {
      const offer = connection.offers.find(isExpired);
      return offer === undefined ? [] : [{ connection, offer }];
    }),
  );
  const [first] = expired;
  const hadOccasion = runs.some(({ connections }) =>
    connections.some(
      ({ step, variant }, at) =>
        step === 'expired' &&
        variant !== 'session-id' &&
        connections
          .slice(0, at)
          .some((each) => each.step === 'short-lived' && each.sessionsGiven > 0),
    ),
  );
  return look(
    first === undefined
      ? null
      : {
          text: `A ${VARIANT_WORDS[first.offer.mechanism]} good for ${seconds(first.offer.lifetimeMs)} was offered ${seconds(first.offer.ageMs)} after it had come, by #${first.connection.number}.`,
          connections: expired.map(({ connection }) => connection),
        },
    hadOccasion,
  );
}

function isExpired({ ageMs, lifetimeMs }: LabOffer): boolean {
  return ageMs !== null && lifetimeMs !== null && ageMs > lifetimeMs + ROUNDING_MS;
}

function offeredToAnotherName(runs: readonly Run[]): Look {
  const strays = straysOf(runs, ({ issued }, { serverName }) => {
    const [from, to] = [nameOf(issued?.serverName ?? null), nameOf(serverName)];
    return from !== null && to !== null && from !== to;
  });
  const [first] = strays;
  return look(
    first === undefined
      ? null
      : {
          text: `A session that came under the name ${first.offer.issued?.serverName ?? ''} was offered to ${first.connection.serverName ?? ''}, by #${first.connection.number}.`,
          connections: distinct(strays.map(({ connection }) => connection)),
        },
    isElsewhere(runs, ({ serverName }) => nameOf(serverName)),
  );
}

function offeredToAnotherPort(runs: readonly Run[]): Look {
  const strays = straysOf(runs, ({ issued }, { port }) => issued !== null && issued.port !== port);
  const hadOccasion = isElsewhere(runs, ({ port }) => String(port));
  const [first] = strays;
  if (first === undefined) return look(null, hadOccasion);
  const connections = distinct(strays.map(({ connection }) => connection));
  const taken = connections.filter((each) => answerOf(each) === 'resumed').length;
  const came = `Sessions that came from another port, such as ${first.offer.issued?.port ?? 0}, were offered at ${counted(connections.length, 'connection')}`;
  return taken === 0
    ? { text: `${came}, and refused each time.`, connections }
    : { text: `${came}; ${taken} resumed.`, connections, weight: 'note' };
}

interface Stray {
  readonly connection: LabConnection;
  readonly offer: LabOffer;
}

function straysOf(
  runs: readonly Run[],
  isStray: (offer: LabOffer, connection: LabConnection) => boolean,
): readonly Stray[] {
  return runs.flatMap(({ connections }) =>
    connections.flatMap((connection) =>
      connection.offers
        .filter((offer) => isStray(offer, connection))
        .map((offer) => ({ connection, offer })),
    ),
  );
}

/** A process that had a session from one place, and offers some at all, was at another place. */
function isElsewhere(
  runs: readonly Run[],
  placeOf: (connection: LabConnection) => string | null,
): boolean {
  return runs.some(({ connections }) => {
    const places = connections.filter((each) => each.hello !== null && placeOf(each) !== null);
    const given = places.find((each) => isFinished(each) && each.sessionsGiven > 0);
    return (
      given !== undefined &&
      connections.some(({ offers }) => offers.length > 0) &&
      places.some((each) => each.number > given.number && placeOf(each) !== placeOf(given))
    );
  });
}

function placesOf(connections: readonly LabConnection[]): string {
  const [first, ...more] = connections.map(({ number }) => `#${number}`);
  const last = more.at(-1) ?? '';
  return more.length > 3
    ? `${first ?? ''}, ${more.length - 1} more and ${last}`
    : [first, ...more].join(more.length === 1 ? ' and ' : ', ');
}

function distinct(connections: readonly LabConnection[]): readonly LabConnection[] {
  return [...new Set(connections)].toSorted((a, b) => a.number - b.number);
}

function seconds(ms: number | null): string {
  return `${((ms ?? 0) / 1000).toFixed(1).replace('.0', '')} s`;
}
