/** Whether names can be looked up at all: one that is not found may be no typing error. */
import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { isOnThisMachine } from './machine.ts';

/** The code of a lookup that failed as others do, or where the same name was found before. */
export const NAMES_FAIL = 'REPRISE_NAMES_FAIL';

/** Names remembered; beyond these the oldest go. */
const MOST_NAMES = 1000;

/** What became of lookups in this run. */
export class NameRecord {
  /** By name: whether the latest lookup found it, and whether any did. */
  readonly #names = new Map<string, { readonly isThere: boolean; readonly wasThere: boolean }>();
  readonly #lookup: LookupFunction;

  constructor(lookup: LookupFunction) {
    this.#lookup = lookup;
  }

  /** Looks up, and gives a name that is not found the code {@link NAMES_FAIL} where that is no wonder. */
  readonly lookup: LookupFunction = (host, options, done) => {
    this.#lookup(host, options, (error, ...found) => {
      if (isIP(host) === 0 && !isOnThisMachine(host)) {
        this.#put(host, error === null);
        if (isNotFound(error) && this.#isTrouble(host)) {
          error = Object.assign(new Error('No name is found.', { cause: error }), {
            code: NAMES_FAIL,
          });
        }
      }
      done(error, ...found);
    });
  };

  #put(host: string, isThere: boolean): void {
    const wasThere = isThere || this.#names.get(host)?.wasThere === true;
    this.#names.delete(host);
    this.#names.set(host, { isThere, wasThere });
    const [oldest] = this.#names.keys();
    if (this.#names.size > MOST_NAMES && oldest !== undefined) this.#names.delete(oldest);
  }

  /** It was found before, or there are others and none of them is found either. */
  #isTrouble(host: string): boolean {
    if (this.#names.get(host)?.wasThere === true) return true;
    return this.#names.size > 1 && [...this.#names.values()].every(({ isThere }) => !isThere);
  }
}

function isNotFound(error: NodeJS.ErrnoException | null): boolean {
  return error?.code === 'ENOTFOUND' || error?.code === 'ENODATA';
}

/** What the system finds. */
export const systemNames = new NameRecord(systemLookup);
