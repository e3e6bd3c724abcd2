/**
 * No secret anywhere over a whole run: everything that was logged and everything that was sent to the
 * interface is searched for the secrets that the test knows.
 */
import { TLSSocket } from 'node:tls';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fault } from '../demo/testing/index.ts';
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
    const old = await server({ password, protocol: 'TLSv1.2', sessions: 'session-ids' });
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
