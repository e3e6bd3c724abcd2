/** Which connection brought a session, and which offered it first. Hashes alone are kept. */
import type { WatchedOffer } from '../../../shared/your-client.ts';

/** Some 20 MB at most; the oldest go first. */
const MOST_SESSIONS = 100_000;

/** What is known of sessions, for whoever reads a handshake. */
export interface SessionBook {
  /** It came by connection `number`; its lifetime is `null` where none was told. */
  issued(
    hash: string,
    number: number,
    mechanism: WatchedOffer['mechanism'],
    lifetimeSeconds: number | null,
  ): void;
  issuer(hash: string): number | null;
  /** Connection `number` offers it. @returns what was known of it before */
  offered(hash: string, number: number): Pick<WatchedOffer, 'sameAs' | 'issuedBy'>;
}

export class SessionMemory implements SessionBook {
  readonly #issuers = new Map<string, number>();
  readonly #offerers = new Map<string, number>();

  issued(hash: string, number: number): void {
    keep(this.#issuers, hash, number);
  }

  issuer(hash: string): number | null {
    return this.#issuers.get(hash) ?? null;
  }

  offered(hash: string, number: number): Pick<WatchedOffer, 'sameAs' | 'issuedBy'> {
    const first = this.#offerers.get(hash) ?? null;
    if (first === null) keep(this.#offerers, hash, number);
    return { sameAs: first, issuedBy: this.issuer(hash) };
  }
}

function keep(numbers: Map<string, number>, hash: string, number: number): void {
  if (numbers.has(hash)) return;
  numbers.set(hash, number);
  const [oldest] = numbers.keys();
  if (numbers.size > MOST_SESSIONS && oldest !== undefined) numbers.delete(oldest);
}
