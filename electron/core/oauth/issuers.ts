/** What is known of authorization servers: the big providers' ways, and the rules for all others. Pure. */
import type { ServerMetadata } from 'openid-client';
import { RepriseError } from '../../../shared/errors.ts';
import { METADATA_PATH } from '../../../shared/oauth.ts';
import { isForeign } from '../set-up/index.ts';
import { normalName } from '../tls/index.ts';

/** How an issuer is signed in with. */
export interface Issuer {
  /** As it names itself, an https URL. */
  readonly issuer: string;
  /** For people. */
  readonly name: string;
  /** Its endpoints; `null` where it has to be asked for them. */
  readonly metadata: ServerMetadata | null;
  /** Under which of its names the loopback is registered as a redirect URI, with any port. */
  readonly loopback: '127.0.0.1' | 'localhost';
  /** `null` for those of its metadata that are about mail. */
  readonly scopes: readonly string[] | null;
  /** Without this one of them nothing is opened, whatever else was allowed. */
  readonly neededScope: string | null;
  /** What else the authorization endpoint is asked with. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** One of the list, and whose servers it is vouched for by. */
interface KnownIssuer extends Issuer {
  /** Registrable domains of its mail servers. */
  readonly servers: readonly string[];
}

const usual = {
  loopback: '127.0.0.1',
  neededScope: null,
  parameters: {},
} as const satisfies Partial<Issuer>;

// developers.google.com/identity/protocols/oauth2/native-app
const GOOGLE: KnownIssuer = {
  ...usual,
  issuer: 'https://accounts.google.com',
  name: 'Google',
  servers: ['gmail.com', 'googlemail.com', 'google.com'],
  metadata: {
    issuer: 'https://accounts.google.com',
    authorization_endpoint: 'https://accounts.google.com/o/oauth2/v2/auth',
    token_endpoint: 'https://oauth2.googleapis.com/token',
    revocation_endpoint: 'https://oauth2.googleapis.com/revoke',
  },
  // The latter two for an ID token, which says who has signed in.
  scopes: ['https://mail.google.com/', 'openid', 'email'],
  neededScope: 'https://mail.google.com/',
  // Otherwise a second consent brings no refresh token.
  parameters: { access_type: 'offline', prompt: 'consent' },
};

const FASTMAIL: KnownIssuer = {
  ...usual,
  issuer: 'https://api.fastmail.com',
  name: 'Fastmail',
  servers: ['fastmail.com', 'messagingengine.com'],
  metadata: {
    issuer: 'https://api.fastmail.com',
    authorization_endpoint: 'https://api.fastmail.com/oauth/authorize',
    token_endpoint: 'https://api.fastmail.com/oauth/refresh',
    revocation_endpoint: 'https://api.fastmail.com/oauth/revoke',
  },
  scopes: ['https://www.fastmail.com/dev/protocol-imap', 'offline_access'],
};

// yandex.com/dev/id/doc/en/codes/screen-code-oauth; the scopes are those that the app was made with.
const YANDEX: KnownIssuer = {
  ...usual,
  issuer: 'https://oauth.yandex.com',
  name: 'Yandex',
  servers: ['yandex.ru', 'yandex.com'],
  metadata: {
    issuer: 'https://oauth.yandex.com',
    authorization_endpoint: 'https://oauth.yandex.com/authorize',
    token_endpoint: 'https://oauth.yandex.com/token',
    device_authorization_endpoint: 'https://oauth.yandex.com/device/code',
    revocation_endpoint: 'https://oauth.yandex.com/revoke_token',
  },
  scopes: [],
};

/**
 * Microsoft's clouds. No ID token is asked for: with an alias or a shared mailbox whoever signs in is
 * rightly another than the user, and the mail server knows.
 */
const MICROSOFT_CLOUDS = [
  {
    hosts: ['login.microsoftonline.com'],
    name: 'Microsoft',
    servers: ['outlook.com', 'office365.com', 'office.com'],
    resource: 'https://outlook.office.com',
  },
  {
    hosts: ['login.microsoftonline.us'],
    name: 'Microsoft (US Government)',
    servers: ['office365.us'],
    resource: 'https://outlook.office365.us',
  },
  {
    hosts: ['login.partner.microsoftonline.cn', 'login.chinacloudapi.cn'],
    name: 'Microsoft (21Vianet)',
    servers: ['outlook.cn'],
    resource: 'https://partner.outlook.cn',
  },
] as const;

/** A tenant's name, its id, or one of `common`, `consumers`, `organizations`. */
const TENANT = /^\/([A-Za-z0-9][A-Za-z0-9.-]*)\/v2\.0\/?$/;

function microsoftOf(url: URL): KnownIssuer | null {
  const cloud = MICROSOFT_CLOUDS.find(({ hosts }) =>
    hosts.some((host) => `https://${host}` === url.origin),
  );
  const tenant = TENANT.exec(url.pathname)?.[1];
  if (cloud === undefined || tenant === undefined) return null;
  const { name, servers, resource } = cloud;
  const issuer = `${url.origin}/${tenant}/v2.0`;
  const endpoints = `${url.origin}/${tenant}/oauth2/v2.0`;
  const mail = `${resource}/IMAP.AccessAsUser.All`;
  return {
    ...usual,
    issuer,
    name,
    servers,
    metadata: {
      issuer,
      authorization_endpoint: `${endpoints}/authorize`,
      token_endpoint: `${endpoints}/token`,
      device_authorization_endpoint: `${endpoints}/devicecode`,
    },
    // learn.microsoft.com/entra/identity-platform/reply-url
    loopback: 'localhost',
    scopes: [mail, 'offline_access'],
  };
}

/**
 * The address of an issuer, as typed or as a server names it.
 *
 * @throws RepriseError `invalid-input`, field `issuer`
 */
export function readIssuer(typed: string): string {
  const text = typed.trim();
  const address = /^[a-z][a-z0-9+.-]*:/i.test(text) ? text : `https://${text}`;
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || url.hostname === '' || normalName(url.hostname) === null) {
    throw bad('This is no address. Enter one such as https://auth.example.org.');
  }
  if (url.protocol !== 'https:') {
    throw bad(
      'Only an address that begins with https:// can be signed in at: what is sent over http can be read and changed on the way.',
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw bad('An address to sign in at has no user name or password in it.');
  }
  if (url.search !== '' || url.hash !== '') {
    throw bad('An address to sign in at has nothing behind its path.');
  }
  const known = knownIssuer(url);
  if (known !== null) return known.issuer;
  const path = url.pathname.replace(METADATA_PATH, '');
  // RFC 8414 compares texts: an issuer without a path is written without a slash as a rule.
  return path === '/' || path === '' ? url.origin : `${url.origin}${path}`;
}

/** The rules for an issuer that {@link readIssuer} has read. */
export function issuerOf(issuer: string): Issuer {
  const url = new URL(issuer);
  return (
    knownIssuer(url) ?? {
      ...usual,
      issuer,
      name: url.host,
      metadata: null,
      scopes: null,
    }
  );
}

/**
 * Whether tokens of `issuer` open a server that is somebody else's, as far as anybody knows: to be
 * confirmed by whoever signs in.
 */
export function isForeignIssuer(issuer: string, server: string): boolean {
  const url = new URL(issuer);
  const host = normalName(server) ?? server;
  if (normalName(url.hostname) === host) return false;
  const known = knownIssuer(url);
  return [url.hostname, ...(known?.servers ?? [])].every((domain) => isForeign(host, domain));
}

/** Longer than any issuer's. */
const LONGEST_ADDRESS = 2000;

/**
 * Whether it is an address that is asked, or shown to be opened: under https, and with no user name in front
 * of the host, which would be taken for the host.
 */
export function isPlainHttps(address: unknown): address is string {
  if (typeof address !== 'string' || address.length > LONGEST_ADDRESS || !URL.canParse(address))
    return false;
  const { protocol, username, password } = new URL(address);
  return protocol === 'https:' && username === '' && password === '';
}

/** Every place that an issuer names in its metadata, and that is gone by here. */
export function endpointsOf(metadata: ServerMetadata): readonly string[] {
  return [
    metadata.authorization_endpoint,
    metadata.token_endpoint,
    metadata.device_authorization_endpoint,
    metadata.registration_endpoint,
    metadata.revocation_endpoint,
  ].filter((endpoint) => endpoint !== undefined);
}

/**
 * Where the providers of the list sign people in. An issuer that sends somebody there is after what their
 * page grants, which would go to its own token endpoint (RFC 9700, section 4.4).
 */
const SIGN_IN_DOMAINS = [
  'google.com',
  'googleapis.com',
  'microsoft.com',
  'microsoftonline.com',
  'microsoftonline.us',
  'microsoftonline.cn',
  'chinacloudapi.cn',
  'login.windows.net',
  'live.com',
  'fastmail.com',
  'yandex.com',
  'yandex.ru',
  'ya.ru',
  'yahoo.com',
  'aol.com',
];

/** Whether an address is a page or an endpoint of a provider of the list, which `issuer` is not. */
export function isOfAnotherProvider(address: string, { issuer, metadata }: Issuer): boolean {
  const host = hostOf(address);
  return (
    metadata === null &&
    host !== hostOf(issuer) &&
    SIGN_IN_DOMAINS.some((domain) => host === domain || host.endsWith(`.${domain}`))
  );
}

/** Those of the hosts that are outside of the issuer's domain; an issuer of the list has none. */
export function foreignHosts(
  { issuer, metadata }: Issuer,
  addresses: readonly string[],
): readonly string[] {
  if (metadata !== null) return [];
  const own = hostOf(issuer);
  const hosts = new Set(addresses.map(hostOf));
  return [...hosts].filter((host) => host !== own && isForeign(host, own));
}

/** What only the program that asks decides: who asks, for what, and where the answer goes. */
const OURS: ReadonlySet<string> = new Set([
  'client_id',
  'redirect_uri',
  'response_type',
  'response_mode',
  'scope',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'request',
  'request_uri',
  'login_hint',
  'prompt',
  'resource',
  'authorization_details',
]);

/** Whether an authorization endpoint holds a request of its own already, which may be taken for ours. */
export function holdsRequest(endpoint: string): boolean {
  return [...new URL(endpoint).searchParams.keys()].some((name) => OURS.has(name));
}

function hostOf(address: string): string {
  const { hostname } = new URL(address);
  return normalName(hostname) ?? hostname;
}

/** What of its scopes is asked for that an issuer names in its metadata. */
export function mailScopes({ scopes_supported: offered }: ServerMetadata): readonly string[] {
  const wanted = [
    // draft-ietf-mailmaint-oauth-public
    'urn:ietf:params:oauth:scope:mail',
    'mail',
    'imap',
    'openid',
    'email',
    'offline_access',
  ];
  const names = Array.isArray(offered) ? offered : [];
  return wanted.filter((scope) => names.includes(scope));
}

function knownIssuer(url: URL): KnownIssuer | null {
  const listed = [GOOGLE, FASTMAIL, YANDEX].find(({ issuer }) => issuer === url.origin);
  return listed ?? microsoftOf(url);
}

function bad(message: string): RepriseError {
  return new RepriseError('invalid-input', message, { field: 'issuer' });
}
