/**
 * Protects secrets at rest. The shell supplies one over the system's key store; where there is
 * none, {@link keyFileProtector} of `key-file.ts` does it.
 */
import type { SecretProtection } from '../../../shared/model.ts';

/** What was sealed. */
export interface OpenedSecret {
  readonly plain: string;
  /** Its key is about to go: it should be sealed anew. */
  readonly isStale: boolean;
}

/** Turns a secret into bytes that may be written to disk, and back. */
export interface SecretProtector {
  /** What is in force, for the interface. With `memory` nothing sealed is ever written to disk. */
  readonly protection: SecretProtection;
  /**
   * Seals `plain`. What `context` names (an account id) is bound to it where the protection can do
   * so: bytes sealed for one account do not open for another.
   *
   * @throws RepriseError `secrets`, without the secret in it, when the protection cannot be used
   */
  seal(plain: string, context: string): Promise<Uint8Array>;
  /**
   * Opens what {@link seal} made for the same `context`.
   *
   * @throws RepriseError `secrets` when it was made elsewhere, was changed, or the protection
   *   cannot be used
   */
  open(sealed: Uint8Array, context: string): Promise<OpenedSecret>;
}

/**
 * For a machine without any protection: secrets stay in this process. Sealing is encoding, so that
 * callers need not tell the difference; the store does not write it to disk.
 */
export function memoryProtector(): SecretProtector {
  return {
    protection: { kind: 'memory' },
    seal: (plain) => Promise.resolve(Buffer.from(plain, 'utf8')),
    open: (sealed) =>
      Promise.resolve({ plain: Buffer.from(sealed).toString('utf8'), isStale: false }),
  };
}

/** The protection in force, which another one may follow while the program runs. */
export class ChosenProtector implements SecretProtector {
  #current: SecretProtector;

  constructor(first: SecretProtector) {
    this.#current = first;
  }

  /** From now on this one; what was sealed before has to be sealed anew by its owner. */
  choose(next: SecretProtector): void {
    this.#current = next;
  }

  get protection(): SecretProtection {
    return this.#current.protection;
  }

  seal(plain: string, context: string): Promise<Uint8Array> {
    return this.#current.seal(plain, context);
  }

  open(sealed: Uint8Array, context: string): Promise<OpenedSecret> {
    return this.#current.open(sealed, context);
  }
}
