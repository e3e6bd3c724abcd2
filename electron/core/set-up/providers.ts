/** Reprise's own list: providers that many people are with, and the settings that they publish. */
import type { Provider } from '../../../shared/set-up.ts';
import type { Security } from '../../../shared/model.ts';

/** What the list holds of a provider. */
export interface KnownProvider extends Provider {
  /** Of addresses. */
  readonly domains: readonly string[];
  /** Where the mail of other domains that are kept there is taken: those hosts and all below them. */
  readonly exchangers: readonly string[];
  readonly host: string;
  readonly port: number;
  readonly security: Security;
  readonly user: 'address' | 'local part';
}

/** What most have in common. */
const usual = {
  domains: [],
  exchangers: [],
  port: 993,
  security: 'tls',
  user: 'address',
  passwords: 'account',
  hint: null,
  helpUrl: null,
} as const satisfies Partial<KnownProvider>;

const MICROSOFT = {
  ...usual,
  host: 'outlook.office365.com',
  passwords: 'none',
  helpUrl:
    'https://support.microsoft.com/office/pop-imap-and-smtp-settings-for-outlook-com-d088b986-291d-42b8-9564-9c414e2aa040',
} as const;
const MICROSOFT_365_HINT =
  'Microsoft 365 takes no passwords over IMAP any more, app passwords included: only Microsoft’s own sign-in (OAuth), which Reprise cannot do yet. Until then, forward its mail to an account that takes a password, or run a bridge on this computer that signs in for you, such as DavMail or email-oauth2-proxy, and set that up manually.';
const GOOGLE = {
  ...usual,
  host: 'imap.gmail.com',
  passwords: 'app',
  helpUrl: 'https://support.google.com/accounts/answer/185833',
} as const;
const APPLE = {
  ...usual,
  host: 'imap.mail.me.com',
  passwords: 'app',
  helpUrl: 'https://support.apple.com/102654',
} as const;
const GMX = { ...usual, name: 'GMX' } as const;
const GMX_HINT =
  'Allow access by IMAP first, in GMX’s settings under POP3/IMAP. With two-factor sign-in GMX wants an application-specific password.';
const ZOHO = {
  ...usual,
  name: 'Zoho Mail',
  hint: 'Allow IMAP first, in Zoho’s settings under Mail accounts. With two-factor sign-in Zoho wants an application-specific password.',
  helpUrl: 'https://www.zoho.com/mail/help/imap-access.html',
} as const;
const IONOS = { ...usual, name: 'IONOS' } as const;
const YANDEX = {
  ...usual,
  name: 'Yandex Mail',
  passwords: 'app',
  hint: 'Allow IMAP first, in Yandex’s settings under Email clients, and make an app password for mail. Your normal password is refused.',
} as const;
const AUTHORIZATION_CODE =
  'Allow IMAP first, in the settings on the web; the provider then shows an authorization code, which is the password here. Your normal password is refused.';

/**
 * Server names and ports as the providers publish them; `helpUrl` is where. Nothing of it is copied from
 * Thunderbird's list, which is under the MPL and is asked over the network. A provider that has several
 * servers is there several times.
 */
