/** Signing in with OAuth, through the whole engine, at a real authorization server over https. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { get, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import type { AccountInput } from '../../shared/model.ts';
import type { SignIn } from '../../shared/oauth.ts';
import type { Snapshot } from '../../shared/state.ts';
import { folder, start, type Followed } from '../../electron/core/api/testing/engine.ts';
import { startTrusted, type Trusted } from '../fixtures/servers/trusted-authorization.ts';

const ANN = 'ann@example.org';
const MALLORY = 'mallory@example.org';

let there: Trusted;
beforeAll(async () => {
  there = await startTrusted({
    users: { [ANN]: 'correct horse', [MALLORY]: 'battery staple' },
    registration: true,
  });
});
afterAll(() => there[Symbol.asyncDispose]());

/** A server that nothing listens at: an account is stored before it connects. */
const nowhere = { host: '127.0.0.1', port: 9, security: 'tls', servername: null } as const;

async function engine(): Promise<Followed & { readonly printed: readonly string[] }> {
  return start(await folder(), { internet: there.internet });
}

const wishFor = (more: object = {}) => ({
  ...nowhere,
  user: ANN,
  accountId: null,
  issuer: there.server.issuer,
  clientId: 'reprise',
  flow: 'browser' as const,
  confirmedForeign: [],
  ...more,
});

const inPhase =
  (id: string, ...phases: readonly SignIn['phase'][]) =>
  ({ signIns }: Snapshot): boolean =>
    signIns.some((one) => one.id === id && phases.includes(one.phase));

async function untilPhase(
  { until }: Followed,
  id: string,
  ...phases: readonly SignIn['phase'][]
): Promise<SignIn> {
  const { signIns } = await until(inPhase(id, ...phases));
  const found = signIns.find((one) => one.id === id);
  if (found === undefined) throw new Error('it was there');
  return found;
}

/** Goes through a sign-in as `user`, and gives what became of it. */
async function signIn(followed: Followed, user = ANN, more: object = {}) {
  const { id } = await followed.engine.startSignIn(wishFor(more));
  const { url } = await untilPhase(followed, id, 'waiting', 'failed');
  if (url === null) return untilPhase(followed, id, 'failed');
  const back = await there.server.approve(url, user);
  const { body } = await visit(back);
  return { ...(await untilPhase(followed, id, 'done', 'failed')), page: body };
}

/** As a browser goes there that is sent on: `fetch` is what a page's script does. */
async function visit(url: string, headers: OutgoingHttpHeaders = {}) {
  const [answer] = (await once(get(url, { headers }), 'response')) as [IncomingMessage];
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: await text(answer) };
}

function accountWith({ issuer, clientId, grant }: SignIn): AccountInput {
  return {
    label: 'Work',
    user: ANN,
    password: null,
    ...nowhere,
    trust: { kind: 'system' },
    mailboxes: ['INBOX'],
    signIn: { kind: 'oauth', issuer, clientId: clientId ?? '', grant },
  };
}

const problemOf = async (followed: Followed, more: object, user = ANN) =>
  (await signIn(followed, user, more)).problem;

