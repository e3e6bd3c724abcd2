/** Makes a way of what its user has chosen. */
import {
  isPlace,
  type AccountProxy,
  type ProxyChoice,
  type ProxyPlace,
} from '../../../shared/proxy.ts';
import { ProxyError } from './proxy-error.ts';
import { notToItself, straight, viaOf, type Way } from './way.ts';

/** Whose choice it is: an account, by its id, or the program. */
export const OF_PROGRAM = '*';

/** Which way the connections of an account go that has chosen this. */
export type WayOf = (owner: string, choice: AccountProxy) => Way;

/** What is asked, each time anew. */
export interface WaysDeps {
  /** What is chosen for the program. */
  readonly program: () => ProxyChoice;
  /** The system's proxies. */
  readonly system: Way;
  /** The password for this proxy; `null` where none is stored for it, or none can be read. */
  readonly password: (owner: string, place: ProxyPlace) => Promise<string | null>;
}

/** A password that is not stored: of a form that is being tested. */
export type TypedPassword = string | null;

/** The ways of the program and of its accounts. */
export class Ways {
  readonly #deps: WaysDeps;

  constructor(deps: WaysDeps) {
    this.#deps = deps;
  }

  /** The program's own, as it is chosen now. */
  get program(): Way {
    return this.#way(OF_PROGRAM, this.#deps.program(), null);
  }

  /** @param typed in place of the stored password */
  of(owner: string, choice: AccountProxy, typed: TypedPassword = null): Way {
    return choice.kind === 'program' ? this.program : this.#way(owner, choice, typed);
  }

  /** What an account's choice comes to now. */
  chosen(choice: AccountProxy): ProxyChoice {
    return choice.kind === 'program' ? this.#deps.program() : choice;
  }

  /**
   * The proxy that is named by the keys of sessions, as far as it is known before it is asked for:
   * where the system decides, this is straight there.
   */
  via(choice: AccountProxy): string | null {
    const chosen = this.chosen(choice);
    if (!isPlace(chosen)) return null;
    const { user, ...proxy } = chosen;
    return viaOf({ ...proxy, signIn: user === '' ? null : { user, password: '' } });
  }

  #way(owner: string, choice: ProxyChoice, typed: TypedPassword): Way {
    if (choice.kind === 'none') return straight;
    if (choice.kind === 'system') return notToItself(this.#deps.system);
    const { user, ...proxy } = choice;
    return notToItself(async (to) => {
      if (user === '') return [{ ...proxy, signIn: null }];
      const password = typed ?? (await this.#deps.password(owner, choice));
      if (password === null) throw new ProxyError('password-missing', { proxy, to });
      return [{ ...proxy, signIn: { user, password } }];
    });
  }
}
