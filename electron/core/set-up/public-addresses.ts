/** Which addresses are the internet's, and not a machine's or a network's own. */
import { BlockList, isIP, isIPv4 } from 'node:net';
import { normalName, withoutZone } from '../tls/index.ts';

/** IANA's special-purpose registry for IPv4, multicast and what is reserved. */
const SPECIAL_4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Where clouds tell a machine its secrets.
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/** Special within 2000::/3, which is all of IPv6 that was given out. */
const SPECIAL_6: readonly (readonly [string, number])[] = [
  // Teredo and other protocols.
  ['2001::', 23],
  ['2001:db8::', 32],
  ['3fff::', 20],
];

const special = new BlockList();
for (const [net, bits] of SPECIAL_4) special.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of SPECIAL_6) special.addSubnet(net, bits, 'ipv6');
const given = new BlockList();
given.addSubnet('2000::', 3, 'ipv6');

/**
 * Whether an address, in any spelling, is one that anybody may be asked to connect to. Those that
 * carry an IPv4 address (mapped, RFC 4291; compatible, of old; NAT64, RFC 6052; 6to4, RFC 3056) lead to
 * it, and are what it is.
 */
export function isPublic(address: string): boolean {
  const plain = withoutZone(normalName(address) ?? '');
  if (isIP(plain) === 0) return false;
  if (isIPv4(plain)) return !special.check(plain, 'ipv4');
  const carried = carriedAddress(plain);
  if (carried !== null) return isPublic(carried);
  return given.check(plain, 'ipv6') && !special.check(plain, 'ipv6');
}

/** Before the IPv4 address in the last 32 bits: NAT64's well-known prefix, and what is of old. */
const CARRIERS: ReadonlySet<string> = new Set(['64:ff9b:0:0:0:0', '0:0:0:0:0:0', '0:0:0:0:ffff:0']);

/** The IPv4 address within an IPv6 address; `null` where there is none. */
function carriedAddress(address: string): string | null {
  const groups = groupsOf(address);
  if (groups[0] === '2002') return fourNumbers(groups.slice(1, 3));
  return CARRIERS.has(groups.slice(0, 6).join(':')) ? fourNumbers(groups.slice(6)) : null;
}

/** All eight, of an address as RFC 5952 writes it. */
function groupsOf(address: string): string[] {
  const [before = [], after = []] = address
    .split('::')
    .map((part) => part.split(':').filter((group) => group !== ''));
  const missing = 8 - before.length - after.length;
  return [...before, ...Array.from({ length: missing }, () => '0'), ...after];
}

function fourNumbers(groups: readonly string[]): string {
  return groups
    .map((group) => Number.parseInt(group, 16))
    .flatMap((group) => [group >> 8, group & 0xff])
    .join('.');
}
