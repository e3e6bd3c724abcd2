/** Reprise's own list: providers that many people are with, and the settings that they publish. */
import type { Provider } from '../../../shared/set-up.ts';
import type { Security } from '../../../shared/model.ts';

/** What the list holds of a provider. */
export interface KnownProvider extends Provider {
  /** Of addresses. */
  readonly domains: readonly string[];
  readonly host: string;
  readonly port: number;
  readonly security: Security;
  readonly user: 'address' | 'local part';
}

const usual = { port: 993, security: 'tls', user: 'address' } as const;

/** Server names and ports as the providers publish them; `helpUrl` is where. */
const providers: readonly KnownProvider[] = [
  {
    name: 'Gmail',
    domains: ['gmail.com', 'googlemail.com'],
    host: 'imap.gmail.com',
    ...usual,
    passwords: 'app',
    hint: 'Gmail wants an app password, which needs 2-Step Verification. Your normal password is refused.',
    helpUrl: 'https://support.google.com/accounts/answer/185833',
  },
  {
    name: 'Outlook',
    domains: ['outlook.com', 'hotmail.com', 'live.com', 'msn.com'],
    host: 'outlook.office365.com',
    ...usual,
    passwords: 'none',
    hint: 'Outlook.com takes no passwords over IMAP any more, app passwords included: only Microsoft’s own sign-in (OAuth), which Reprise cannot do yet. Until then, forward its mail to an account that takes a password, or run a bridge on this computer that signs in for you, such as DavMail or email-oauth2-proxy, and set that up manually.',
    helpUrl:
      'https://support.microsoft.com/office/pop-imap-and-smtp-settings-for-outlook-com-d088b986-291d-42b8-9564-9c414e2aa040',
  },
  {
    name: 'Yahoo Mail',
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
    ...usual,
    passwords: 'app',
    hint: 'Yahoo wants an app password: make one under Account security. Your normal password is refused.',
    helpUrl: 'https://help.yahoo.com/kb/SLN15241.html',
  },
  {
    name: 'iCloud Mail',
    domains: ['icloud.com', 'me.com', 'mac.com'],
    host: 'imap.mail.me.com',
    ...usual,
    user: 'local part',
    passwords: 'app',
    hint: 'iCloud wants an app-specific password. Its user name is the part before the @; if that is refused, try the whole address.',
    helpUrl: 'https://support.apple.com/102654',
  },
  {
    name: 'Fastmail',
    domains: ['fastmail.com', 'fastmail.fm'],
    host: 'imap.fastmail.com',
    ...usual,
    passwords: 'app',
    hint: 'Fastmail wants an app password with access to mail (IMAP). Your normal password is refused.',
    helpUrl: 'https://www.fastmail.help/hc/en-us/articles/360058752854',
  },
  {
    name: 'GMX',
    domains: ['gmx.net', 'gmx.de', 'gmx.at', 'gmx.ch'],
    host: 'imap.gmx.net',
    ...usual,
    passwords: 'account',
    hint: 'Allow access by IMAP first, in GMX’s settings under POP3/IMAP. With two-factor sign-in GMX wants an application-specific password.',
    helpUrl: 'https://hilfe.gmx.net/pop-imap/imap/index.html',
  },
  {
    name: 'GMX',
    domains: ['gmx.com'],
    host: 'imap.gmx.com',
    ...usual,
    passwords: 'account',
    hint: 'Allow access by IMAP first, in GMX’s settings under POP3 & IMAP. With two-factor sign-in GMX wants an application-specific password.',
    helpUrl: 'https://support.gmx.com/pop-imap/imap/imap.html',
  },
  {
    name: 'Zoho Mail',
    domains: ['zoho.com', 'zohomail.com'],
    host: 'imap.zoho.com',
    ...usual,
    passwords: 'account',
    hint: 'Allow IMAP first, in Zoho’s settings under Mail accounts. With two-factor sign-in Zoho wants an application-specific password.',
    helpUrl: 'https://www.zoho.com/mail/help/imap-access.html',
  },
  {
    name: 'Zoho Mail',
    domains: ['zoho.eu', 'zohomail.eu'],
    host: 'imap.zoho.eu',
    ...usual,
    passwords: 'account',
    hint: 'Allow IMAP first, in Zoho’s settings under Mail accounts. With two-factor sign-in Zoho wants an application-specific password.',
    helpUrl: 'https://www.zoho.com/mail/help/imap-access.html',
  },
  {
    name: 'mailbox.org',
    domains: ['mailbox.org'],
    host: 'imap.mailbox.org',
    ...usual,
    passwords: 'account',
    hint: 'With two-factor sign-in mailbox.org wants an application password: All settings, Security.',
    helpUrl: 'https://kb.mailbox.org/en/private/e-mail/e-mail-configuration',
  },
];

const byDomain: ReadonlyMap<string, KnownProvider> = new Map(
  providers.flatMap((provider) => provider.domains.map((domain) => [domain, provider] as const)),
);

/** The provider whose addresses end with this domain, in ASCII; `null` where it is not in the list. */
export function providerOfDomain(domain: string): KnownProvider | null {
  return byDomain.get(domain) ?? null;
}

/** Every {@link Provider.helpUrl}: the only pages that the interface may have opened. */
export const helpLinks: ReadonlySet<string> = new Set(
  providers.flatMap(({ helpUrl }) => (helpUrl === null ? [] : [helpUrl])),
);
