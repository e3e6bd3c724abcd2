/** A server that sends what nobody asked for, without end or out of all proportion. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fault } from '../../electron/core/demo/testing/index.ts';
import { FaultStand } from './fault-stand.ts';

let stand: FaultStand;
beforeAll(async () => {
  stand = await FaultStand.start();
  await stand.watchHealthy();
});
afterAll(() => stand[Symbol.asyncDispose]());

describe('a server', () => {
  it.each([
    // Each is four thousand million events to imapflow, if it ever comes to see it.
    ['VANISHED', '* VANISHED 1:4294967295\r\n'.repeat(20)],
    ['VANISHED behind NULs', '\0* VANISHED 1:4294967295\r\n'.repeat(20)],
    ['ESEARCH', '* ESEARCH (TAG "5") UID ALL 1:4294967295\r\n'.repeat(20)],
    ['FETCH of a literal with lines in it', '* 1 FETCH (BODY[] {14}\r\n* 99 EXISTS\r\n\r\n)\r\n'],
  ])('that says %s is not taken at its word, and watched on', async (_what, text) => {
    await using server = await stand.server({
      script: { idle: fault.raw(`+ idling\r\n${text}* 9 EXISTS\r\n`) },
    });
    const id = await stand.add(server);
    await stand.until(id, ({ state, messages }) => state.kind === 'idle' && messages === 9);
    expect(server.stats().connections).toBe(1);
    expect(stand.harm()).toEqual([]);
    await stand.remove(id);
  });

  it('that tells of 5,000 deleted messages at once is followed', async () => {
    await using server = await stand.server({
      script: {
        idle: fault.raw(`+ idling\r\n* 5009 EXISTS\r\n${'* 1 EXPUNGE\r\n'.repeat(5_000)}`),
      },
    });
    const id = await stand.add(server);
    await stand.until(id, ({ state, messages }) => state.kind === 'idle' && messages === 9);
    expect(server.stats().connections).toBe(1);
    await stand.remove(id);
  });

  it.each(['greeting', 'starttls'] as const)(
    'that floods at %s, before TLS, is left before it has sent much',
    async (step) => {
      await using server = await stand.server({
        security: 'starttls',
        script: { [step]: fault.endless('* OK Wait\r\n'.repeat(1_000)) },
      });
      const id = await stand.add(server);
      const { kind, problem } = await stand.problem(id);
      expect({ kind, code: problem.code }).toEqual({ kind: 'retrying', code: 'not-imap' });
      await server.until(({ open }) => open === 0);
      expect(stand.harm()).toEqual([]);
      await stand.remove(id);
    },
  );
});
