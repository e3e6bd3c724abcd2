/** What a sign-in reads: requests to the loopback, metadata of issuers, and what they say of people. */
import type { ServerMetadata } from 'openid-client';
import { signedInBy } from '../../electron/core/oauth/answers.ts';
import { isPlainHttps, issuerOf, mailScopes } from '../../electron/core/oauth/issuers.ts';
import { judge } from '../../electron/core/oauth/loopback.ts';
import { IssuerUnusable } from '../../electron/core/oauth/oauth-error.ts';
import { usable } from '../../electron/core/oauth/requests.ts';
import { bytesOf, holds, textOf, type FuzzTarget } from './target.ts';

const EXPECTED = { host: '127.0.0.1:4711', state: 'a-state' } as const;
const ISSUER = 'https://auth.example.org';

const METADATA = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/authorize`,
  device_authorization_endpoint: `${ISSUER}/device`,
  token_endpoint: `${ISSUER}/token`,
  revocation_endpoint: `${ISSUER}/revoke`,
  scopes_supported: ['mail', 'openid', 'offline_access'],
};

/** As much of a request as counts: a line, and headers. */
function request(...lines: readonly string[]): Uint8Array {
  return bytesOf(lines.join('\n'));
}

/** An object of JSON, as openid-client hands it on; `null` for all else. */
function objectIn(input: Uint8Array): Readonly<Record<string, unknown>> | null {
  try {
    const read: unknown = JSON.parse(textOf(input));
    return typeof read === 'object' && read !== null && !Array.isArray(read) ? { ...read } : null;
  } catch {
    return null;
  }
}

export const signInTargets: readonly FuzzTarget[] = [
  {
    name: 'loopback-request',
    seeds: [
      request('GET /?code=c&state=a-state', 'host: 127.0.0.1:4711', 'sec-fetch-mode: navigate'),
      request(
        'GET /?error=access_denied&state=a-state&iss=https%3A%2F%2Fx',
        'host: 127.0.0.1:4711',
      ),
      request(
        'POST /?code=c&state=a-state',
        'host: 127.0.0.1:4711',
        'origin: https://evil.example',
      ),
    ],
    words: [
      '&state=a-state',
      '&code=',
      '?',
      '#',
      '%',
      '%00',
      '//',
      '\\',
      '@',
      '\r\n',
      'origin: null',
    ],
    check: (input) => {
      const [line = '', ...rest] = textOf(input).split('\n');
      const [method = '', target = ''] = line.split(' ');
      const headers = Object.fromEntries(
        rest.map((header) => header.split(': ')).map(([name = '', value = '']) => [name, value]),
      );
      const verdict = judge({ method, target, headers }, EXPECTED);
      if (verdict.kind === 'refused') return;
      const { url } = verdict;
      holds(method === 'GET' && headers['host'] === EXPECTED.host, 'it was sent here');
      holds(headers['origin'] === undefined, 'no page has made it');
      holds(url.origin === `http://${EXPECTED.host}` && url.pathname === '/', 'it is this address');
      const said = url.searchParams;
      holds(String(said.getAll('state')) === EXPECTED.state, 'it has the state, once');
      holds(said.getAll('code').length + said.getAll('error').length === 1, 'it is one answer');
    },
  },
  {
    name: 'issuer-metadata',
    seeds: [bytesOf(METADATA)],
    words: [
      'null',
      '[]',
      '{}',
      '""',
      '1',
      '"http://x"',
      '"https://"',
      '"javascript:"',
      '"__proto__"',
    ],
    check: (input) => {
      const read = objectIn(input);
      if (read === null) return;
      // openid-client has compared it.
      const metadata = { ...read, issuer: ISSUER } as ServerMetadata;
      const scopes = mailScopes(metadata);
      holds(
        scopes.every((scope) => /^[\x21-\x7e]+$/.test(scope)),
        'scopes are such as are known',
      );
      try {
        const { authorization_endpoint: page, ...rest } = usable(issuerOf(ISSUER), metadata);
        holds(isPlainHttps(rest.token_endpoint), 'tokens are asked for over https');
        holds(
          isPlainHttps(page ?? rest.device_authorization_endpoint),
          'people go there over https',
        );
        holds(isPlainHttps(rest.revocation_endpoint ?? ISSUER), 'tokens are ended over https');
      } catch (error) {
        if (!(error instanceof IssuerUnusable)) throw error;
      }
    },
  },
  {
    name: 'id-token-claims',
    seeds: [bytesOf({ sub: '1', email: 'Ann@example.org', preferred_username: 'ann', upn: 7 })],
    words: ['"email"', '"upn"', 'null', '\\u0000', '\\r\\n', '\\u202e', '@', '"x"'],
    check: (input) => {
      const { name, isOther } = signedInBy(objectIn(input) ?? {}, 'ann@example.org');
      holds(name !== null || !isOther, 'nobody is another without a name');
      holds(name === null || (name !== '' && !/\p{Cc}/u.test(name)), 'it can be shown');
    },
  },
];
