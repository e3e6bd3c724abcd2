/** Signing in with OAuth, through the whole engine, at a real authorization server over https. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { get, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
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
  confirmedForeign: false,
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
    const revoked = there.server.next('revoke');
    await followed.engine.removeAccount(id);
    await revoked;
  });
});
