/** Settings of large providers, by the domain of an address. */
import type { ProviderPreset } from '../../../shared/model.ts';
import { normalName } from '../tls/index.ts';

interface Provider extends ProviderPreset {
  readonly domains: readonly string[];
}

const implicitTls = { port: 993, security: 'tls' } as const;

/** Server names and ports as the providers publish them; `helpUrl` is where. */
const providers: readonly Provider[] = [
  {
    provider: 'Gmail',
    domains: ['gmail.com', 'googlemail.com'],
    host: 'imap.gmail.com',
    ...implicitTls,
    hint: 'Gmail wants an app password, which needs 2-Step Verification. Your normal password is refused.',
    helpUrl: 'https://support.google.com/accounts/answer/185833',
  },
  {
    provider: 'Outlook',
    domains: ['outlook.com', 'hotmail.com', 'live.com', 'msn.com'],
    host: 'outlook.office365.com',
    ...implicitTls,
    hint: 'Outlook.com no longer takes passwords over IMAP, app passwords included, only Microsoft’s own sign-in (OAuth), which Reprise cannot do. It will connect and then fail to sign in.',
    helpUrl:
      'https://support.microsoft.com/office/pop-imap-and-smtp-settings-for-outlook-com-d088b986-291d-42b8-9564-9c414e2aa040',
  },
  {
    provider: 'Yahoo Mail',
    domains: [
      'yahoo.com',
      'yahoo.co.uk',
      'yahoo.de',
      'yahoo.fr',
      'yahoo.es',
      'yahoo.it',
      'yahoo.ca',
      'yahoo.com.au',
      'yahoo.com.br',
      'yahoo.co.in',
      'yahoo.in',
      'ymail.com',
      'rocketmail.com',
    ],
    host: 'imap.mail.yahoo.com',
    ...implicitTls,
    hint: 'Yahoo wants an app password: make one under Account security. Your normal password is refused.',
    helpUrl: 'https://help.yahoo.com/kb/SLN15241.html',
  },
  {
    provider: 'iCloud Mail',
    domains: ['icloud.com', 'me.com', 'mac.com'],
    host: 'imap.mail.me.com',
    ...implicitTls,
    hint: 'iCloud wants an app-specific password. If the whole address is refused as user name, try the part before the @.',
    helpUrl: 'https://support.apple.com/102654',
  },
  {
    provider: 'Fastmail',
    domains: ['fastmail.com', 'fastmail.fm'],
    host: 'imap.fastmail.com',
    ...implicitTls,
    hint: 'Fastmail wants an app password with access to mail (IMAP). Your normal password is refused.',
    helpUrl: 'https://www.fastmail.help/hc/en-us/articles/360058752854',
  },
  {
    provider: 'GMX',
    domains: ['gmx.net', 'gmx.de', 'gmx.at', 'gmx.ch'],
    host: 'imap.gmx.net',
    ...implicitTls,
    hint: 'Allow access by IMAP first, in GMX’s settings under POP3/IMAP. With two-factor sign-in GMX wants an application-specific password.',
    helpUrl: 'https://hilfe.gmx.net/pop-imap/imap/index.html',
  },
  {
    provider: 'GMX',
    domains: ['gmx.com'],
    host: 'imap.gmx.com',
    ...implicitTls,
    hint: 'Allow access by IMAP first, in GMX’s settings under POP3 & IMAP. With two-factor sign-in GMX wants an application-specific password.',
    helpUrl: 'https://support.gmx.com/pop-imap/imap/imap.html',
  },
  {
    provider: 'Zoho Mail',
    domains: ['zoho.com', 'zohomail.com'],
    host: 'imap.zoho.com',
    ...implicitTls,
    hint: 'Allow IMAP first, in Zoho’s settings under Mail accounts. With two-factor sign-in Zoho wants an application-specific password.',
    helpUrl: 'https://www.zoho.com/mail/help/imap-access.html',
  },
  {
    provider: 'Zoho Mail',
    domains: ['zoho.eu', 'zohomail.eu'],
    host: 'imap.zoho.eu',
    ...implicitTls,
    hint: 'Allow IMAP first, in Zoho’s settings under Mail accounts. With two-factor sign-in Zoho wants an application-specific password.',
    helpUrl: 'https://www.zoho.com/mail/help/imap-access.html',
  },
  {
    provider: 'mailbox.org',
    domains: ['mailbox.org'],
    host: 'imap.mailbox.org',
    ...implicitTls,
    hint: 'With two-factor sign-in mailbox.org wants an application password: All settings, Security.',
    helpUrl: 'https://kb.mailbox.org/en/private/e-mail/e-mail-configuration',
  },
];

const byDomain: ReadonlyMap<string, ProviderPreset> = new Map(
  providers.flatMap(({ domains, ...preset }) => domains.map((domain) => [domain, preset] as const)),
);

/** The settings for an address, or `null` where its domain is not known. */
export function suggestSettings(address: string): ProviderPreset | null {
  const domain = address.slice(address.lastIndexOf('@') + 1);
  if (domain === address) return null;
  return byDomain.get(normalName(domain) ?? '') ?? null;
}

/** Every {@link ProviderPreset.helpUrl}: the only pages that the interface may have opened. */
export const helpLinks: ReadonlySet<string> = new Set(
  providers.flatMap(({ helpUrl }) => (helpUrl === null ? [] : [helpUrl])),
);
