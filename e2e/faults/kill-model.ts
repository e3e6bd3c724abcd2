/** What a program that was killed must have left: everything that it had said was done. */

/** How many accounts the writer changes. */
export const ACCOUNTS = 6;
export const HISTORY_FILE = 'history.sqlite';
/** Whose client id the writer changes the secret of. */
export const ISSUER = 'https://auth.example.org';

/** A password that tells which server it was typed for. */
export function passwordFor(label: string, host: string): string {
  return `${label} for ${host}`;
}

/** Values by name; `null` for one that is deleted. */
export type Values = Readonly<Record<string, string | null>>;

/** A line of the writer. */
export type Said =
  | { readonly kind: 'ready' }
  | { readonly kind: 'begins' | 'done'; readonly values: Values }
  /** The handshakes up to this number are on the disk. */
  | { readonly kind: 'recorded'; readonly written: number };

/** Follows what the writer says, over many lives of it. */
export class KillModel {
  /** For each name what may be found: what was done last, and what had begun after it. */
  readonly #possible = new Map<string, Set<string | null>>();
  #written = 0;
  #changes = 0;

  hear(said: Said): void {
    switch (said.kind) {
      case 'ready':
        break;
      case 'begins':
        for (const [name, value] of Object.entries(said.values)) {
          this.#possible.set(name, this.possible(name).add(value));
        }
        break;
      case 'done':
        this.#changes += 1;
        for (const [name, value] of Object.entries(said.values)) {
          this.#possible.set(name, new Set([value]));
        }
        break;
      case 'recorded':
        this.#written = Math.max(this.#written, said.written);
        break;
    }
  }

  /** The writer is dead, and this was found: from now on it is what must be there. */
  found(values: ReadonlyMap<string, string | null>): void {
    for (const [name, value] of values) this.#possible.set(name, new Set([value]));
  }

  /** What may be found under a name. */
  possible(name: string): Set<string | null> {
    return new Set(this.#possible.get(name) ?? [null]);
  }

  /** Handshakes that must be there. */
  get written(): number {
    return this.#written;
  }

  /** Changes that were said to be done. */
  get changes(): number {
    return this.#changes;
  }
}
