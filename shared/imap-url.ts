/**
 * Links to a mailbox as people paste them: RFC 5092's `imap://USER;AUTH=TYPE@HOST:PORT/MAILBOX`, the
 * `imaps://` that no RFC knows and every program does, and a password in it, which neither allows.
 */
import type { Security } from './model.ts';
import { whyNoServer, withoutBrackets } from './server-names.ts';

/** What a link says of an account. */
export interface ImapUrl {
  /** Empty where it names none. */
  readonly user: string;
  /** Empty where there is none in it. */
  readonly password: string;
  readonly host: string;
  readonly port: number;
  readonly security: Security;
  /** `null` where it names none. */
  readonly mailbox: string | null;
}

export type ParsedImapUrl =
  | { readonly kind: 'url'; readonly url: ImapUrl }
  /** In a sentence that repeats nothing of the link but its scheme. */
  | { readonly kind: 'wrong'; readonly message: string };

const MAX_PORT = 65_535;
/** Where TLS comes first, whatever the scheme says (RFC 8314 section 3.2). */
const IMPLICIT_TLS_PORT = 993;

/** Whether a text is meant as a link, of whatever kind: it begins with a scheme. */
export function isUrl(text: string): boolean {
  return /^[\s<]*[a-z][a-z\d+.-]*:\/\//i.test(text);
}

/** Reads a link to a server or mailbox. What a link asks for beside these, such as a message, is left. */
export function parseImapUrl(text: string): ParsedImapUrl {
  const bare = text.trim().replace(/^<|>$/g, '');
  const [, scheme = '', authority = '', path = ''] =
    /^([^:]*):\/\/([^/?#]*)(?:\/([^?#]*))?/.exec(bare) ?? [];
  const isTlsFirst = /^imaps$/i.test(scheme);
  if (!isTlsFirst && !/^imap$/i.test(scheme))
    return wrong(`Reprise reads mail over IMAP: such a link begins with imaps:// or imap://.`);

  const at = authority.lastIndexOf('@');
  const [, typedUser = '', typedPassword = ''] =
    /^([^:]*):?(.*)$/.exec(authority.slice(0, Math.max(at, 0)).replace(/;AUTH=[^;:]*/i, '')) ?? [];
  const [, typedHost = '', typedPort = ''] =
    /^(\[.*\]|[^:]*)(?::(.*))?$/.exec(authority.slice(at + 1)) ?? [];
  // `;UIDVALIDITY=` and `/;UID=` are about messages.
  const typedMailbox = path.replace(/\/?;.*$/, '').replace(/\/$/, '');

  const [user, password, host, mailbox] = [typedUser, typedPassword, typedHost, typedMailbox].map(
    decoded,
  );
  if (user === undefined || password === undefined || host === undefined || mailbox === undefined)
    return wrong(
      'A “%” in this link begins no letter of it: it is followed by two hexadecimal digits, and the sign itself is written %25.',
    );
  if ([user, password, mailbox].some((part) => /\p{Cc}/u.test(part)))
    return wrong('This link has a control character in it, which no name or password has here.');
  const whyNot = whyNoServer(host);
  if (whyNot !== null)
    return wrong(
      host === ''
        ? 'This link names no server. It looks like imaps://user@imap.example.org/INBOX.'
        : whyNot,
    );
  const isPortSaid = typedPort !== '';
  const port = isPortSaid ? Number(typedPort) : isTlsFirst ? IMPLICIT_TLS_PORT : 143;
  if ((isPortSaid && !/^\d{1,5}$/.test(typedPort)) || port < 1 || port > MAX_PORT)
    return wrong('The port in this link is no number from 1 to 65535.');
  return {
    kind: 'url',
    url: {
      user,
      password,
      host: withoutBrackets(host),
      port,
      security: isTlsFirst || port === IMPLICIT_TLS_PORT ? 'tls' : 'starttls',
      mailbox: mailbox === '' ? null : mailbox,
    },
  };
}

/** The link without what may be a password in it, which a field would show to whoever looks on. */
export function withoutPassword(text: string): string {
  return text.replace(/(:\/\/[^:]*):.*@/s, '$1@');
}

/** RFC 3986 section 2.1, as UTF-8; `undefined` where it cannot be. */
function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

function wrong(message: string): ParsedImapUrl {
  return { kind: 'wrong', message };
}
