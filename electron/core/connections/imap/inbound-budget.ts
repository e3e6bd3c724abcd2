/**
 * How much a server may send: every budget on what comes in, in one place. They are counted in what is
 * sent and not in how long that takes here, so that a slow machine allows as much as a fast one.
 */

/** What something costs. */
export interface Cost {
  /** Of all that was sent. */
  readonly bytes: number;
  /** Lines, and the pieces that they came in: each is looked at by itself. */
  readonly lines: number;
  /**
   * Words, lists and their ends in what was handed on, of each of which imapflow makes an object;
   * and {@link RESPONSE_ATOMS} for each response.
   */
  readonly atoms: number;
}

/** What imapflow does for a response, however short it is, takes as long as so many atoms. */
export const RESPONSE_ATOMS = 20;

/** In plain text, where anybody on the way may send: a greeting, capabilities, the answer to STARTTLS. */
export const BEFORE_TLS = { bytes: 16_384, lines: 64 } as const;

/**
 * How much may come at once: 200,000 flags that another client changed, 40,000 messages that it
 * deleted, a list of 50,000 names.
 */
const AT_ONCE: Cost = { bytes: 16_777_216, lines: 250_000, atoms: 1_000_000 };

/** What comes back of that each second. An honest server never comes near it for long. */
const PER_SECOND: Cost = { bytes: 524_288, lines: 5_000, atoms: 5_000 };

/**
 * A server that goes on sending more than it may is not read meanwhile; one for which that has come
 * to so many ms, without ever having kept to the measure since, is given up.
 */
export const LONGEST_EXCESS_MS = 120_000;

/** A response that is longer, or has more atoms, is left out or cut; a mailbox with 1,000 flags is not. */
export const MAX_RESPONSE = { bytes: 32_768, atoms: 2_000 } as const;

/** A single response, literals included, that is longer is no answer to anything: it is garbage. */
export const MAX_GARBAGE_BYTES = 1_048_576;

const KINDS = ['bytes', 'lines', 'atoms'] as const;

/** What one connection has left. */
export class InboundBudget {
  readonly #left = { ...AT_ONCE };
  #countedAt: number;
  #excessMs = 0;

  /** @param now monotonic, in ms */
  constructor(now: number) {
    this.#countedAt = now;
  }

  /**
   * Takes what was sent out of what is left, which may be more than that.
   *
   * @returns for how long nothing more is to be read, in ms; `null` where it is too much altogether
   */
  spend(cost: Cost, now: number): number | null {
    const seconds = Math.max(0, now - this.#countedAt) / 1000;
    this.#countedAt = now;
    const left = this.#left;
    for (const kind of KINDS)
      left[kind] = Math.min(AT_ONCE[kind], left[kind] + seconds * PER_SECOND[kind]);
    if (KINDS.every((kind) => left[kind] === AT_ONCE[kind])) this.#excessMs = 0;
    for (const kind of KINDS) left[kind] -= cost[kind];
    const waitMs = Math.ceil(
      Math.max(0, ...KINDS.map((kind) => (-left[kind] / PER_SECOND[kind]) * 1000)),
    );
    this.#excessMs += waitMs;
    return this.#excessMs > LONGEST_EXCESS_MS ? null : waitMs;
  }
}
