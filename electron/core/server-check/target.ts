/** What to check, from what a person types. Pure. */
import { MAIL_PROTOCOLS, type CheckTarget, type MailProtocol } from '../../../shared/check.ts';
import type { Security } from '../../../shared/model.ts';
import { whyNoServer, withoutBrackets } from '../../../shared/server-names.ts';

/** What was typed, each part on its own. */
export interface TypedTarget {
  /** `[imap|smtp|pop3://]HOST[:PORT]`; an IPv6 address stands in brackets, or alone. */
  readonly server: string;
  readonly starttls: boolean;
  readonly servername: string | null;
}

export type ParsedTarget =
  | { readonly kind: 'target'; readonly target: CheckTarget }
  | {
      readonly kind: 'wrong';
      readonly field: 'host' | 'servername';
      readonly message: string;
    };

/** RFC 8314 and the registry of IANA. */
const PORTS: Readonly<Record<number, readonly [MailProtocol, Security]>> = {
  993: ['imap', 'tls'],
  143: ['imap', 'starttls'],
  465: ['smtp', 'tls'],
  587: ['smtp', 'starttls'],
  25: ['smtp', 'starttls'],
  995: ['pop3', 'tls'],
  110: ['pop3', 'starttls'],
};

const MAX_PORT = 65_535;

/** Reads what was typed; what is left out is implied by the port, else it is IMAP over TLS. */
export function parseTarget({ server, starttls, servername }: TypedTarget): ParsedTarget {
  const scheme = /^([a-z0-9+.-]+):\/\//i.exec(server.trim());
  const rest = server.trim().slice(scheme?.[0].length ?? 0);
  const schemeName = scheme?.[1]?.toLowerCase() ?? null;
  const named = MAIL_PROTOCOLS.find((name) => name === schemeName) ?? null;
  if (schemeName !== null && named === null)
    return wrong('host', `"${schemeName}://" cannot be checked; use imap://, smtp:// or pop3://.`);

  const parts =
    /^(\[.*\])(?::(\d+))?$/.exec(rest) ??
    /^(.*:.*:.*)()$/.exec(rest) ??
    /^([^:]*)(?::(\d+))?$/.exec(rest);
  if (parts === null)
    return wrong(
      'host',
      `"${server}" is not a server. Give a name or an address, such as imap.example.org:993.`,
    );
  const [, host = '', typedPort] = parts;
  const why = whyNoServer(host);
  if (why !== null) return wrong('host', why);
  const port =
    typedPort === undefined || typedPort === '' ? defaultPort(named, starttls) : Number(typedPort);
  if (!Number.isInteger(port) || port < 1 || port > MAX_PORT)
    return wrong('host', `A port is a number from 1 to ${MAX_PORT}, not ${typedPort ?? ''}.`);
  const expected = servername === null || servername.trim() === '' ? null : servername.trim();
  const whyNot = expected === null ? null : whyNoServer(expected);
  if (whyNot !== null) return wrong('servername', whyNot);

  const [usual, security] = PORTS[port] ?? ['imap', 'tls'];
  const protocol = named ?? usual;
  return {
    kind: 'target',
    target: {
      protocol,
      host: withoutBrackets(host),
      port,
      security: starttls ? 'starttls' : security,
      servername: expected === null ? null : withoutBrackets(expected),
    },
  };
}

function defaultPort(protocol: MailProtocol | null, starttls: boolean): number {
  switch (protocol) {
    case 'smtp':
      return starttls ? 587 : 465;
    case 'pop3':
      return starttls ? 110 : 995;
    case 'imap':
    case null:
      return starttls ? 143 : 993;
  }
}

function wrong(field: 'host' | 'servername', message: string): ParsedTarget {
  return { kind: 'wrong', field, message };
}
