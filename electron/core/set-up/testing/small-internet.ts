/** For tests: DNS and https for a few domains, on loopback, with an authority of their own. */
import type { Answer } from 'dns-packet';
import { createAuthority } from '../../demo/certificates.ts';
import type { Internet } from '../find.ts';
import { DnsServer, type ZoneEntry } from './dns-server.ts';
import { WebServer, type Page } from './web-server.ts';

/** What there is. */
export interface SmallWorld {
  /** By `HOST/PATH`; each host is at 127.0.0.1 if the zone says nothing else. */
  readonly pages?: Readonly<Record<string, Page>>;
  /** By `TYPE name`, see {@link DnsServer.start}. */
  readonly zone?: Readonly<Record<string, ZoneEntry>>;
  /** Hosts of the certificate besides those of the pages. */
  readonly hosts?: readonly string[];
  readonly isPublic?: (address: string) => boolean;
  /** An authority besides its own, as PEM. */
  readonly alsoTrusted?: string;
}

/** It, running; ends with the test. */
export interface SmallInternet extends AsyncDisposable {
  readonly internet: Internet;
  readonly dns: DnsServer;
  readonly web: WebServer;
}

export async function startInternet({
  pages = {},
  zone = {},
  hosts = [],
  isPublic = () => true,
  alsoTrusted = '',
}: SmallWorld): Promise<SmallInternet> {
  const named = [...new Set([...Object.keys(pages).map(hostOfPage), ...hosts])];
  const authority = await createAuthority('A small internet');
  const certificate = await authority.issue({ dnsNames: ['localhost', ...named], ipAddresses: [] });
  const web = await WebServer.start(certificate, pages);
  const dns = await DnsServer.start({
    ...Object.fromEntries(named.map((host) => [`A ${host}`, [a(host, '127.0.0.1')]])),
    ...zone,
  });
  return {
    internet: {
      dns: [dns.address],
      // There is nothing beside it.
      hosts: (host, _, done) => {
        const error = Object.assign(new Error(`no ${host}`), { code: 'ENOTFOUND' });
        // As `dns.lookup` does it: without a second argument.
        (done as (error: NodeJS.ErrnoException) => void)(error);
      },
      trust: { kind: 'ca', pem: `${authority.certPem}\n${alsoTrusted}` },
      httpsPort: web.port,
      isPublic,
    },
    dns,
    web,
    [Symbol.asyncDispose]: async () => {
      await web[Symbol.asyncDispose]();
      await dns[Symbol.asyncDispose]();
    },
  };
}

const hostOfPage = (page: string): string => page.slice(0, page.indexOf('/'));

export const a = (name: string, data: string): Answer => ({ type: 'A', name, data });
export const txt = (name: string, data: string | string[]): Answer => ({ type: 'TXT', name, data });
export const mx = (name: string, preference: number, exchange: string): Answer => ({
  type: 'MX',
  name,
  data: { preference, exchange },
});
export const srv = (
  name: string,
  target: string,
  { port = 993, priority = 0, weight = 0 } = {},
): Answer => ({ type: 'SRV', name, data: { port, priority, weight, target } });

/** A settings file with one server. */
export function settingsFile(
  host: string,
  {
    port = '993',
    socketType = 'SSL',
    username = '%EMAILADDRESS%',
    authentication = '<authentication>password-cleartext</authentication>',
  } = {},
): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1">
  <emailProvider id="example.org">
    <domain>example.org</domain>
    <displayName>Example</displayName>
    <incomingServer type="imap">
      <hostname>${host}</hostname>
      <port>${port}</port>
      <socketType>${socketType}</socketType>
      <username>${username}</username>
      ${authentication}
    </incomingServer>
    <outgoingServer type="smtp">
      <hostname>smtp.example.org</hostname>
      <port>465</port>
      <socketType>SSL</socketType>
      <username>%EMAILADDRESS%</username>
      <authentication>password-cleartext</authentication>
    </outgoingServer>
  </emailProvider>
</clientConfig>
`;
}
