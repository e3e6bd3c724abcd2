/** Every session that the lab gave, by its hash, and who offered it first. */
import type { LabOffer, LabVariant } from '../../../../../shared/client-check.ts';
import { SessionMemory, type SessionBook } from '../../session-memory.ts';
import type { HashedOffer } from '../../watched.ts';
import type { GivenSession } from '../plan.ts';

/** As those of {@link SessionMemory}: the oldest go first. */
const MOST_SESSIONS = 20_000;

interface Given extends GivenSession {
  readonly serverName: string | null;
  /** As the client was told. */
  readonly toldSeconds: number | null;
}

/** What the connection by which a session is given adds to it. */
export type Circumstances = Omit<Given, 'mechanism' | 'toldSeconds'>;

export class LabSessions {
  readonly #memory = new SessionMemory();
  readonly #given = new Map<string, Given>();

  given(hash: string): GivenSession | null {
    return this.#given.get(hash) ?? null;
  }

  /** For one connection. @param onGiven hears of each session that it gives, by its hash */
  bookOf(circumstances: () => Circumstances, onGiven: (hash: string) => void): SessionBook {
    return {
      issuer: (hash) => this.#memory.issuer(hash),
      offered: (hash, number) => this.#memory.offered(hash, number),
      issued: (hash, number, mechanism, toldSeconds) => {
        this.#memory.issued(hash, number);
        this.#given.set(hash, { ...circumstances(), mechanism, toldSeconds });
        const [oldest] = this.#given.keys();
        if (this.#given.size > MOST_SESSIONS && oldest !== undefined) this.#given.delete(oldest);
        onGiven(hash);
      },
    };
  }

  /** An offer, with all that is known of what is offered. @param atMs when it was offered */
  offerOf({ hash, ...offer }: HashedOffer, atMs: number): LabOffer {
    const given = this.#given.get(hash);
    return {
      ...offer,
      identity: hash,
      issued: given === undefined ? null : { port: given.port, serverName: given.serverName },
      ageMs: given === undefined ? null : Math.round(atMs - given.atMs),
      lifetimeMs: typeof given?.toldSeconds === 'number' ? given.toldSeconds * 1000 : null,
    };
  }
}

/** Sessions by ID, which a server keeps itself (RFC 5246 §7.4.1.3). */
export class KeptSessions {
  readonly #sessions = new Map<string, Buffer>();

  keep(hash: string, session: Buffer): void {
    this.#sessions.set(hash, session);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > MOST_SESSIONS && oldest !== undefined) this.#sessions.delete(oldest);
  }

  find(hash: string): Buffer | null {
    return this.#sessions.get(hash) ?? null;
  }
}

/** Variants that a ClientHello has room for. */
export function takesOf(hello: {
  readonly pskModes: readonly number[];
  readonly takesTickets: boolean;
}): Readonly<Record<LabVariant, boolean>> {
  return {
    'tls13-ticket': hello.pskModes.length > 0,
    'tls12-ticket': hello.takesTickets,
    'session-id': true,
  };
}
