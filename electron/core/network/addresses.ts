/** The machine's own addresses, and what they say of its network: pure functions. */
import { BlockList, isIP } from 'node:net';
import type { networkInterfaces } from 'node:os';

/** The addresses of the interfaces that are up. */
export interface Addresses {
  /** Every one: a connection from an address that is not among them leads nowhere any more. */
  readonly all: ReadonlySet<string>;
  /** Those by which other machines can be reached; none means offline. */
  readonly outward: ReadonlySet<string>;
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

const LINK_LOCAL = new BlockList();
// Not 169.254.0.0/16: two machines on one cable have nothing else.
LINK_LOCAL.addSubnet('fe80::', 10, 'ipv6');

/**
 * Reads what Node tells. An interface has its `fe80::` address as soon as it is up, seconds before
 * it has one that leads anywhere, and keeps it where nothing ever answers: it is not outward.
 */
export function readInterfaces(interfaces: ReturnType<typeof networkInterfaces>): Addresses {
  const all = new Set<string>();
  const outward = new Set<string>();
  for (const { address, family, internal } of Object.values(interfaces).flatMap(
    (infos) => infos ?? [],
  )) {
    all.add(address);
    const isLinkLocal = family === 'IPv6' && LINK_LOCAL.check(address, 'ipv6');
    if (!internal && !isLinkLocal) outward.add(address);
  }
  return { all, outward };
}

/**
 * Where an address is: an IPv6 address stands for its /64, because privacy extensions (RFC 8981)
 * change the rest of it several times a day on one and the same network.
 */
export function placeOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(8 - before.length - after.length, 0);
  const groups = [...before, ...Array.from({ length: zeros }, () => '0'), ...after];
  return `${groups.slice(0, 4).join(':')}::/64`;
}

/**
 * Whether a server of this name is on this very machine, so that it is there without a network:
 * Proton Bridge, the demo. By the name alone: where a resolver leads to is not known offline.
 */
export function isOnThisMachine(host: string): boolean {
  const name = host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
  const version = isIP(name);
  if (version !== 0) return LOOPBACK.check(name, version === 4 ? 'ipv4' : 'ipv6');
  // RFC 6761, section 6.3.
  return name === 'localhost' || name.endsWith('.localhost');
}
