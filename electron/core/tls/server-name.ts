/**
 * A server's name in its one normal form, whatever spelling was typed: what is connected to, what SNI
 * says (RFC 6066 section 3: ASCII, no final dot), what the certificate has to be for, and what
 * sessions are held under. Needs no Node, so that a page compares names by the same rule.
 */

/** RFC 1035 section 2.3.4; in ASCII, without the final dot. */
export const MAX_NAME = 253;
/** Underscores are no part of a host name, and in use all the same. */
const LABEL = /^(?!-)[a-z\d_-]{1,63}(?<!-)$/;

/** What {@link URL} would leave out, read as something else or take for the end of the name. */
const NO_NAME = /[\s\p{Cc}/?#@:%\\[\]]/u;

/**
 * A name in ASCII (UTS #46, nontransitional), lower case and without final dot; an IPv4 address as four
 * decimal numbers, an IPv6 address as RFC 5952 writes it, without brackets and with its zone, as in
 * `fe80::1%eth0`. An IPv4-mapped IPv6 address is the IPv4 address: that is what is connected to. `null`
 * for what names no server.
 */
export function normalName(typed: string): string | null {
  const text = typed.trim();
  const [, literal] = /^\[(.*)\]$/.exec(text) ?? [];
  // In brackets, as in a URL, the percent sign itself is escaped (RFC 6874).
  if (literal !== undefined) return addressName(literal.replace(/%25(?=.)/, '%'));
  return text.includes(':') ? addressName(text) : hostName(text);
}

/** What a certificate may be for: a zone is this machine's own (RFC 4007 section 11.2). */
export function withoutZone(name: string): string {
  return name.replace(/%.*$/, '');
}

function hostName(text: string): string | null {
  if (text === '' || NO_NAME.test(text)) return null;
  const name = hostOf(text)?.replace(/\.$/, '') ?? '';
  return name.length <= MAX_NAME && name.split('.').every((label) => LABEL.test(label))
    ? name
    : null;
}

function addressName(text: string): string | null {
  const [, address = '', zone] = /^([\da-f:.]+)(?:%([\w.~:@+-]+))?$/i.exec(text) ?? [];
  const plain = hostOf(`[${address}]`)?.slice(1, -1) ?? null;
  if (plain === null || zone !== undefined) return plain === null ? null : `${plain}%${zone ?? ''}`;
  const [, high, low] = /^::ffff:([\da-f]+):([\da-f]+)$/.exec(plain) ?? [];
  return high === undefined || low === undefined ? plain : fourNumbers(high, low);
}

function fourNumbers(high: string, low: string): string {
  return [high, low]
    .map((part) => Number.parseInt(part, 16))
    .flatMap((part) => [part >> 8, part & 0xff])
    .join('.');
}

/** As WHATWG's URL standard reads a host, in Node and in browsers alike; `null` where it is none. */
export function hostOf(text: string): string | null {
  const url = `https://${text}`;
  return URL.canParse(url) ? new URL(url).hostname : null;
}
