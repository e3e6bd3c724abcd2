/** Requests to authorization servers: by the account's way, over https alone, bounded in size and time. */
import {
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  customFetch,
  discovery,
  dynamicClientRegistration,
  None,
  type ClientAuth,
  type CustomFetch,
  type DiscoveryRequestOptions,
  type ServerMetadata,
} from 'openid-client';
import type { Clock } from '../clock.ts';
import { fetchOver, type Fetched, type Way } from '../proxy/index.ts';
import { Names, type Internet } from '../set-up/index.ts';
import { refreshTokenIn, withoutOddities, type Said } from './answers.ts';
import {
  endpointsOf,
  holdsRequest,
  isOfAnotherProvider,
  isPlainHttps,
  issuerOf,
  mailScopes,
  type Issuer,
} from './issuers.ts';
import { failureOf, IssuerUnusable, otherProvider } from './oauth-error.ts';

/** An answer comes within this, or the request has failed. */
export const REQUEST_LIMIT_MS = 20_000;

/** No metadata and no answer with tokens comes near this. */
const MAX_ANSWER_BYTES = 256 * 1024;

/** How long metadata is gone by before it is asked for again. */
const METADATA_AGE_MS = 3_600_000;

/** How many issuers' metadata is kept. */
const MOST_ISSUERS = 50;

/** A client id, and what goes with it. */
export interface ClientKey {
  readonly clientId: string;
  readonly secret: string | null;
}

/** Who hears of what is in an answer before the rest of it is looked at, which may spoil it. */
interface Hears {
  /** The ID token, whatever that is; nothing else sees it. */
  readonly onIdToken?: (idToken: unknown) => void;
  readonly onRefreshToken?: (token: string) => void;
}

/** What came of asking for a client id. */
type Registration =
  | { readonly client: ClientKey }
  /** The issuer gives none by itself; what it says of that, where it says something. */
  | { readonly client: null; readonly serverLine: string | null };

/** An issuer, ready to be asked by one way. */
export interface Ready {
  readonly issuer: Issuer;
  readonly metadata: ServerMetadata;
  readonly scopes: readonly string[];
  /** For openid-client's functions. An ID token is only good for a name, and an odd one does not spoil the rest. */
  readonly as: (client: ClientKey, hears?: Hears) => Configuration;
}

interface Known {
  readonly metadata: ServerMetadata;
  readonly algorithm: 'oauth2' | 'oidc';
  readonly at: number;
}

/** Everything that goes to authorization servers. */
export class Requests {
  readonly #internet: Internet;
  readonly #clock: Clock;
  readonly #known = new Map<string, Known>();

  constructor(internet: Internet, clock: Clock) {
    this.#internet = internet;
    this.#clock = clock;
  }

