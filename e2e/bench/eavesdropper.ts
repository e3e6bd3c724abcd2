/**
 * Somebody on the way: passes every byte between clients and a server, and notes which tickets the
 * clients offer. What it sees is what any observer of the network sees.
 */
import { readClientHello, sha256 } from '../../electron/core/tls-wire/index.ts';
import { PassingProxy, type Listener } from '../fixtures/network/passing-proxy.ts';

export class Eavesdropper implements AsyncDisposable {
  readonly #tickets: string[];
  readonly #proxy: PassingProxy;

  private constructor(tickets: string[], proxy: PassingProxy) {
    this.#tickets = tickets;
    this.#proxy = proxy;
  }

  /** Listens on a port of its own, for the server at `target`; both on loopback. */
  static async start(target: number): Promise<Eavesdropper> {
    const tickets: string[] = [];
    const proxy = await PassingProxy.start(target, () => noteTickets(tickets));
    return new Eavesdropper(tickets, proxy);
  }

  get port(): number {
    return this.#proxy.port;
  }

  /** How many offers were of a TLS 1.3 ticket that had been offered before. */
  get repeats(): number {
    return this.#tickets.length - new Set(this.#tickets).size;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#proxy[Symbol.asyncDispose]();
  }
}

/** Adds the hashes of the tickets in the ClientHello that a connection begins with. */
function noteTickets(tickets: string[]): Listener {
  /** What came so far; `null` once the ClientHello was whole. */
  let seen: Buffer | null = Buffer.alloc(0);
  return (chunk) => {
    if (seen === null) return;
    seen = Buffer.concat([seen, chunk]);
    const reading = readClientHello(seen);
    if (reading.kind === 'incomplete') return;
    if (reading.kind === 'client-hello') tickets.push(...reading.hello.pskIdentities.map(sha256));
    seen = null;
  };
}
