/** Lab connections as plain values, and whole histories of them. */
import type { LabConnection, LabOffer, LabVariant } from '../../../../../shared/client-check.ts';
import { watchedConnection } from '../../testing/connection.ts';

/** One that was full, spoke, and is over, but for what is said. */
export function labConnection(number: number, changes: Partial<LabConnection> = {}): LabConnection {
  const variant = changes.variant ?? 'tls13-ticket';
  const way = changes.way ?? 'tls';
  return {
    ...watchedConnection(number),
    startedAt: 1_800_000_000_000 + number * 1000,
    ended: { by: 'client', how: 'close', closeNotify: 'yes', afterMs: 5 },
    protocol: 'imap',
    port: way === 'tls' ? 10_993 : 10_143,
    serverName: null,
    begins: way,
    step: 'full',
    way,
    variant,
    version: variant === 'tls13-ticket' ? 'TLSv1.3' : 'TLSv1.2',
    dialledName: null,
    hello: { supportsTls13: true, takesTickets: true, pskModes: [1] },
    offers: [],
    sessionsGiven: variant === 'tls13-ticket' ? 2 : 1,
    certificate: 'own',
    hasSpoken: true,
    readAfterMs: 5,
    ...changes,
  };
}

/** @param identity such as `4a`: the session `a` that connection 4 brought */
export function labOffer(
  identity: string,
  mechanism: LabVariant = 'tls13-ticket',
  changes: Partial<LabOffer> = {},
): LabOffer {
  return {
    mechanism,
    sameAs: null,
    identity,
    issuedBy: Number.parseInt(identity, 10),
    issued: { port: 10_993, serverName: null },
    ageMs: 1000,
    lifetimeMs: mechanism === 'session-id' ? null : 7_200_000,
    ...changes,
  };
}

/**
 * One connection in a word: `-` full, `R:1a` the session 1a was taken up and a fresh one came, `N:1a`
 * taken up and none came, `X:1a` refused, `U` or `U:1a` the program left when it was shown a
 * certificate that nobody vouches for, `T:1a` taken up by a server that has that certificate.
 */
export type Word = string;

/** Connections one after another, of one process and one course but for what is said of each. */
export function history(
  words: readonly (Word | readonly [Word, Partial<LabConnection>])[],
  common: Partial<LabConnection> = {},
): readonly LabConnection[] {
  return words.map((each, index) => {
    const [word, changes] = typeof each === 'string' ? [each, {}] : each;
    return connectionOf(word, index + 1, { ...common, ...changes });
  });
}

function connectionOf(word: Word, number: number, changes: Partial<LabConnection>): LabConnection {
  const [kind = '', identity] = word.split(':');
  const mechanism = changes.variant ?? 'tls13-ticket';
  const offers = identity === undefined ? [] : [labOffer(identity, mechanism)];
  const fresh = mechanism === 'session-id' ? 0 : 1;
  const such: Readonly<Record<string, Partial<LabConnection>>> = {
    '-': { offers },
    R: { offers, step: 'taken-up', outcome: { kind: 'resumed', mechanism }, sessionsGiven: fresh },
    N: {
      offers,
      step: 'no-fresh-ticket',
      outcome: { kind: 'resumed', mechanism },
      sessionsGiven: 0,
    },
    X: { offers, step: 'refused', outcome: { kind: 'refused', mechanism } },
    U: {
      offers,
      step: 'untrusted',
      certificate: 'untrusted',
      hasSpoken: false,
      readAfterMs: null,
      sessionsGiven: 0,
      outcome: {
        kind: 'failed',
        reason: 'client-gave-up',
        answer: offers.length > 0 ? 'refused' : 'full',
        text: 'The client gave up.',
      },
    },
    T: {
      offers,
      step: 'after-untrusted',
      certificate: 'untrusted',
      outcome: { kind: 'resumed', mechanism },
      sessionsGiven: fresh,
    },
  };
  return labConnection(number, { ...such[kind], ...changes });
}
