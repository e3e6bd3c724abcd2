/**
 * What ends a sign-in by OAuth, at a real authorization server and a real Dovecot that asks it: what is
 * shown, in which words, and how often the authorization server is asked.
 */
import { cp } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AccountId, AccountInput, Connection, Problem } from '../../shared/model.ts';
import type { Snapshot } from '../../shared/state.ts';
import { keyFileProtector } from '../../electron/core/storage/key-file.ts';
import { allIdle, folder, start } from '../../electron/core/api/testing/engine.ts';
import { FaultClock } from '../faults/fault-clock.ts';
import { DOVECOT_MAILBOXES } from '../fixtures/servers/dovecot-config.ts';
import { whyNoDovecot } from '../fixtures/servers/dovecot-binary.ts';
import { Dovecot } from '../fixtures/servers/dovecot.ts';
import type { Approval } from '../fixtures/servers/authorization-server.ts';
import {
  addBySignIn,
  signIn,
  startTrusted,
  type Trusted,
} from '../fixtures/servers/trusted-authorization.ts';

const missing = whyNoDovecot();
if (missing !== null) process.stderr.write(`SKIPPED: troubles with tokens. ${missing}\n`);

const ANN = 'ann@example.org';
const EVE = 'eve@example.org';
const users = { [ANN]: 'correct horse', [EVE]: 'battery staple' };
const MAILBOXES = [...DOVECOT_MAILBOXES];

type Followed = Awaited<ReturnType<typeof start>>;