describe('a sign-in in the browser', () => {
  it('ends with a grant, a page that says so, and an account', async () => {
    const followed = await engine();
    const done = await signIn(followed);
    expect(done).toMatchObject({
      phase: 'done',
      problem: null,
      signedInAs: ANN,
      clientId: 'reprise',
    });
    expect(done).toHaveProperty('page', expect.stringContaining('You are signed in'));
    const { id } = await followed.engine.addAccount(accountWith(done));
    const { accounts } = await followed.until((state) => state.accounts.length === 1);
    expect(accounts).toMatchObject([
      { id, signIn: { kind: 'oauth', issuer: there.server.issuer, clientId: 'reprise' } },
    ]);
    // A grant is for one account.
    await expect(
      followed.engine.addAccount({ ...accountWith(done), port: 10 }),
    ).rejects.toMatchObject({ code: 'invalid-input', field: 'signIn' });
    // Signing in again is one call, and another person does not take the account's place.
    const again = await followed.engine.signInAgain(id, 'browser');
    const { url } = await untilPhase(followed, again.id, 'waiting');
    await visit(await there.server.approve(url ?? '', MALLORY));
    expect(await untilPhase(followed, again.id, 'failed')).toMatchObject({
      problem: { code: 'other-user' },
      signedInAs: MALLORY,
    });
    const revoked = there.server.next('revoke');
    await followed.engine.removeAccount(id);
    await revoked;
  });

  it('has a client id by registering where none is there, which stays', async () => {
    const followed = await engine();
    const { clientId: _none, ...wish } = wishFor();
    const { id } = await followed.engine.startSignIn(wish);
    const { url, clientId } = await untilPhase(followed, id, 'waiting');
    await visit(await there.server.approve(url ?? '', ANN));
    await untilPhase(followed, id, 'done');
    const { oauthClients } = await followed.until((state) => state.oauthClients.length === 1);
    expect(oauthClients).toMatchObject([
      { id: there.server.issuer, clientId, isRegistered: true, hasSecret: false },
    ]);
    await followed.engine.setOAuthClient({
      kind: 'set',
      issuer: there.server.issuer,
      clientId: 'of-my-own',
      clientSecret: 'a-client-secret',
    });
    await followed.until(({ oauthClients: [one] }) => one?.hasSecret === true);
    await followed.engine.setOAuthClient({ kind: 'remove', issuer: there.server.issuer });
    await followed.until((state) => state.oauthClients.length === 0);
  });

  it('fails with what to do about it', async () => {
    const followed = await engine();
    expect(await problemOf(followed, { host: 'imap.example.org' })).toMatchObject({
      code: 'foreign-issuer',
      message: expect.stringContaining(new URL(there.server.issuer).host) as string,
    });
    expect(await problemOf(followed, {}, MALLORY)).toMatchObject({
      code: 'other-user',
      message: expect.stringContaining(MALLORY) as string,
    });
    const anyUser = await signIn(followed, MALLORY, { anyUser: true });
    expect(anyUser).toMatchObject({ phase: 'done', signedInAs: MALLORY });
    // Nothing of the user's is there.
    const elsewhere = { issuer: `${there.server.issuer}/nothing` };
    expect(await problemOf(followed, elsewhere)).toMatchObject({ code: 'issuer' });
    there.server.troubles.set('token', '5xx');
    expect(await problemOf(followed, {})).toMatchObject({ code: 'unreachable' });
    there.server.troubles.clear();
    await expect(
      followed.engine.startSignIn(wishFor({ issuer: 'http://127.0.0.1:1' })),
    ).rejects.toMatchObject({ code: 'invalid-input', field: 'issuer' });
  });

  it('ends when it is cancelled, and its listener with it', async () => {
    const followed = await engine();
    const { id } = await followed.engine.startSignIn(wishFor());
    const { url } = await untilPhase(followed, id, 'waiting');
    const back = await there.server.approve(url ?? '', ANN);
    await followed.engine.cancelSignIn(id);
    expect(await untilPhase(followed, id, 'cancelled')).toMatchObject({ url: null, grant: null });
    await expect(visit(back)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('a sign-in with a code', () => {
  it('is done on any other device', async () => {
    const followed = await engine();
    const { id } = await followed.engine.startSignIn(wishFor({ flow: 'device' }));
    const { userCode, verificationUri } = await untilPhase(followed, id, 'waiting');
    await there.server.approveDevice(verificationUri ?? '', userCode ?? '', ANN);
    const done = await untilPhase(followed, id, 'done', 'failed');
    expect(done).toMatchObject({ phase: 'done', signedInAs: ANN });
    const { id: account } = await followed.engine.addAccount(accountWith(done));
    await followed.until(({ accounts }) => accounts.some((one) => one.id === account));
  });
});

describe('no token, code or secret', () => {
  it('is in a log, a frame, an answer or a file of a run with sign-ins', async () => {
    const dataDir = await folder();
    const followed = await start(dataDir, { internet: there.internet });
    const { engine: calls, printed, received, state, app } = followed;
    const secret = 'client-secret-of-this-test';
    const { issuer } = there.server;
    await calls.setOAuthClient({
      kind: 'set',
      issuer,
      clientId: 'another',
      clientSecret: secret,
    });
    const seen: string[] = [];
    there.server.onTokens = (body) => {
      const { access_token, refresh_token, id_token } = JSON.parse(body) as Record<string, string>;
      seen.push(access_token ?? '', refresh_token ?? '', id_token ?? '');
    };
    const { id } = await calls.startSignIn(wishFor());
    const { url } = await untilPhase(followed, id, 'waiting');
    const back = await there.server.approve(url ?? '', ANN);
    seen.push(new URL(back).searchParams.get('code') ?? '');
    await visit(back);
    const done = await untilPhase(followed, id, 'done');
    const answers: unknown[] = [await calls.addAccount(accountWith(done))];
    answers.push(await calls.testConnection(accountWith(done), null).catch(inspect));
    for (const { id: connection } of state().connections) {
      answers.push(await calls.getConnection(connection));
    }
    answers.push(state());
    await app.close();
    const files = await Promise.all(
      (await readdir(dataDir)).map((name) => readFile(join(dataDir, name), 'latin1')),
    );
    const everything = [
      ...printed,
      ...files,
      JSON.stringify(received),
      inspect([received, answers], { depth: Infinity, maxArrayLength: Infinity }),
    ].join('\n');
    // Access, refresh and ID token, and the code.
    expect(seen.length).toBeGreaterThanOrEqual(4);
    // It would find them.
    expect(everything).toContain('reprise');
    expect([secret, ...seen].filter((text) => everything.includes(text))).toEqual([]);
  });
});