  /**
   * Learns where the endpoints of an issuer are.
   *
   * @throws IssuerUnusable where its metadata cannot be used; or what the request ended with
   */
  async prepare(name: string, way: Way, signal: AbortSignal): Promise<Ready> {
    const issuer = issuerOf(name);
    const metadata = issuer.metadata ?? (await this.#metadataOf(issuer, way, signal)).metadata;
    return {
      issuer,
      metadata,
      scopes: issuer.scopes ?? mailScopes(metadata),
      as: ({ clientId, secret }, hears) => {
        const configuration = new Configuration(metadata, clientId, {}, authOf(metadata, secret));
        configuration[customFetch] = this.#fetch(way, signal, hears);
        return configuration;
      },
    };
  }

  /**
   * A client id of Reprise's own, by RFC 7591.
   *
   * @throws what the request ended with
   */
  async register(
    { issuer, metadata, scopes }: Ready,
    way: Way,
    signal: AbortSignal,
  ): Promise<Registration> {
    if (metadata.registration_endpoint === undefined || issuer.metadata !== null)
      return { client: null, serverLine: null };
    const { algorithm } = await this.#metadataOf(issuer, way, signal);
    const { grant_types_supported: offered } = metadata;
    const isOffered = (grant: string): boolean => Array.isArray(offered) && offered.includes(grant);
    const grants = ['authorization_code', 'refresh_token', DEVICE_GRANT];
    try {
      const registered = await dynamicClientRegistration(
        new URL(metadata.issuer),
        {
          client_name: 'Reprise',
          application_type: 'native',
          redirect_uris: [`http://${issuer.loopback}/`],
          grant_types: grants.filter((grant) => grant !== DEVICE_GRANT || isOffered(grant)),
          response_types: ['code'],
          token_endpoint_auth_method: 'none',
          ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
        },
        None(),
        { algorithm, [customFetch]: this.#fetch(way, signal) },
      );
      const { client_id: clientId, client_secret: secret } = registered.clientMetadata();
      const hasSecret = typeof secret === 'string' && secret !== '';
      return { client: { clientId, secret: hasSecret ? secret : null } };
    } catch (error) {
      signal.throwIfAborted();
      if (!isRefusal(error)) throw error;
      // Keycloak lets trusted hosts alone register, others whoever has a token for that.
      return { client: null, serverLine: failureOf(error, issuer.name).serverLine };
    }
  }

  async #metadataOf(issuer: Issuer, way: Way, signal: AbortSignal): Promise<Known> {
    const at = this.#clock.now();
    const known = this.#known.get(issuer.issuer);
    if (known !== undefined && at - known.at < METADATA_AGE_MS && at >= known.at) return known;
    const found = { ...(await this.#discover(issuer, way, signal)), at };
    const [oldest] = this.#known.keys();
    if (this.#known.size >= MOST_ISSUERS && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(issuer.issuer, found);
    return found;
  }

  /** Of OAuth first (RFC 8414), then of OpenID Connect. */
  async #discover(issuer: Issuer, way: Way, signal: AbortSignal): Promise<Omit<Known, 'at'>> {
    const ask = async (algorithm: 'oauth2' | 'oidc'): Promise<Omit<Known, 'at'>> => {
      const options: DiscoveryRequestOptions = {
        algorithm,
        [customFetch]: this.#fetch(way, signal),
      };
      // The id is of no account here: metadata is the same for every client.
      const read = (spelling: string): Promise<Configuration> =>
        discovery(new URL(spelling), 'reprise', {}, None(), options);
      const other = otherSpelling(issuer.issuer);
      const found = await read(issuer.issuer).catch((error: unknown) => {
        signal.throwIfAborted();
        if (other === null || !isOfAnotherIssuer(error)) throw error;
        return read(other);
      });
      return { metadata: usable(issuer, found.serverMetadata()), algorithm };
    };
    const reasonFor = (error: unknown): IssuerUnusable => {
      signal.throwIfAborted();
      const reason = error instanceof IssuerUnusable ? error : noMetadata(issuer, error);
      // What is no answer at all is none for the other kind either.
      if (reason === null) throw error;
      return reason;
    };
    let why: IssuerUnusable;
    try {
      return await ask('oauth2');
    } catch (error) {
      why = reasonFor(error);
    }
    try {
      return await ask('oidc');
    } catch (error) {
      const second = reasonFor(error);
      throw why instanceof NoMetadata ? second : why;
    }
  }

  /** openid-client's way out: a redirect is an answer like any other, and none that it takes. */
  #fetch(way: Way, ended: AbortSignal, hears: Hears = {}): CustomFetch {
    const { dns, hosts, trust, httpsPort } = this.#internet;
    return async (address, { method, headers, body, signal }) => {
      const late = new AbortController();
      const timer = this.#clock.after(REQUEST_LIMIT_MS, () => {
        late.abort(new DOMException('The request took too long.', 'TimeoutError'));
      });
      const url = new URL(address);
      if (url.port === '' && httpsPort !== 443) url.port = String(httpsPort);
      const ending = AbortSignal.any([
        ended,
        late.signal,
        ...(signal === undefined ? [] : [signal]),
      ]);
      try {
        const answer = await fetchOver(way, url, {
          method: method === 'POST' ? 'POST' : 'GET',
          headers,
          ...(body === undefined || body === null ? {} : { body: textOf(body) }),
          maxBytes: MAX_ANSWER_BYTES,
          trust,
          lookup: dns === null ? undefined : new Names(dns, ending, hosts).lookup,
          signal: ending,
        });
        return responseOf(answer, hears);
      } finally {
        timer.cancel();
      }
    };
  }
}

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** There is nothing at either place. */
class NoMetadata extends IssuerUnusable {}

/** Whether the issuer has answered, and not given what was asked for; not for a moment's trouble. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string')
    return false;
  if (!/^OAUTH_(?:RESPONSE|PARSE|INVALID|WWW_AUTHENTICATE)/.test(error.code)) return false;
  const { cause } = error;
  const status = cause instanceof Response ? cause.status : 'status' in error ? error.status : null;
  return typeof status !== 'number' || (status < 500 && status !== 408 && status !== 429);
}

/**
 * With a slash at its end, or without one: the metadata of both may be at one place, and only one of them
 * is what the issuer calls itself. `null` for an issuer without a path, where they are the same.
 */