describe.skipIf(missing !== null)('an account that signs in by OAuth', () => {
  let trusted: Trusted;
  let dovecot: Dovecot;
  beforeAll(async () => {
    trusted = await startTrusted({ users });
    dovecot = await Dovecot.start({ kind: 'one-process', users, oauth: { by: trusted.server } });
  });
  afterAll(async () => {
    await dovecot[Symbol.asyncDispose]();
    await trusted[Symbol.asyncDispose]();
  });

  afterEach(() => {
    trusted.server.troubles.clear();
  });

  /** A program whose only account is to sign in as Ann. */
  async function program(dataDir: string, clock?: FaultClock) {
    return start(dataDir, {
      internet: trusted.internet,
      protector: keyFileProtector(dataDir),
      ...(clock === undefined ? {} : { clock }),
    });
  }

  const account = (): AccountInput => ({
    label: 'Ann',
    user: ANN,
    password: null,
    host: dovecot.host,
    port: dovecot.tlsPort,
    security: 'tls',
    servername: null,
    trust: { kind: 'ca', fileName: 'ca.pem', pem: dovecot.certificate.caPem },
    mailboxes: MAILBOXES,
  });
  const added = (followed: Followed, how: Approval & { readonly as?: string } = {}) =>
    addBySignIn(followed, trusted.server, account(), how);
  const again = async (followed: Followed, id: AccountId) => {
    const { id: begun } = await followed.engine.signInAgain(id, 'browser');
    return signIn(followed, trusted.server, begun, ANN);
  };

  /** Counts what comes to the token endpoint from now on. */
  function counting(): () => { readonly requests: number; readonly most: number } {
    const { server } = trusted;
    const before = server.requests.token;
    server.mostTokenRequests = 0;
    return () => ({ requests: server.requests.token - before, most: server.mostTokenRequests });
  }

  it('whose grant was revoked asks once, and is mended by signing in again', async () => {
    const followed = await program(await folder());
    const id = await added(followed);
    await followed.until(allIdle(MAILBOXES.length));
    const count = counting();
    await trusted.server.revoke(ANN);
    await dovecot.kick(ANN);
    const problem = problemOf(await followed.until(allIn('sign-in-failed')));
    expect(problem).toMatchObject({ code: 'sign-in-again' });
    expect(problem.message).toContain('wants you to sign in again');
    expect(count()).toEqual({ requests: 1, most: 1 });
    expect(await again(followed, id)).toMatchObject({ phase: 'done' });
    await followed.until(allIdle(MAILBOXES.length));
    // The code of the sign-in, and no refresh.
    expect(count()).toEqual({ requests: 2, most: 1 });
  });

  it('whose authorization server is down is tried ever more rarely, by one request for all', async () => {
    const dataDir = await folder();
    const first = await program(dataDir);
    await added(first);
    await first.until(allIdle(MAILBOXES.length));
    await first.app.close();

    const { server } = trusted;
    server.troubles.set('token', '5xx');
    const count = counting();
    const clock = new FaultClock();
    let asked = server.next('token');
    const followed = await program(dataDir, clock);
    const isWaiting = (now: Snapshot): boolean =>
      allIn('retrying')(now) && now.connections.every((one) => retryAt(one) > clock.now());
    for (const [index, waitMs] of [2000, 4000, 8000].entries()) {
      await asked;
      const now = await followed.until(isWaiting);
      expect(problemOf(now)).toMatchObject({
        code: 'auth-server',
        message: expect.stringContaining('Reprise tries again by itself') as string,
      });
      expect(count()).toEqual({ requests: index + 1, most: 1 });
      asked = server.next('token');
      if (index === 2) server.troubles.clear();
      clock.advance(waitMs / 2);
      expect(count().requests).toBe(index + 1);
      // It waits from a moment after the answer on.
      clock.advance(waitMs);
    }
    await followed.until(allIdle(MAILBOXES.length));
    expect(count()).toEqual({ requests: 4, most: 1 });
    clock.letGo();
  });

  // Dovecot says no more of it than of a token that has ended.
  it('without the scope for mail tries one more, and says what is to be allowed', async () => {
    const followed = await program(await folder());
    const count = counting();
    await added(followed, { mail: false });
    const problem = problemOf(await followed.until(allIn('sign-in-failed')));
    expect(problem).toMatchObject({ code: 'sign-in-again' });
    expect(problem.message).toContain('allow all that is asked for');
    expect(count()).toEqual({ requests: 2, most: 1 });
  });

  it('with a token of somebody else tries one more, and says who is to sign in', async () => {
    const followed = await program(await folder());
    const count = counting();
    await added(followed, { as: EVE });
    const problem = problemOf(await followed.until(allIn('sign-in-failed')));
    expect(problem).toMatchObject({ code: 'sign-in-again' });
    expect(problem.message).toContain(`Sign in again, as ${ANN}`);
    expect(count()).toEqual({ requests: 2, most: 1 });
  });

  it('whose mail server cannot ask about tokens waits, and keeps the one that it has', async () => {
    const followed = await program(await folder());
    await added(followed);
    await followed.until(allIdle(MAILBOXES.length));
    const count = counting();
    trusted.server.troubles.set('introspect', '5xx');
    await dovecot.kick(ANN);
    const now = await followed.until((one) => allIn('retrying')(one) && cannotAsk(one));
    expect(problemOf(now)).toMatchObject({ code: 'server-unavailable' });
    trusted.server.troubles.clear();
    await followed.engine.reconnectAll();
    await followed.until(allIdle(MAILBOXES.length));
    expect(count().requests).toBe(0);
  });

  it('in two programs with one refresh token is signed in again in each, and loses nothing', async () => {
    const dataDir = await folder();
    const first = await program(dataDir);
    const id = await added(first);
    await first.until(allIdle(MAILBOXES.length));
    await first.app.close();
    const copy = await folder();
    await cp(dataDir, copy, { recursive: true });

    // A refresh replaces the token; its second use is taken for a theft, and ends the grant.
    const one = await program(dataDir);
    await one.until(allIdle(MAILBOXES.length));
    const other = await program(copy);
    const problem = problemOf(await other.until(allIn('sign-in-failed')));
    expect(problem).toMatchObject({ code: 'sign-in-again' });
    await dovecot.kick(ANN);
    expect(problemOf(await one.until(allIn('sign-in-failed'))).message).toBe(problem.message);

    for (const each of [one, other]) {
      expect(await again(each, id)).toMatchObject({ phase: 'done' });
      await each.until(allIdle(MAILBOXES.length));
    }
    expect(one.state().connections.map(({ state }) => state.kind)).toEqual(
      MAILBOXES.map(() => 'idle'),
    );
    expect(one.state().accounts).toMatchObject([{ id, label: 'Ann' }]);
  });
});

const allIn =
  (kind: Connection['state']['kind']) =>
  ({ connections }: Snapshot): boolean =>
    connections.length === MAILBOXES.length &&
    connections.every(({ state }) => state.kind === kind);

/** The mail server has said so to all of them. */
const cannotAsk = ({ connections }: Snapshot): boolean =>
  connections.every(
    ({ state }) => 'problem' in state && state.problem.serverLine?.includes('[UNAVAILABLE]'),
  );

/** The one that all of them have. */
function problemOf({ connections }: Snapshot): Problem {
  const problems = connections.flatMap(({ state }) => ('problem' in state ? [state.problem] : []));
  const [first] = problems;
  if (first === undefined) throw new Error('There is no problem.');
  expect(new Set(problems.map(({ message }) => message))).toEqual(new Set([first.message]));
  return first;
}

const retryAt = ({ state }: Connection): number => (state.kind === 'retrying' ? state.retryAt : 0);
