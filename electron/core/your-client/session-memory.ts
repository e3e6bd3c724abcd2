/** Which connection brought a session, and which offered it first. Hashes alone are kept. */

/** Some 20 MB at most; the oldest go first. */
const MOST_SESSIONS = 100_000;

export class SessionMemory {
  readonly #issuers = new Map<string, number>();
  readonly #offerers = new Map<string, number>();

  /** It came by connection `number`, where anybody could read it. */
  issued(hash: string, number: number): void {
    keep(this.#issuers, hash, number);
  }

  issuer(hash: string): number | null {
    return this.#issuers.get(hash) ?? null;
  }

  /** Connection `number` offers it. @returns what was known of it before */
  offered(
    hash: string,
    number: number,
  ): { readonly sameAs: number | null; readonly issuedBy: number | null } {
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
