import type { SecretProtection } from '../../../shared/model.ts';
import type { SecretProtector } from './secret-protector.ts';

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

  open(sealed: Uint8Array, context: string): Promise<string> {
    return this.#current.open(sealed, context);
  }
}
