/**
 * No secret anywhere over a whole run: everything that was logged and everything that was sent to the
 * interface is searched for the secrets that the test knows.
 */
import { TLSSocket } from 'node:tls';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fault } from '../demo/testing/index.ts';
import { TestProxy } from '../proxy/testing/test-proxy.ts';
import { allIdle, allIdleAgain, folder, inputFor, server, start } from './testing/engine.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Hears every session that Node gives to anybody in this process. */
function overhearSessions(): Buffer[] {
  const sessions: Buffer[] = [];
  const emit = Reflect.get(TLSSocket.prototype, 'emit') as (...args: unknown[]) => boolean;
  vi.spyOn(TLSSocket.prototype, 'emit').mockImplementation(function (
    this: TLSSocket,
    name: string,
    ...args: unknown[]
  ) {
    if (name === 'session' && args[0] instanceof Buffer) sessions.push(args[0]);
    return Reflect.apply(emit, this, [name, ...args]);
  });
  return sessions;
}

/** How bytes look wherever they are printed. */
function spellings(bytes: Buffer): string[] {
  return [
    bytes.toString('latin1'),
    bytes.toString('hex'),
    bytes.toString('base64').replace(/=+$/, '').slice(2, -2),
    bytes.toString('base64url').slice(2, -2),
    [...bytes].join(','),
    [...bytes].map((octet) => octet.toString(16).padStart(2, '0')).join(' '),
  ];
}

describe('no secret', () => {
  it('is in a log, an error or a frame of a run with sign-ins, failures, tests and reconnects', async () => {
    const sessions = overhearSessions();
    const password = 'Pa55-word “quoted” \\ and long enough';
    const wrong = 'another-Pa55-word-that-is-wrong';
    const good = await server({ password });
    const bad = await server({
      password,
      script: {
        // The second line is no IMAP, and is logged as the bytes that it is.
        login: fault.reply(`NO [UNAVAILABLE] did you say ${password}?\r\n* FOO "${password}`),
      },
    });
    const signIn = { user: 'of-the-proxy', password: 'Pa55-word-of-a-proxy' };
    const wrongOfProxy = 'another-Pa55-word-of-a-proxy';
    const old = await server({ password, protocol: 'TLSv1.2', sessions: 'session-ids' });
    await using http = await TestProxy.start({ kind: 'http', port: good.port, signIn });
    await using socks = await TestProxy.start({ kind: 'socks5', port: good.port, signIn });
    await using repeats = await TestProxy.start({
      kind: 'http',
      instead: {
        bytes: `HTTP/1.1 407 ${signIn.password}\r\nProxy-Authenticate: ${signIn.password}\r\n\r\n`,
      },
    });
    const through = ({ address: { kind, host, port } }: TestProxy, secret: string) =>
      ({ kind, host, port, user: signIn.user, password: secret }) as const;
    const abroad = { host: 'imap.example.org', servername: 'localhost' };
    const program = await start(await folder());
    const { engine, state, until, printed, received } = program;
    const answers: unknown[] = [];
    answers.push(await engine.addAccount(inputFor(good, { label: 'Good' })));
    answers.push(await engine.addAccount(inputFor(old, { label: 'Old' })));
    await until(allIdle(2));
    const before = state();
    await engine.reconnectAll();
    await until(allIdleAgain(before));
    answers.push(await engine.testConnection(inputFor(good, { password: wrong }), null));
    answers.push(await engine.testConnection(inputFor(bad), null));
    answers.push(await engine.addAccount(inputFor(good, { password: wrong })).catch(inspect));
    for (const proxy of [
      through(http, signIn.password),
      through(http, wrongOfProxy),
      through(socks, signIn.password),
      through(socks, wrongOfProxy),
      through(repeats, signIn.password),
    ]) {
      const tried = inputFor(good, { ...abroad, proxy });
      answers.push(await engine.testConnection(tried, null));
      answers.push(await engine.setProxy(proxy).catch(inspect));
      answers.push(await engine.setProxy({ ...proxy, user: 'eve', password: null }).catch(inspect));
    }
    answers.push(
      await engine.addAccount(
        inputFor(good, { ...abroad, label: 'Abroad', proxy: through(http, wrongOfProxy) }),
      ),
    );
    answers.push(await engine.addAccount(inputFor(bad, { label: 'Bad' })));
    await until((now) => now.connections.some(({ state: { kind } }) => kind === 'retrying'));
    for (const { id } of state().connections) answers.push(await engine.getConnection(id));
    answers.push(state());
    await program.app.close();

    const everything = [
      ...printed,
      JSON.stringify(received),
      JSON.stringify(answers),
      inspect([received, answers], { depth: Infinity, maxArrayLength: Infinity }),
    ].join('\n');
    expect(sessions.length).toBeGreaterThan(3);
    const secrets = [
      password,
      JSON.stringify(password).slice(1, -1),
      // As UTF-8 that was read as Latin-1; the log has no control characters.
      JSON.stringify(
        Buffer.from(password)
          .toString('latin1')
          .replaceAll(/\p{Cc}+/gu, ' '),
      ).slice(1, -1),
      wrong,
      ...[signIn.password, wrongOfProxy].flatMap((secret) => [
        secret,
        Buffer.from(secret).toString('base64').replace(/=+$/, ''),
        Buffer.from(`${signIn.user}:${secret}`).toString('base64').replace(/=+$/, ''),
      ]),
      Buffer.from(password).toString('base64'),
      Buffer.from(`\0${good.user}\0${password}`).toString('base64'),
      // The first bytes are its wrapper and the same for all; a key of 48 bytes is further in.
      ...sessions.flatMap((session) =>
        [session.subarray(64, 96), session.subarray(-32)].flatMap(spellings),
      ),
    ];
    // It would find them: the user's name is there.
    expect(everything).toContain(good.user);
    expect(secrets.filter((secret) => everything.includes(secret))).toEqual([]);
  });
});
