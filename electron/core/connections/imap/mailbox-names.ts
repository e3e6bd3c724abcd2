/**
 * Names of mailboxes: how they go over the wire, how a server's list is read, and which two are one.
 * Pure. A name that a person typed is sent as that name, and never as another.
 */
import type { NamespacesObject } from 'imapflow';
import { isInbox } from '../../../../shared/mailbox-name.ts';

/**
 * What a mailbox of this name may be called on the wire, the likeliest first: in modified UTF-7 (RFC
 * 3501 §5.1.3), and as it is, for servers that know nothing of that. What could be read as another
 * name in modified UTF-7 is not sent as it is.
 */
export function wireNames(name: string): readonly string[] {
  if (isInbox(name)) return ['INBOX'];
  const encoded = encode(name);
  return encoded === name || listedName(name) !== name ? [encoded] : [encoded, name];
}

/** The name that a server means by what it lists: `R&-D` is `R&D`, and so is a raw `R&D`. */
export function listedName(wire: string): string {
  const name = decode(wire);
  return encode(name) === wire ? name : wire;
}

/**
 * The name that the server itself has for this one. Many take the names of a person's own mailboxes
 * without the prefix of their namespace as well: `Sent` is `INBOX.Sent` there.
 */
export function ownName(name: string, namespaces: NamespacesObject | undefined): string {
  if (isInbox(name)) return 'INBOX';
  if (namespaces === undefined) return name;
  const { personal, other, shared } = namespaces;
  const prefixes = [personal, other, shared].flatMap((group) =>
    group === false ? [] : group.map(({ prefix }) => listedName(prefix)),
  );
  const [own = ''] = prefixes;
  // The longest first: an empty one is the beginning of every name.
  const given = prefixes
    .toSorted((one, another) => another.length - one.length)
    .find((prefix) => isWithin(name, prefix));
  return given === undefined ? own + name : given + name.slice(given.length);
}

/** Servers take a first level of `inbox` for INBOX. */
function isWithin(name: string, prefix: string): boolean {
  const start = name.slice(0, prefix.length);
  const isAnyCase = /^inbox\b/i.test(prefix);
  return start === prefix || (isAnyCase && start.toUpperCase() === prefix.toUpperCase());
}

/** All that modified UTF-7 writes as it is, but for `&`. */
const NOT_PLAIN = /[^\x20-\x7e]+/g;

function encode(name: string): string {
  return name.replaceAll('&', '&-').replaceAll(NOT_PLAIN, (run) => {
    const base64 = Buffer.from(run, 'utf16le').swap16().toString('base64');
    return `&${base64.replace(/=+$/, '').replaceAll('/', ',')}-`;
  });
}

const utf16 = new TextDecoder('utf-16be');

/** Anything but modified UTF-7 gives nonsense. */
function decode(wire: string): string {
  return wire.replaceAll(/&([^-]*)-/g, (_, base64: string) =>
    base64 === '' ? '&' : utf16.decode(Buffer.from(base64.replaceAll(',', '/'), 'base64')),
  );
}
