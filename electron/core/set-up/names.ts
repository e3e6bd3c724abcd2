/** Questions to the DNS, none of which outlives the search that asks. */
import { lookup as systemLookup, promises as dns } from 'node:dns';
import type { LookupAddress, MxRecord, SrvRecord } from 'node:dns';
import type { LookupFunction } from 'node:net';

/** A question that gets no answer is asked again, and ended with the search. */
const PATIENCE = { timeout: 1500, tries: 3 };

/** The DNS as one search asks it. A name that is not there has no records; what fails, throws. */
export class Names {
  readonly #resolver = new dns.Resolver(PATIENCE);
  readonly #hosts: LookupFunction;
  readonly #signal: AbortSignal;

  /**
   * @param servers those to ask; `null` for the system's
   * @param hosts what the system knows beside the DNS, such as its hosts file
   */
  constructor(
    servers: readonly string[] | null,
    signal: AbortSignal,
    hosts: LookupFunction = systemLookup,
  ) {
    if (servers !== null) this.#resolver.setServers(servers);
    this.#hosts = hosts;
    this.#signal = signal;
    signal.addEventListener('abort', () => {
      this.#resolver.cancel();
    });
  }

  srv(name: string): Promise<SrvRecord[]> {
    return this.#ask(() => this.#resolver.resolveSrv(name));
  }

  mx(name: string): Promise<MxRecord[]> {
    return this.#ask(() => this.#resolver.resolveMx(name));
  }

  /** Each record in one piece, although its strings are short (RFC 1035 section 3.3.14). */
  async txt(name: string): Promise<string[]> {
    const records = await this.#ask(() => this.#resolver.resolveTxt(name));
    return records.map((strings) => strings.join(''));
  }

  /**
   * For sockets. The system's own look-up comes second: it cannot be ended, a few that hang keep
   * every other connection of the program waiting, and it tries the name within the domains that
   * the machine searches. It alone knows hosts files and names of a tunnel's network.
   */
  readonly lookup: LookupFunction = (...asked) => void this.#lookUp(...asked);

  async #lookUp(...[host, options, done]: Parameters<LookupFunction>): Promise<void> {
    const found = await this.#addresses(host);
    const [first, ...others] = found;
    if (this.#signal.aborted) done(new Error('Nobody waits for this name any more.'), '');
    else if (first === undefined) this.#hosts(host, options, done);
    else if (options.all === true) done(null, [first, ...others]);
    else done(null, first.address, first.family);
  }

  /** None where the DNS does not know the name, or does not answer. */
  async #addresses(host: string): Promise<LookupAddress[]> {
    const [four, six] = await Promise.allSettled([
      this.#resolver.resolve4(host),
      this.#resolver.resolve6(host),
    ]);
    return [...addressesOf(four, 4), ...addressesOf(six, 6)];
  }

  async #ask<Record>(question: () => Promise<Record[]>): Promise<Record[]> {
    this.#signal.throwIfAborted();
    try {
      return await question();
    } catch (error) {
      if (isNone(error)) return [];
      throw error;
    }
  }
}

function addressesOf(answer: PromiseSettledResult<string[]>, family: 4 | 6): LookupAddress[] {
  const found = answer.status === 'fulfilled' ? answer.value : [];
  return found.map((address) => ({ address, family }));
}

/** The name is not there, or has no such record. */
function isNone(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === dns.NOTFOUND || error.code === dns.NODATA)
  );
}
