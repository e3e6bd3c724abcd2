/**
 * The file `config-v1.1.xml` of a provider or of Thunderbird's list of providers:
 * draft-ietf-mailmaint-autoconfig-06, and what is in the wild.
 */
import { parseXml, XmlElement, XmlError } from '@rgrove/parse-xml';
import type { Security } from '../../../shared/model.ts';
import type { MailAddress } from './address.ts';
import { readStatement, type StatedServer } from './stated.ts';

/**
 * The server to read mail from: of those that this program can speak to, the first that takes a
 * password, or the first. What is not known of the file is passed over, and a section that is broken
 * costs itself alone. `null` where the file names none, or is none.
 */
export function readSettingsFile(bytes: Uint8Array, address: MailAddress): StatedServer | null {
  const root = rootOf(bytes);
  if (root?.name !== 'clientConfig') return null;
  const servers = children(root, 'emailProvider')
    .flatMap((provider) => children(provider, 'incomingServer'))
    .filter((section) => section.attributes['type'] === 'imap')
    .flatMap((section) => serverOf(section, issuerIn(root), address) ?? []);
  return servers.find(({ takesPasswords }) => takesPasswords) ?? servers[0] ?? null;
}

/** There is no other: `plain` is without TLS. */
const SECURITY: Readonly<Partial<Record<string, Security>>> = { SSL: 'tls', STARTTLS: 'starttls' };

/** Of the methods in `<authentication>`, those by which a password can be used over TLS. */
const BY_PASSWORD: ReadonlySet<string> = new Set(['password-cleartext', 'password-encrypted']);
/** In the wild, and in the draft. */
const BY_OAUTH: ReadonlySet<string> = new Set(['OAuth2', 'OAuth']);

/** Beside `emailProvider`; a host in the wild, an address in the draft. */
function issuerIn(root: XmlElement): string {
  const [oauth] = children(root, 'oAuth2');
  return oauth === undefined ? '' : textOf(oauth, 'issuer');
}

function serverOf(section: XmlElement, issuer: string, address: MailAddress): StatedServer | null {
  const security = SECURITY[textOf(section, 'socketType')];
  if (security === undefined) return null;
  // `<authentication system="sasl">` names what the server offers besides.
  const ways = children(section, 'authentication')
    .filter(({ attributes }) => attributes['system'] === undefined)
    .map(({ text }) => text.trim());
  const takesPasswords = ways.length === 0 || ways.some((way) => BY_PASSWORD.has(way));
  const takesTokens = ways.some((way) => BY_OAUTH.has(way));
  if (!takesPasswords && !takesTokens) return null;
  return readStatement(
    {
      host: textOf(section, 'hostname'),
      port: textOf(section, 'port'),
      security,
      user: textOf(section, 'username'),
      takesPasswords,
      issuer: takesTokens ? issuer : '',
    },
    address,
  );
}

function rootOf(bytes: Uint8Array): XmlElement | null {
  const text = decoded(bytes);
  if (text === null) return null;
  try {
    return parseXml(text).root;
  } catch (error) {
    // RangeError: nested so deeply that the stack does not do.
    if (error instanceof XmlError || error instanceof RangeError) return null;
    throw error;
  }
}

/** By the byte order mark, or as the file says of itself; UTF-8 where it says nothing. `null` where it lies. */
function decoded(bytes: Uint8Array): string | null {
  const start = Buffer.from(bytes.subarray(0, 200)).toString('latin1');
  const [, said = 'utf-8'] = /^<\?xml\s[^>]*?encoding\s*=\s*["']([\w.:-]+)["']/.exec(start) ?? [];
  const mark = { ÿþ: 'utf-16le', þÿ: 'utf-16be', 'ï»': 'utf-8' }[start.slice(0, 2)];
  try {
    return new TextDecoder(mark ?? said, { fatal: true }).decode(bytes);
  } catch {
    // RangeError: no such encoding. TypeError: it is in another.
    return null;
  }
}

function children(parent: XmlElement, name: string): XmlElement[] {
  return parent.children.filter(
    (node): node is XmlElement => node instanceof XmlElement && node.name === name,
  );
}

/** The text of the first element of this name; `''` where there is none. */
function textOf(parent: XmlElement, name: string): string {
  return children(parent, name)[0]?.text.trim() ?? '';
}