export const PROVIDERS: readonly KnownProvider[] = [
  {
    ...GOOGLE,
    name: 'Gmail',
    domains: ['gmail.com', 'googlemail.com'],
    hint: 'Gmail wants an app password, which needs 2-Step Verification. Your normal password is refused.',
  },
  {
    ...GOOGLE,
    name: 'Google Workspace',
    exchangers: ['google.com', 'googlemail.com', 'smtp.goog'],
    hint: 'Google wants an app password, which needs 2-Step Verification and the consent of whoever runs the domain. Your normal password is refused.',
  },
  {
    ...MICROSOFT,
    name: 'Outlook',
    domains: [
      'outlook.com',
      'hotmail.com',
      'live.com',
      'msn.com',
      'passport.com',
      'windowslive.com',
      'outlook.at',
      'outlook.be',
      'outlook.cl',
      'outlook.co.th',
      'outlook.co.id',
      'outlook.com.ar',
      'outlook.com.au',
      'outlook.com.br',
      'outlook.com.gr',
      'outlook.com.tr',
      'outlook.com.vn',
      'outlook.cz',
      'outlook.de',
      'outlook.dk',
      'outlook.es',
      'outlook.fr',
      'outlook.hu',
      'outlook.ie',
      'outlook.in',
      'outlook.it',
      'outlook.jp',
      'outlook.kr',
      'outlook.lv',
      'outlook.my',
      'outlook.ph',
      'outlook.pt',
      'outlook.sa',
      'outlook.sg',
      'outlook.sk',
      'hotmail.be',
      'hotmail.ca',
      'hotmail.ch',
      'hotmail.cl',
      'hotmail.co.jp',
      'hotmail.co.kr',
      'hotmail.co.nz',
      'hotmail.co.th',
      'hotmail.co.uk',
      'hotmail.co.za',
      'hotmail.com.ar',
      'hotmail.com.au',
      'hotmail.com.br',
      'hotmail.com.hk',
      'hotmail.com.tr',
      'hotmail.com.tw',
      'hotmail.de',
      'hotmail.dk',
      'hotmail.es',
      'hotmail.fi',
      'hotmail.fr',
      'hotmail.gr',
      'hotmail.it',
      'hotmail.nl',
      'hotmail.no',
      'hotmail.se',
      'live.at',
      'live.be',
      'live.ca',
      'live.cl',
      'live.cn',
      'live.co.kr',
      'live.co.uk',
      'live.co.za',
      'live.com.ar',
      'live.com.au',
      'live.com.mx',
      'live.com.my',
      'live.com.pt',
      'live.com.sg',
      'live.de',
      'live.dk',
      'live.fi',
      'live.fr',
      'live.hk',
      'live.ie',
      'live.in',
      'live.it',
      'live.jp',
      'live.nl',
      'live.no',
      'live.ru',
      'live.se',
    ],
    hint: 'Outlook.com takes no passwords over IMAP any more, app passwords included: only Microsoft’s own sign-in (OAuth), which Reprise cannot do yet. Until then, forward its mail to an account that takes a password, or run a bridge on this computer that signs in for you, such as DavMail or email-oauth2-proxy, and set that up manually.',
  },
  {
    ...MICROSOFT,
    name: 'Microsoft 365',
    exchangers: ['mail.protection.outlook.com', 'mx.microsoft'],
    hint: MICROSOFT_365_HINT,
  },
  {
    ...MICROSOFT,
    name: 'Microsoft 365 Government',
    exchangers: ['mail.protection.office365.us'],
    host: 'outlook.office365.us',
    hint: MICROSOFT_365_HINT,
  },
  {
    ...MICROSOFT,
    name: 'Microsoft 365 by 21Vianet',
    exchangers: ['mail.protection.partner.outlook.cn'],
    host: 'partner.outlook.cn',
    hint: MICROSOFT_365_HINT,
  },
  {
    ...usual,
    name: 'Yahoo Mail',
    domains: [
      'yahoo.com',
      'yahoo.ca',
      'yahoo.cl',
      'yahoo.co.id',
      'yahoo.co.il',
      'yahoo.co.in',
      'yahoo.co.kr',
      'yahoo.co.nz',
      'yahoo.co.th',
      'yahoo.co.uk',
      'yahoo.co.za',
      'yahoo.com.ar',
      'yahoo.com.au',
      'yahoo.com.br',
      'yahoo.com.co',
      'yahoo.com.hk',
      'yahoo.com.mx',
      'yahoo.com.my',
      'yahoo.com.pe',
      'yahoo.com.ph',
      'yahoo.com.sg',
      'yahoo.com.tr',
      'yahoo.com.tw',
      'yahoo.com.ve',
      'yahoo.com.vn',
      'yahoo.de',
      'yahoo.dk',
      'yahoo.es',
      'yahoo.fi',
      'yahoo.fr',
      'yahoo.gr',
      'yahoo.hu',
      'yahoo.ie',
      'yahoo.in',
      'yahoo.it',
      'yahoo.nl',
      'yahoo.no',
      'yahoo.pl',
      'yahoo.pt',
      'yahoo.ro',
      'yahoo.se',
      'ymail.com',
      'rocketmail.com',
      'myyahoo.com',
    ],
    host: 'imap.mail.yahoo.com',
    passwords: 'app',
    hint: 'Yahoo wants an app password: make one under Account security. Your normal password is refused.',
    helpUrl: 'https://help.yahoo.com/kb/SLN15241.html',
  },
  {
    ...usual,
    name: 'AOL Mail',
    domains: ['aol.com', 'aol.co.uk', 'aol.de', 'aol.fr', 'aim.com', 'verizon.net'],
    host: 'imap.aol.com',
    passwords: 'app',
    hint: 'AOL wants an app password: make one under Account security. Your normal password is refused.',
  },
  {
    ...usual,
    name: 'AT&T',
    domains: [
      'att.net',
      'ameritech.net',
      'bellsouth.net',
      'flash.net',
      'nvbell.net',
      'pacbell.net',
      'prodigy.net',
      'sbcglobal.net',
      'snet.net',
      'swbell.net',
      'wans.net',
    ],
    host: 'imap.mail.att.net',
    passwords: 'app',
    hint: 'AT&T wants a secure mail key, which its account page makes. Your normal password is refused.',
  },
  {
    ...APPLE,
    name: 'iCloud Mail',
    domains: ['icloud.com', 'me.com', 'mac.com'],
    user: 'local part',
    hint: 'iCloud wants an app-specific password. Its user name is the part before the @; if that is refused, try the whole address.',
  },
  {
    ...APPLE,
    name: 'iCloud Mail',
    exchangers: ['mail.icloud.com'],
    hint: 'iCloud wants an app-specific password, and as user name the part before the @ of your own @icloud.com address, not that of this domain.',
  },
  {
    ...usual,
    name: 'Fastmail',
    domains: [
      'fastmail.com',
      'fastmail.fm',
      'fastmail.net',
      'fastmail.org',
      'fastmail.us',
      'fastmail.co.uk',
      'fastmail.de',
      'fastmail.es',
      'fastmail.in',
      'fastmail.jp',
      'fastmail.mx',
      'fastmail.nl',
      'fastmail.se',
      'fastmail.to',
      'fastmail.uk',
      'eml.cc',
      'sent.com',
    ],
    exchangers: ['messagingengine.com'],
    host: 'imap.fastmail.com',
    passwords: 'app',
    hint: 'Fastmail wants an app password with access to mail (IMAP). Your normal password is refused.',
    helpUrl: 'https://www.fastmail.help/hc/en-us/articles/360058752854',
  },
  {
    ...GMX,
    domains: ['gmx.net', 'gmx.de', 'gmx.at', 'gmx.ch', 'gmx.eu', 'gmx.org', 'gmx.info'],
    host: 'imap.gmx.net',
    hint: GMX_HINT,
    helpUrl: 'https://hilfe.gmx.net/pop-imap/imap/index.html',
  },
  {
    ...GMX,
    domains: ['gmx.com', 'gmx.us', 'gmx.co.uk', 'gmx.fr', 'gmx.es'],
    host: 'imap.gmx.com',
    hint: GMX_HINT,
    helpUrl: 'https://support.gmx.com/pop-imap/imap/imap.html',
  },
  {
    ...usual,
    name: 'WEB.DE',
    domains: ['web.de'],
    host: 'imap.web.de',
    hint: 'Allow access by IMAP first, in WEB.DE’s settings under POP3/IMAP. With two-factor sign-in WEB.DE wants an application-specific password.',
  },
  {
    ...usual,
    name: 'mail.com',
    domains: ['mail.com', 'email.com'],
    host: 'imap.mail.com',
    hint: 'IMAP is part of mail.com’s paid plans, and has to be allowed in its settings.',
  },
  {
    ...ZOHO,
    domains: ['zoho.com', 'zohomail.com'],
    host: 'imap.zoho.com',
  },
  {
    ...ZOHO,
    domains: ['zoho.eu', 'zohomail.eu'],
    host: 'imap.zoho.eu',
  },
  {
    ...ZOHO,
    domains: ['zoho.in', 'zohomail.in'],
    host: 'imap.zoho.in',
  },
  {
    ...ZOHO,
    exchangers: ['zoho.com', 'zohomail.com'],
    host: 'imappro.zoho.com',
  },
  {
    ...ZOHO,
    exchangers: ['zoho.eu'],
    host: 'imappro.zoho.eu',
  },
  {
    ...ZOHO,
    exchangers: ['zoho.in'],
    host: 'imappro.zoho.in',
  },
  {
    ...usual,
    name: 'mailbox.org',
    domains: ['mailbox.org'],
    exchangers: ['mailbox.org'],
    host: 'imap.mailbox.org',
    hint: 'With two-factor sign-in mailbox.org wants an application password: All settings, Security.',
    helpUrl: 'https://kb.mailbox.org/en/private/e-mail/e-mail-configuration',
  },
  {
    ...usual,
    name: 'Posteo',
    domains: [
      'posteo.de',
      'posteo.net',
      'posteo.org',
      'posteo.eu',
      'posteo.at',
      'posteo.ch',
      'posteo.us',
      'posteo.co',
      'posteo.be',
    ],
    host: 'posteo.de',
  },
  {
    ...usual,
    name: 'T-Online',
    domains: ['t-online.de', 'magenta.de'],
    host: 'secureimap.t-online.de',
    passwords: 'app',
    hint: 'Telekom wants the password for mail programs, which is set in its customer centre. That of the customer account is refused.',
  },
  {
    ...usual,
    name: 'freenet',
    domains: ['freenet.de'],
    host: 'mx.freenet.de',
    hint: 'Allow IMAP first, in freenet’s settings on the web.',
  },
  {
    ...IONOS,
    exchangers: ['ionos.de', 'kundenserver.de'],
    host: 'imap.ionos.de',
  },
  {
    ...IONOS,
    exchangers: ['ionos.com', '1and1.com'],
    host: 'imap.ionos.com',
  },
  {
    ...IONOS,
    exchangers: ['ionos.co.uk', '1and1.co.uk'],
    host: 'imap.ionos.co.uk',
  },
  {
    ...IONOS,
    exchangers: ['ionos.fr', '1and1.fr'],
    host: 'imap.ionos.fr',
  },
  {
    ...IONOS,
    exchangers: ['ionos.es', '1and1.es'],
    host: 'imap.ionos.es',
  },
  {
    ...IONOS,
    exchangers: ['ionos.it', '1and1.it'],
    host: 'imap.ionos.it',
  },
  {
    ...usual,
    name: 'STRATO',
    exchangers: ['rzone.de'],
    host: 'imap.strato.de',
  },
  {
    ...usual,
    name: 'Proton Mail',
    domains: ['proton.me', 'protonmail.com', 'protonmail.ch', 'pm.me'],
    exchangers: ['protonmail.ch'],
    host: '127.0.0.1',
    port: 1143,
    security: 'starttls',
    passwords: 'app',
    hint: 'Proton is reached through Proton Mail Bridge on this computer: it shows the password to use here and its port, and its certificate has to be trusted once.',
    helpUrl: 'https://proton.me/mail/bridge',
  },
  {
    ...usual,
    name: 'Mailfence',
    domains: ['mailfence.com'],
    exchangers: ['mailfence.com'],
    host: 'imap.mailfence.com',
  },
  {
    ...usual,
    name: 'StartMail',
    domains: ['startmail.com'],
    exchangers: ['startmail.com'],
    host: 'imap.startmail.com',
    passwords: 'app',
    hint: 'StartMail wants a password for this device, which its settings make under IMAP.',
  },
  {
    ...usual,
    name: 'Runbox',
    domains: ['runbox.com'],
    exchangers: ['runbox.com'],
    host: 'mail.runbox.com',
  },
  {
    ...usual,
    name: 'Kolab Now',
    domains: ['kolabnow.com'],
    exchangers: ['kolabnow.com'],
    host: 'imap.kolabnow.com',
  },
  {
    ...usual,
    name: 'Disroot',
    domains: ['disroot.org'],
    exchangers: ['disroot.org'],
    host: 'disroot.org',
    user: 'local part',
  },
  {
    ...usual,
    name: 'Riseup',
    domains: ['riseup.net'],
    host: 'mail.riseup.net',
    user: 'local part',
  },
  {
    ...usual,
    name: 'Migadu',
    exchangers: ['migadu.com'],
    host: 'imap.migadu.com',
  },
  {
    ...usual,
    name: 'Purelymail',
    exchangers: ['purelymail.com'],
    host: 'imap.purelymail.com',
  },
  {
    ...usual,
    name: 'Soverin',
    exchangers: ['soverin.net'],
    host: 'imap.soverin.net',
  },
  {
    ...usual,
    name: 'Infomaniak',
    domains: ['ik.me', 'ikmail.com', 'etik.com'],
    exchangers: ['infomaniak.ch', 'infomaniak.com'],
    host: 'imap.infomaniak.com',
    hint: 'Infomaniak wants a password for this device, or the one of the mail address, not that of the Infomaniak account.',
  },
  {
    ...usual,
    name: 'Gandi',
    exchangers: ['mail.gandi.net'],
    host: 'mail.gandi.net',
  },
  {
    ...usual,
    name: 'OVHcloud',
    exchangers: [
      'mx0.mail.ovh.net',
      'mx1.mail.ovh.net',
      'mx2.mail.ovh.net',
      'mx3.mail.ovh.net',
      'mx4.mail.ovh.net',
    ],
    host: 'ssl0.ovh.net',
  },
  {
    ...usual,
    name: 'Hostinger',
    exchangers: ['mx1.hostinger.com', 'mx2.hostinger.com'],
    host: 'imap.hostinger.com',
  },
  {
    ...usual,
    name: 'Private Email',
    exchangers: ['privateemail.com'],
    host: 'mail.privateemail.com',
  },
  {
    ...usual,
    name: 'Rackspace Email',
    exchangers: ['emailsrvr.com'],
    host: 'secure.emailsrvr.com',
  },
  {
    ...usual,
    name: 'GoDaddy',
    exchangers: ['smtp.secureserver.net', 'mailstore1.secureserver.net'],
    host: 'imap.secureserver.net',
  },
  {
    ...usual,
    name: 'Titan',
    exchangers: ['titan.email'],
    host: 'imap.titan.email',
    hint: 'Allow other mail programs first, in Titan’s settings.',
  },
  {
    ...usual,
    name: 'Aruba',
    domains: ['aruba.it'],
    exchangers: ['mx.aruba.it'],
    host: 'imaps.aruba.it',
  },
  {
    ...usual,
    name: 'Orange',
    domains: ['orange.fr', 'wanadoo.fr'],
    host: 'imap.orange.fr',
    hint: 'Allow other mail programs first, in Orange’s mail settings.',
  },
  {
    ...usual,
    name: 'Free',
    domains: ['free.fr'],
    host: 'imap.free.fr',
    user: 'local part',
  },
  {
    ...usual,
    name: 'SFR',
    domains: ['sfr.fr', 'neuf.fr', 'cegetel.net', 'club-internet.fr'],
    host: 'imap.sfr.fr',
  },
  {
    ...usual,
    name: 'La Poste',
    domains: ['laposte.net'],
    host: 'imap.laposte.net',
  },
  {
    ...usual,
    name: 'Libero',
    domains: ['libero.it', 'iol.it', 'inwind.it', 'blu.it', 'giallo.it'],
    host: 'imapmail.libero.it',
  },
  {
    ...usual,
    name: 'Virgilio',
    domains: ['virgilio.it'],
    host: 'in.virgilio.it',
  },
  {
    ...usual,
    name: 'Tiscali',
    domains: ['tiscali.it'],
    host: 'imap.tiscali.it',
  },
  {
    ...usual,
    name: 'Seznam',
    domains: ['seznam.cz', 'email.cz', 'post.cz', 'spoluzaci.cz'],
    exchangers: ['seznam.cz'],
    host: 'imap.seznam.cz',
    hint: 'Allow IMAP first, in Seznam’s mail settings. With two-factor sign-in Seznam wants a password for this program.',
  },
  {
    ...usual,
    name: 'Centrum',
    domains: ['centrum.cz', 'atlas.cz', 'volny.cz'],
    host: 'imap.centrum.cz',
  },
  {
    ...usual,
    name: 'WP',
    domains: ['wp.pl'],
    host: 'imap.wp.pl',
    hint: 'Allow IMAP first, in WP’s mail settings.',
  },
  {
    ...usual,
    name: 'o2.pl',
    domains: ['o2.pl', 'tlen.pl'],
    host: 'poczta.o2.pl',
    hint: 'Allow IMAP first, in o2’s mail settings.',
  },
  {
    ...usual,
    name: 'Onet',
    domains: ['onet.pl', 'onet.eu', 'op.pl', 'vp.pl', 'poczta.onet.pl', 'poczta.onet.eu'],
    host: 'imap.poczta.onet.pl',
  },
  {
    ...usual,
    name: 'Interia',
    domains: ['interia.pl', 'interia.eu', 'poczta.fm'],
    host: 'poczta.interia.pl',
  },
  {
    ...usual,
    name: 'Mail.ru',
    domains: ['mail.ru', 'inbox.ru', 'list.ru', 'bk.ru', 'internet.ru', 'xmail.ru'],
    exchangers: ['emx.mail.ru'],
    host: 'imap.mail.ru',
    passwords: 'app',
    hint: 'Mail.ru wants a password for this program: make one under Security. Your normal password is refused.',
  },
  {
    ...YANDEX,
    domains: ['yandex.ru', 'ya.ru', 'yandex.by', 'yandex.kz', 'yandex.ua', 'narod.ru'],
    exchangers: ['yandex.ru'],
    host: 'imap.yandex.ru',
  },
  {
    ...YANDEX,
    domains: ['yandex.com', 'yandex.com.tr'],
    exchangers: ['yandex.net'],
    host: 'imap.yandex.com',
  },
  {
    ...usual,
    name: 'Rambler',
    domains: ['rambler.ru', 'lenta.ru', 'myrambler.ru', 'autorambler.ru', 'ro.ru'],
    host: 'imap.rambler.ru',
    hint: 'Allow other mail programs first, in Rambler’s mail settings.',
  },
  {
    ...usual,
    name: 'UKR.NET',
    domains: ['ukr.net'],
    host: 'imap.ukr.net',
    passwords: 'app',
    hint: 'UKR.NET wants a password for this program, which its settings make where IMAP is allowed.',
  },
  {
    ...usual,
    name: 'ABV',
    domains: ['abv.bg'],
    host: 'imap.abv.bg',
  },
  {
    ...usual,
    name: 'Bluewin',
    domains: ['bluewin.ch'],
    host: 'imaps.bluewin.ch',
  },
  {
    ...usual,
    name: 'KPN',
    domains: ['kpnmail.nl', 'planet.nl', 'hetnet.nl'],
    host: 'imap.kpnmail.nl',
  },
  {
    ...usual,
    name: 'Ziggo',
    domains: ['ziggo.nl'],
    host: 'imap.ziggo.nl',
  },
  {
    ...usual,
    name: 'Telenet',
    domains: ['telenet.be'],
    host: 'imap.telenet.be',
  },
  {
    ...usual,
    name: 'Virgin Media',
    domains: ['virginmedia.com', 'ntlworld.com', 'blueyonder.co.uk'],
    host: 'imap.virginmedia.com',
  },
  {
    ...usual,
    name: 'BT',
    domains: ['btinternet.com', 'btopenworld.com'],
    host: 'mail.btinternet.com',
  },
  {
    ...usual,
    name: 'Comcast',
    domains: ['comcast.net'],
    host: 'imap.comcast.net',
    hint: 'Allow access by other programs first, in Xfinity’s mail settings under Security. An account that has moved to Yahoo Mail is at imap.mail.yahoo.com, with an app password.',
  },
  {
    ...usual,
    name: 'UOL',
    domains: ['uol.com.br'],
    host: 'imap.uol.com.br',
  },
  {
    ...usual,
    name: 'Terra',
    domains: ['terra.com.br'],
    host: 'imap.terra.com.br',
  },
  {
    ...usual,
    name: 'NAVER',
    domains: ['naver.com'],
    host: 'imap.naver.com',
    hint: 'Allow IMAP first, in NAVER’s mail settings. With two-factor sign-in NAVER wants an application password.',
  },
  {
    ...usual,
    name: 'Daum',
    domains: ['daum.net', 'hanmail.net'],
    host: 'imap.daum.net',
    user: 'local part',
    hint: 'Allow IMAP first, in Daum’s mail settings.',
  },
  {
    ...usual,
    name: 'QQ Mail',
    domains: ['qq.com', 'foxmail.com'],
    host: 'imap.qq.com',
    passwords: 'app',
    hint: AUTHORIZATION_CODE,
  },
  {
    ...usual,
    name: '163 Mail',
    domains: ['163.com'],
    host: 'imap.163.com',
    passwords: 'app',
    hint: AUTHORIZATION_CODE,
  },
  {
    ...usual,
    name: '126 Mail',
    domains: ['126.com'],
    host: 'imap.126.com',
    passwords: 'app',
    hint: AUTHORIZATION_CODE,
  },
];

