/** Names of servers as people type them, for both sides: whether two are one, and what is wrong with one. */
import { hostOf, MAX_NAME, normalName } from '../electron/core/tls/server-name.ts';

/** Whether both name the same server, in whatever spelling. What can be no name is only itself. */
export function isSameHost(a: string, b: string): boolean {
  const name = normalName(a);
  return name === null ? a.trim() === b.trim() : name === normalName(b);
}

/**
 * The name that certificates and the network know, such as `xn--bcher-kva.example`, where what was
 * typed is more than that in other letters' case; `null` where it is not, or is no name.
 */
export function wireName(typed: string): string | null {
  const name = normalName(typed);
  const plain = withoutBrackets(typed.trim()).toLowerCase().replace(/\.$/, '');
  return name === plain ? null : name;
}

/** A name as it was typed, with {@link wireName} beside it. */
export function withWireName(typed: string): string {
  const name = wireName(typed);
  return name === null ? typed : `${typed} (${name})`;
}

/** A server as people and URLs write it, an IPv6 address in brackets (RFC 3986 section 3.2.2). */
export function serverAddress({
  host,
  port,
}: {
  readonly host: string;
  readonly port: number;
}): string {
  return host.includes(':') ? `[${host}]:${String(port)}` : `${host}:${String(port)}`;
}

/** An IPv6 address as it is stored, where it was typed as in a URL; anything else as it is. */
export function withoutBrackets(host: string): string {
  return /^\[(.*:.*)\]$/.exec(host)?.[1] ?? host;
}

const LOOKS_LIKE =
  'It looks like imap.example.org, 192.0.2.1 or 2001:db8::1, without port or path.';

/** What is wrong with a text that was typed for a server, with what to do; `null` where it is one. */
export function whyNoServer(typed: string): string | null {
  if (normalName(typed) !== null) return null;
  const text = typed.trim();
  if (text === '') return 'Enter the name of the server, such as imap.example.org.';
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(text))
    return 'Enter the server name alone, without imap:// or https:// in front.';
  if (/\s/.test(text)) return 'A server name has no spaces. Check it for a typing error.';
  if (text.includes('@'))
    return 'This is an e-mail address. Enter the server that it is read from, such as imap.example.org.';
  const [, port] = /^(?:[^:]+|\[.*\]):(\d+)$/.exec(text) ?? [];
  if (port !== undefined)
    return `Enter the server name alone, without :${port} behind it: the port has its own field.`;
  const name = hostOf(text) ?? '';
  if (/^\.|\.\./.test(name))
    return 'There is a dot too many in this server name. It looks like imap.example.org.';
  if (name.length > MAX_NAME || name.split('.').some(({ length }) => length > 63))
    return `This server name is too long: a host name has at most ${MAX_NAME} characters, and at most 63 between two dots.`;
  if (/^[\d.]+$/.test(text))
    return 'This is not an IP address: it has four numbers from 0 to 255, such as 192.0.2.1.';
  return `This is not a server name. ${LOOKS_LIKE}`;
}