function otherSpelling(issuer: string): string | null {
  if (new URL(issuer).pathname === '/') return null;
  return issuer.endsWith('/') ? issuer.slice(0, -1) : `${issuer}/`;
}

function isOfAnotherIssuer(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED'
  );
}

/** `null` where nothing answered that could have metadata: that may be the network's fault. */
function noMetadata({ name }: Issuer, error: unknown): IssuerUnusable | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string')
    return null;
  if (error.cause instanceof Response && error.cause.status >= 500) return null;
  if (isOfAnotherIssuer(error)) {
    return new IssuerUnusable(
      `What ${name} says of itself is about another server, so it is not signed in there. Check the address.`,
    );
  }
  return /^OAUTH_(?:RESPONSE|PARSE|INVALID)/.test(error.code)
    ? new NoMetadata(
        `${name} does not say how to sign in there: it has no metadata for OAuth (RFC 8414) or OpenID Connect. Check the address.`,
      )
    : null;
}

/**
 * Metadata that names all that a sign-in needs, under https alone.
 *
 * @throws IssuerUnusable
 */
export function usable(issuer: Issuer, metadata: ServerMetadata): ServerMetadata {
  const { authorization_endpoint: authorization, device_authorization_endpoint: device } = metadata;
  if (metadata.token_endpoint === undefined || (authorization ?? device) === undefined) {
    throw new IssuerUnusable(
      `${issuer.name} does not say where to sign in: it is no server for that.`,
    );
  }
  const endpoints = endpointsOf(metadata);
  if (!endpoints.every(isPlainHttps)) {
    throw new IssuerUnusable(
      `${issuer.name} names a place to sign in that is no plain address under https. What is sent there could be read on the way, or by another than it seems, so nothing is.`,
    );
  }
  const other = endpoints.find((endpoint) => isOfAnotherProvider(endpoint, issuer));
  if (other !== undefined) throw otherProvider(issuer, other);
  if (authorization !== undefined && holdsRequest(authorization)) {
    throw new IssuerUnusable(
      `The page that ${issuer.name} names to sign in on holds a request already, by another program than Reprise. It is not opened.`,
    );
  }
  return metadata;
}

/** RFC 8414: a secret goes by HTTP Basic where nothing is said. */
function authOf(
  { issuer, token_endpoint_auth_methods_supported: said }: ServerMetadata,
  secret: string | null,
): ClientAuth {
  if (secret === null) return None();
  const methods = Array.isArray(said) ? said : [];
  const isPost = issuerOf(issuer).metadata !== null || methods.includes('client_secret_post');
  return isPost ? ClientSecretPost(secret) : ClientSecretBasic(secret);
}

/** As openid-client gives it: a form, or the JSON of a registration. */
function textOf(body: unknown): string {
  if (typeof body === 'string') return body;
  if (body instanceof URLSearchParams) return body.toString();
  throw new TypeError('Only forms and texts are sent.');
}

/** The headers that are read. */
const READ_HEADERS = ['content-type', 'retry-after', 'www-authenticate'] as const;

function responseOf({ status, headers, body }: Fetched, hears: Hears): Response {
  const read = READ_HEADERS.flatMap((name) => {
    const value = headers[name];
    return typeof value === 'string' ? [[name, value] as [string, string]] : [];
  });
  const isEmpty = status === 204 || status === 205 || status === 304;
  return new Response(isEmpty ? null : tidied(body.toString('utf8'), hears), {
    status,
    headers: read,
  });
}

/** Without an ID token, and what is null; Yandex has `verification_url`, as it was before RFC 8628. */
function tidied(text: string, { onIdToken, onRefreshToken }: Hears): string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // No JSON: openid-client says so.
    return text;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return text;
  const members = Object.entries(parsed).filter(([, value]) => value !== null);
  const said: Said = Object.fromEntries(members);
  const { verification_url: url, id_token: idToken, ...kept } = said;
  onIdToken?.(idToken);
  const refreshToken = refreshTokenIn(said);
  if (refreshToken !== null) onRefreshToken?.(refreshToken);
  return JSON.stringify({
    ...(url === undefined ? {} : { verification_uri: url }),
    ...('access_token' in kept ? withoutOddities(kept) : kept),
  });
}