const byDomain: ReadonlyMap<string, KnownProvider> = new Map(
  PROVIDERS.flatMap((provider) => provider.domains.map((domain) => [domain, provider] as const)),
);

/** Of providers whose mail no program can read by IMAP, by the domains of their addresses. */
const WITHOUT_IMAP: ReadonlyMap<string, string> = new Map([
  ...['tuta.com', 'tuta.io', 'tutanota.com', 'tutanota.de', 'tutamail.com', 'keemail.me'].map(
    (domain) => [domain, 'Tuta'] as const,
  ),
  ['hey.com', 'HEY'],
]);

/** The provider whose addresses end with this domain, in ASCII; `null` where it is not in the list. */
export function providerOfDomain(domain: string): KnownProvider | null {
  return byDomain.get(domain) ?? null;
}

/** The name of the provider, where it offers no IMAP; `null` where that is not known. */
export function withoutImap(domain: string): string | null {
  return WITHOUT_IMAP.get(domain) ?? null;
}

/** The provider that keeps the mail of a domain whose first MX is this host; `null` where that is not known. */
export function providerOfExchanger(host: string): KnownProvider | null {
  const isBelow = (suffix: string): boolean => host === suffix || host.endsWith(`.${suffix}`);
  return PROVIDERS.find(({ exchangers }) => exchangers.some(isBelow)) ?? null;
}

/** The provider whose server this is; `null` where it is not in the list. */
export function providerOfServer(host: string): KnownProvider | null {
  return PROVIDERS.find((provider) => provider.host === host) ?? null;
}

/** Every {@link Provider.helpUrl}: the only pages that the interface may have opened. */
export const helpLinks: ReadonlySet<string> = new Set(
  PROVIDERS.flatMap(({ helpUrl }) => (helpUrl === null ? [] : [helpUrl])),
);
