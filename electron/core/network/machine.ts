/** What the machine that Reprise runs on tells about itself, and which servers are on it. */
import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { performance } from 'node:perf_hooks';
import { isVirtual } from './interfaces.ts';
import { theseRoutes, type Routes } from './routes.ts';
import { normalName, withoutZone } from '../tls/index.ts';

/** The addresses of the interfaces that are up. */
export interface Addresses {
  /** Every one: a connection from an address that is not among them leads nowhere any more. */
  readonly all: ReadonlySet<string>;
  /** Those by which other machines can be reached; none means offline. */
  readonly outward: ReadonlySet<string>;
  /**
   * Subnets of bridges and tunnels that are no network by themselves, such as `172.17.0.1/16`: what
   * runs in a container or a virtual machine on this one is there, and is reached without a network.
   */
  readonly inside: readonly string[];
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

const LINK_LOCAL = new BlockList();
// Not 169.254.0.0/16: two machines on one cable have nothing else.
LINK_LOCAL.addSubnet('fe80::', 10, 'ipv6');

/**
 * Reads what Node tells. An interface has its `fe80::` address as soon as it is up, seconds before
 * it has one that leads anywhere, and keeps it where nothing ever answers: it is not outward. Nor is
 * a bridge of Docker's or of virtual machines, nor a tunnel, unless what leaves the machine goes by it.
 *
 * @param carriers the addresses by which it leaves; `null` where nobody knows: then a bridge may be one
 */
export function readInterfaces(
  interfaces: ReturnType<typeof networkInterfaces>,
  carriers: ReadonlySet<string> | null = null,
): Addresses {
  const all = new Set<string>();
  const outward = new Set<string>();
  const inside: string[] = [];
  for (const [name, infos = []] of Object.entries(interfaces)) {
    // IPv4 and IPv6 of one interface: what carries the one is a network.
    const isNetwork =
      carriers === null || !isVirtual(name) || infos.some(({ address }) => carriers.has(address));
    for (const { address, family, internal, cidr } of infos) {
      all.add(address);
      const isLinkLocal = family === 'IPv6' && LINK_LOCAL.check(address, 'ipv6');
      if (internal || isLinkLocal) continue;
      if (isNetwork) outward.add(address);
      else if (cidr !== null) inside.push(cidr);
    }
  }
  return { all, outward, inside };
}

/** Asked every few seconds. */
export interface Machine {
  /** The addresses that it has now. */
  addresses(): Addresses;
  /**
   * For how long this program has been busy, in ms, since it started: it only ever rises, and it
   * does not while the program waits or is not run at all.
   */
  busyMs(): number;
}

/** Where the addresses are hidden from the program, the network has to be taken for there. */
const HIDDEN: Addresses = { all: new Set(), outward: new Set(['hidden']), inside: [] };

/** This machine, whose interfaces are read by `interfaces`. */
export function machineWith(
  interfaces: typeof networkInterfaces,
  routes: Routes = theseRoutes(),
): Machine {
  let latest = HIDDEN;
  return {
    addresses: () => {
      try {
        latest = readInterfaces(interfaces(), routes.carriers());
      } catch {
        // ERR_SYSTEM_ERROR: a sandbox forbids it, or the kernel has no memory for it just now.
      }
      return latest;
    },
    busyMs: () => performance.eventLoopUtilization().active,
  };
}

/** This machine. */
export const thisMachine: Machine = machineWith(networkInterfaces);

/**
 * Whether a server of this name is on this very machine, so that it is there without a network:
 * Proton Bridge, the demo. By the name alone: where a resolver leads to is not known offline.
 */
export function isOnThisMachine(host: string): boolean {
  const name = withoutZone(normalName(host) ?? '');
  const version = isIP(name);
  if (version !== 0) return LOOPBACK.check(name, version === 4 ? 'ipv4' : 'ipv6');
  // RFC 6761, section 6.3.
  return name === 'localhost' || name.endsWith('.localhost');
}

/** Whether an address is in one of `subnets`, see {@link Addresses.inside}; a name is in none. */
export function isInside(host: string, subnets: readonly string[]): boolean {
  const address = withoutZone(normalName(host) ?? '');
  const version = isIP(address);
  if (version === 0) return false;
  const list = new BlockList();
  for (const subnet of subnets) {
    const [net = '', bits] = subnet.split('/');
    list.addSubnet(net, Number(bits), isIP(net) === 6 ? 'ipv6' : 'ipv4');
  }
  return list.check(address, version === 6 ? 'ipv6' : 'ipv4');
}

/** Whether it is an address of a link, such as `fe80::1%eth0`: no network is needed to be on one. */
export function isOnLink(host: string): boolean {
  const address = withoutZone(normalName(host) ?? '');
  return isIP(address) === 6 && LINK_LOCAL.check(address, 'ipv6');
}
