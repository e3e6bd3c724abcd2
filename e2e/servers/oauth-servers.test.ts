/** The two real servers that tests of signing in with a token rest on, and imapflow between them. */
import { once } from 'node:events';
import { ImapFlow } from 'imapflow';
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  type Configuration,
  discovery,
  dynamicClientRegistration,
  initiateDeviceAuthorization,
  None,
  pollDeviceAuthorizationGrant,
  randomPKCECodeVerifier,
  refreshTokenGrant,
  tokenRevocation,
} from 'openid-client';
import { describe, expect, it } from 'vitest';
import { AuthorizationServer } from '../fixtures/servers/authorization-server.ts';
import { whyNoDovecot } from '../fixtures/servers/dovecot-binary.ts';
import { Dovecot } from '../fixtures/servers/dovecot.ts';

const missing = whyNoDovecot();
if (missing !== null) process.stderr.write(`SKIPPED: OAuth with Dovecot. ${missing}\n`);

const ANN = 'ann@example.org';
const SCOPE = 'openid offline_access mail';
const REDIRECT = 'http://127.0.0.1:4711/';
const insecure = { execute: [allowInsecureRequests] };

const configOf = ({ issuer, clientId }: AuthorizationServer): Promise<Configuration> =>
  discovery(new URL(issuer), clientId, undefined, None(), insecure);

async function signIn(
  server: AuthorizationServer,
  config: Configuration,
  user: string,
  approval: { readonly mail?: boolean } = {},
) {
  const verifier = randomPKCECodeVerifier();
  const url = buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT,
    scope: SCOPE,
    state: 'a state',
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  const back = await server.approve(url.href, user, approval);
  const checks = { pkceCodeVerifier: verifier, expectedState: 'a state' };
  return authorizationCodeGrant(config, new URL(back), checks);
}

/** Signs in at the mail server, which ends that then, and says what came of it. */
async function login(dovecot: Dovecot, user: string, accessToken: string): Promise<string> {
  const client = new ImapFlow({
    host: dovecot.host,
    port: dovecot.tlsPort,
    secure: true,
    tls: { ca: dovecot.certificate.caPem },
    auth: { user, accessToken },
    logger: false,
  });
  const closed = once(client, 'close');
  try {
    await client.connect();
    await dovecot.kick(user);
    await closed;
    return 'signed in';
  } catch (error) {
    const { oauthError, serverResponseCode } = error as {
      oauthError?: object;
      serverResponseCode?: string;
    };
    return `${serverResponseCode} ${oauthError === undefined ? '' : JSON.stringify(oauthError)}`.trim();
  }
}

describe('an authorization server', () => {
  it('replaces refresh tokens, and ends what was given where one is used twice', async () => {
    await using server = await AuthorizationServer.start({ accessTokenSeconds: 20 });
    const config = await configOf(server);
    const first = await signIn(server, config, ANN);
    expect(first).toMatchObject({ expires_in: 20, scope: 'mail' });
    const second = await refreshTokenGrant(config, first.refresh_token ?? '');
    expect(second.refresh_token).not.toBe(first.refresh_token);
    for (const { refresh_token: token } of [first, second]) {
      await expect(refreshTokenGrant(config, token ?? '')).rejects.toMatchObject({
        error: 'invalid_grant',
      });
    }
    expect(server.tokenAnswers.map(({ grant, error }) => `${grant} ${error}`)).toEqual([
      'authorization_code null',
      'refresh_token null',
      'refresh_token invalid_grant',
      'refresh_token invalid_grant',
    ]);
    expect(server.requests).toMatchObject({ metadata: 1, authorize: 1, token: 4 });
  });

  it('signs in devices, and programs that have registered by themselves', async () => {
    await using server = await AuthorizationServer.start({ registration: true });
    const config = await dynamicClientRegistration(
      new URL(server.issuer),
      {
        application_type: 'native',
        redirect_uris: ['http://127.0.0.1/'],
        grant_types: [
          'authorization_code',
          'refresh_token',
          'urn:ietf:params:oauth:grant-type:device_code',
        ],
        token_endpoint_auth_method: 'none',
      },
      None(),
      insecure,
    );
    const device = await initiateDeviceAuthorization(config, { scope: SCOPE });
    await server.approveDevice(device.verification_uri, device.user_code, ANN);
    const tokens = await pollDeviceAuthorizationGrant(config, { ...device, interval: 0 });
    expect(tokens.scope).toBe('mail');
    await tokenRevocation(config, tokens.refresh_token ?? '');
    expect(server.requests).toMatchObject({ register: 1, device: 1, token: 1, revoke: 1 });
  });

  it('is out of order, silent or away when it is told so', async () => {
    await using server = await AuthorizationServer.start();
    const config = await configOf(server);
    const { refresh_token: token = '' } = await signIn(server, config, ANN);
    server.troubles.set('token', '5xx');
    await expect(refreshTokenGrant(config, token)).rejects.toMatchObject({
      code: 'OAUTH_RESPONSE_IS_NOT_CONFORM',
    });
    await server.stop();
    await expect(refreshTokenGrant(config, token)).rejects.toThrow('fetch failed');
    await server.start();
    server.troubles.clear();
    expect(await refreshTokenGrant(config, token)).toMatchObject({ scope: 'mail' });
  });
});

describe.skipIf(missing !== null)('a mail server that takes tokens', () => {
  const users = { [ANN]: 'correct horse', 'eve@example.org': 'other' };

  it.each(['xoauth2', 'oauthbearer'] as const)('lets imapflow in by %s', async (mechanism) => {
    await using server = await AuthorizationServer.start({ users });
    await using dovecot = await Dovecot.start({
      kind: 'one-process',
      users,
      oauth: { by: server, mechanisms: [mechanism] },
    });
    const config = await configOf(server);
    const { access_token: token } = await signIn(server, config, ANN);
    const { access_token: without } = await signIn(server, config, ANN, { mail: false });
    expect(await login(dovecot, ANN, token)).toBe('signed in');
    expect(await dovecot.log()).toContain(`method=${mechanism.toUpperCase()}`);
    for (const [user, bad] of [
      ['eve@example.org', token],
      [ANN, 'rubbish'],
      [ANN, without],
    ] as const) {
      const refusal = await login(dovecot, user, bad);
      expect(refusal).toContain('AUTHENTICATIONFAILED');
      expect(refusal).toContain(server.metadataUrl);
    }
    server.troubles.set('introspect', '5xx');
    expect(await login(dovecot, ANN, token)).toBe('UNAVAILABLE');
    server.troubles.clear();
    await server.revoke(ANN);
    expect(await login(dovecot, ANN, token)).toContain('AUTHENTICATIONFAILED');
  });
});
