/**
 * What opens the host's door. All of it is random, lives in memory and ends with the process.
 *
 * - The *token* stands in the printed link; it is exchanged for the cookie, or used by tools.
 * - An *opening token* is for the browser that Reprise itself starts: the address stands in that
 *   browser's arguments, which other users of the machine can read, so it works once and briefly.
 * - The *cookie* is what a browser holds afterwards. It is no derivative of the token, so that
 *   neither tells the other.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../core/clock.ts';

/** 256 bits: beyond guessing, so wrong attempts need no counting. */
const SECRET_BYTES = 32;

/** A browser that has to start first needs some seconds, not minutes. */
const OPENING_TOKEN_LIFETIME_MS = 60_000;

/** What may be given to a host, to open the same door as one before. */
export interface HostSecrets {
  readonly token: string;
  readonly cookie: string;
}

/** The secrets of one run of the host. */
export class Credentials implements HostSecrets {
  readonly token: string;
  readonly cookie: string;
  readonly #clock: Clock;
  #opening: { readonly token: string; readonly until: number } | null = null;

  constructor(clock: Clock, secrets?: HostSecrets) {
    this.#clock = clock;
    this.token = secrets?.token ?? randomSecret();
    this.cookie = secrets?.cookie ?? randomSecret();
  }

  /** Makes a token that works once within a minute; an earlier one ends. */
  issueOpeningToken(): string {
    const token = randomSecret();
    this.#opening = { token, until: this.#clock.monotonic() + OPENING_TOKEN_LIFETIME_MS };
    return token;
  }

  isToken(candidate: string): boolean {
    return sameSecret(candidate, this.token);
  }

  isCookie(candidate: string): boolean {
    return sameSecret(candidate, this.cookie);
  }

  /** Whether a cookie may be given for `candidate`; changes nothing. */
  mayOpen(candidate: string): boolean {
    return this.isToken(candidate) || this.#isOpening(candidate);
  }

  /** Uses up `candidate` where it is an opening token. */
  redeem(candidate: string): void {
    if (this.#isOpening(candidate)) this.#opening = null;
  }

  #isOpening(candidate: string): boolean {
    const opening = this.#opening;
    if (opening === null || this.#clock.monotonic() > opening.until) return false;
    return sameSecret(candidate, opening.token);
  }
}

function randomSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/** Takes the same time wherever two texts differ, also where their lengths do: hashes are compared. */
function sameSecret(left: string, right: string): boolean {
  return timingSafeEqual(sha256(left), sha256(right));
}

function sha256(text: string): Uint8Array {
  return createHash('sha256').update(text).digest();
}
