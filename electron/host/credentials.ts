/**
 * What opens the host's door. All of it is random, lives in memory and ends with the process.
 *
 * - The *token* stands in the printed link; it is exchanged for a session, or used by tools.
 * - The *opening token* stands in the file that Reprise starts a browser with. It works once, within
 *   a minute, and has a session of its own: shown again by another browser, one of the two is not the
 *   user's, and nobody can tell which. So that session ends.
 * - A *session* is what a browser holds afterwards: a cookie, and the key that its page shows. Neither
 *   is derived from a token, so that none tells another.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { PageKeys } from '../../shared/channel.ts';
import type { Clock } from '../core/clock.ts';

/** 256 bits: beyond guessing, so wrong attempts need no counting. */
const SECRET_BYTES = 32;

/** A browser that has to start first needs some seconds, not minutes. */
export const OPENING_TOKEN_LIFETIME_MS = 60_000;

/** What one browser holds of a run. */
export interface Session extends PageKeys {
  /** Goes to every port of its host name, so by itself it opens nothing. */
  readonly cookie: string;
}

/** What may be given to a host, to open the same door as one before. */
export interface HostSecrets {
  readonly token: string;
  /** What {@link token} is exchanged for. */
  readonly session: Session;
}

/** What a token is exchanged for, or why for nothing. */
export type Redeemed =
  | { readonly kind: 'session'; readonly session: Session }
  /** By the browser that holds its session already, such as one that goes back to the link. */
  | { readonly kind: 'known' }
  /** For the first time by another browser: its session has ended by this. */
  | { readonly kind: 'used-twice'; readonly ended: Session }
  /** Its session has ended before. */
  | { readonly kind: 'ended' };

interface Opening {
  readonly token: string;
  readonly until: number;
  readonly session: Session;
  readonly state: 'new' | 'used' | 'ended';
}

/** The secrets of one run of the host. */
export class Credentials implements HostSecrets {
  readonly token: string;
  readonly session: Session;
  readonly #clock: Clock;
  #opening: Opening | null = null;

  constructor(clock: Clock, secrets?: HostSecrets) {
    this.#clock = clock;
    this.token = secrets?.token ?? randomSecret();
    this.session = secrets?.session ?? randomSession();
  }

  /** Makes the token that works once within a minute; for one browser in a run. */
  issueOpeningToken(): string {
    const until = this.#clock.monotonic() + OPENING_TOKEN_LIFETIME_MS;
    this.#opening = { token: randomSecret(), until, session: randomSession(), state: 'new' };
    return this.#opening.token;
  }

  isToken(candidate: string): boolean {
    return sameSecret(candidate, this.token);
  }

  /** Whether {@link redeem} knows `candidate`; changes nothing. */
  mayRedeem(candidate: string): boolean {
    return this.isToken(candidate) || this.#openingOf(candidate) !== null;
  }

  /**
   * Exchanges a token that {@link mayRedeem} knows.
   *
   * @param held the session that whoever shows it has a cookie of
   */
  redeem(candidate: string, held: Session | null): Redeemed {
    const opening = this.#openingOf(candidate);
    if (opening === null) return { kind: 'session', session: this.session };
    const { session } = opening;
    switch (opening.state) {
      case 'new':
        this.#opening = { ...opening, state: 'used' };
        return { kind: 'session', session };
      case 'used':
        if (held !== null) return { kind: 'known' };
        this.#opening = { ...opening, state: 'ended' };
        return { kind: 'used-twice', ended: session };
      case 'ended':
        return { kind: 'ended' };
    }
  }

  /** The session that a cookie belongs to. */
  sessionOf(cookie: string): Session | 'ended' | null {
    if (sameSecret(cookie, this.session.cookie)) return this.session;
    const opening = this.#opening;
    if (opening === null || !sameSecret(cookie, opening.session.cookie)) return null;
    return opening.state === 'ended' ? 'ended' : opening.session;
  }

  #openingOf(candidate: string): Opening | null {
    const opening = this.#opening;
    if (opening === null || !sameSecret(candidate, opening.token)) return null;
    // Once used it is remembered: who shows it later has taken it from somewhere.
    const hasLapsed = opening.state === 'new' && this.#clock.monotonic() > opening.until;
    return hasLapsed ? null : opening;
  }
}

function randomSession(): Session {
  return { cookie: randomSecret(), key: randomSecret(), answer: randomSecret() };
}

function randomSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/** Takes the same time wherever two texts differ, also where their lengths do: hashes are compared. */
export function sameSecret(left: string, right: string): boolean {
  return timingSafeEqual(sha256(left), sha256(right));
}

function sha256(text: string): Uint8Array {
  return createHash('sha256').update(text).digest();
}
