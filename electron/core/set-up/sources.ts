/** The places that are asked about a domain. Each is told the domain, none of them the address. */
import type { SrvRecord } from 'node:dns';
import type { DomainSource } from '../../../shared/set-up.ts';
import { normalName } from '../tls/index.ts';
import type { MailAddress } from './address.ts';
import type { Names } from './names.ts';
import { readPaccFile } from './pacc.ts';
import { readSettingsFile } from './settings-file.ts';
import { readStatement, type StatedServer } from './stated.ts';

/** What a source is asked with. */
export interface Asking {
  readonly address: MailAddress;
  /** `null` where a proxy looks names up: then the DNS is not asked from here. */
  readonly names: Promise<Names | null>;
  /** The file at a host and path; `null` where there is none. */
  readonly file: (host: string, path: string) => Promise<Uint8Array | null>;
}

/** One place to ask. */
interface Source {
  /** The host or domain whose word it is. */
  readonly by: (domain: string) => string;
  readonly ask: (domain: string, asking: Asking) => Promise<StatedServer | null>;
}

const SOURCES: Readonly<Record<DomainSource, Source>> = {
  autoconfig: settingsFile(
    (domain) => `autoconfig.${domain}`,
    () => '/mail/config-v1.1.xml',
  ),
  'well-known': settingsFile(
    (domain) => domain,
    () => '/.well-known/autoconfig/mail/config-v1.1.xml',
  ),
  // Thunderbird's list of providers, which answers any program.
  ispdb: settingsFile(
    () => 'autoconfig.thunderbird.net',
    (domain) => `/v1.1/${domain}`,
  ),
  pacc: {
    by: (domain) => `ua-auto-config.${domain}`,
    ask: async (domain, { names: asked, file, address }) => {
      const names = await asked;
      // Its digest in the DNS is half of it.
      if (names === null) return null;
      const records = await names.txt(`_ua-auto-config.${domain}`);
      if (records.length === 0) return null;
      const bytes = await file(
        `ua-auto-config.${domain}`,
        '/.well-known/user-agent-configuration.json',
      );
      return bytes === null ? null : readPaccFile(bytes, records, address);
    },
  },
  srv: {
    by: (domain) => domain,
    ask: async (domain, { names: asked, address }) => {
      const names = await asked;
      if (names === null) return null;
      const [tls, startTls] = await Promise.all([
        names.srv(`_imaps._tcp.${domain}`),
        names.srv(`_imap._tcp.${domain}`),
      ]);
      // RFC 8314 section 5.1: TLS from the start, where there is both.
      return readRecords(tls, 'tls', address) ?? readRecords(startTls, 'starttls', address);
    },
  },
};

/** An answer of one of the places, and whose word it is. */
export interface Answer {
  readonly server: StatedServer;
  readonly by: string;
}

/** Asks `source` about `domain`; `null` where it knows nothing of it. Rejects where it is not reached. */
export async function askSource(
  source: DomainSource,
  domain: string,
  asking: Asking,
): Promise<Answer | null> {
  const { by, ask } = SOURCES[source];
  const server = await ask(domain, asking);
  return server === null ? null : { server, by: by(domain) };
}

/**
 * The name of the server that takes a domain's mail before others do; `null` where none does.
 * RFC 7505: a lone `.` says that there is no mail.
 */
export async function firstExchanger(domain: string, names: Names): Promise<string | null> {
  const records = await names.mx(domain);
  const [first] = records.toSorted(
    (a, b) => a.priority - b.priority || (a.exchange < b.exchange ? -1 : 1),
  );
  // In the DNS a name may hold anything, such as a path: it becomes part of what is asked for.
  return normalName(first?.exchange ?? '');
}

/**
 * RFC 6186: the lowest priority number; of equal ones the greatest weight, where a client that connects
 * once would draw lots: these settings stay. A lone `.` says that there is no such service.
 */
function readRecords(
  records: readonly SrvRecord[],
  security: 'tls' | 'starttls',
  address: MailAddress,
): StatedServer | null {
  const [first] = records.toSorted((a, b) => a.priority - b.priority || b.weight - a.weight);
  if (first === undefined) return null;
  return readStatement(
    {
      host: first.name,
      port: String(first.port),
      security,
      user: '%EMAILADDRESS%',
      takesPasswords: true,
      issuer: '',
    },
    address,
  );
}

function settingsFile(by: Source['by'], path: (domain: string) => string): Source {
  return {
    by,
    ask: async (domain, { file, address }) => {
      const bytes = await file(by(domain), path(domain));
      return bytes === null ? null : readSettingsFile(bytes, address);
    },
  };
}
