/**
 * The addresses of the server behind a pass-through. Its name may point to the pass-through itself on
 * this machine, by a line in the hosts file: so it is asked of DNS, past that file.
 */
import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { isOnThisMachine } from '../network/machine.ts';
import { CannotWatch } from './watch-plan.ts';

/** A name's addresses change; a server of Google's has others every few minutes. */
const GOOD_FOR_MS = 60_000;
const DNS_LIMITS = { timeout: 3000, tries: 2 } as const;

/** What is asked of DNS. */
export interface NameServers {
  resolve4(name: string): Promise<string[]>;
  resolve6(name: string): Promise<string[]>;
}

export class ServerAddresses {
  readonly #host: string;
  readonly #to: string | null;
  readonly #names: NameServers;
  readonly #now: () => number;
  #latest: { readonly addresses: readonly string[]; readonly at: number } | null = null;

  /** @param to an address that takes the place of the name's own */
  constructor(
    host: string,
    to: string | null,
    names: NameServers = new Resolver(DNS_LIMITS),
    now: () => number = () => performance.now(),
  ) {
    this.#host = host;
    this.#to = to;
    this.#names = names;
    this.#now = now;
  }

  /**
   * At least one. What was found is good for a minute, and beyond where DNS fails.
   *
   * @throws CannotWatch
   */
  async find(): Promise<readonly string[]> {
    const fixed = this.#to ?? (isIP(this.#host) === 0 ? null : this.#host);
    if (fixed !== null) return [fixed];
    // RFC 6761 §6.3: whatever anybody says of it.
    if (isOnThisMachine(this.#host)) return ['127.0.0.1', '::1'];
    const latest = this.#latest;
    if (latest !== null && this.#now() - latest.at < GOOD_FOR_MS) return latest.addresses;
    try {
      const addresses = await this.#ask();
      this.#latest = { addresses, at: this.#now() };
      return addresses;
    } catch (error) {
      if (latest === null) throw error;
      return latest.addresses;
    }
  }

  async #ask(): Promise<readonly string[]> {
    const found = await Promise.allSettled([
      this.#names.resolve4(this.#host),
      this.#names.resolve6(this.#host),
    ]);
    const answered = found.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
    // Name servers on this machine, of systemd and dnsmasq, answer by the hosts file too.
    const addresses = answered.filter((address) => !isUnspecifiedOrLoopback(address));
    if (addresses.length > 0) return addresses;
    if (answered.length > 0) {
      throw new CannotWatch(
        'to',
        `The name ${this.#host} leads to this machine (${answered.join(', ')}), as it does by a line of the hosts file that this machine's name server reads. Give the server's own address as well; without that line, "getent ahosts ${this.#host}" says it.`,
      );
    }
    const codes = found.flatMap((result) => {
      return result.status === 'rejected' ? [(result.reason as NodeJS.ErrnoException).code] : [];
    });
    const isUnknown = codes.every((code) => code === 'ENOTFOUND' || code === 'ENODATA');
    throw new CannotWatch(
      'to',
      isUnknown
        ? `DNS knows no server named ${this.#host}. Check the name, or give the server's address as well.`
        : `The name ${this.#host} could not be looked up by DNS (${codes.join(', ')}). Check the network, or give the server's address as well.`,
    );
  }
}

function isUnspecifiedOrLoopback(address: string): boolean {
  const there = plain(address);
  return there === '0.0.0.0' || there === '::' || isOnThisMachine(there);
}

/** Whether something that listens at the first place is reached at the second. */
export function isItself(
  listening: { readonly address: string; readonly port: number },
  address: string,
  port: number,
): boolean {
  if (port !== listening.port) return false;
  const [there, here] = [plain(address), plain(listening.address)];
  // Where nothing is named, the system means this machine.
  if (there === here || there === '0.0.0.0' || there === '::') return true;
  const isWhole = here === '0.0.0.0' || here === '::';
  if (!isWhole) return false;
  const own = Object.values(networkInterfaces()).flatMap((infos) => infos ?? []);
  return isOnThisMachine(there) || own.some((info) => info.address === there);
}

/** An address without its zone; one of IPv4 as such, where a socket of IPv6 has it. */
export function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
}
