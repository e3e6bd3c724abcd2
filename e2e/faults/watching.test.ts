/**
 * How an open mailbox is watched on servers that do it well, badly or not at all, and how one that is
 * gone is noticed: no byte and no end, as behind a NAT that forgot the connection.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ANSWER_LIMIT_MS,
  POLL_EVERY_MS,
  RENEW_IDLE_AFTER_MS,
} from '../../electron/core/connections/imap/mailbox-watch.ts';
import { CuttingProxy } from './cutting-proxy.ts';
import { FaultStand } from './fault-stand.ts';

const MINUTE_MS = 60_000;
/** The same as a fifth of what a server gets to answer, or less. */
const STEP_MS = 2500;

const SILENT = {
  kind: 'retrying',
  problem: {
    code: 'timeout',
    message: '127.0.0.1 stopped answering, so the connection was given up.',
    serverLine: null,
  },
};

let stand: FaultStand;
beforeAll(async () => {
  stand = await FaultStand.start();
});
afterAll(() => stand[Symbol.asyncDispose]());

const isUp = (kind: 'idle' | 'polling') => (connection: { state: { kind: string } }) =>
  connection.state.kind === kind;

/** Lets so much time pass, in steps in which sockets have their turn. */
async function pass(spanMs: number): Promise<void> {
  for (let passedMs = 0; passedMs < spanMs; passedMs += STEP_MS) {
    stand.clock.advance(Math.min(STEP_MS, spanMs - passedMs));
    await turns();
  }
}

/** What was sent a moment ago is answered in these. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await nextTurn();
}

describe('a server that falls silent while its mailbox is watched', () => {
  it.each(['tls', 'starttls'] as const)('is given up, and tried again, %s', async (security) => {
    await using server = await stand.server({ security });
    await using line = await CuttingProxy.start(server.port);
    const id = await stand.add(server, { port: line.port });
    await server.until(({ idling }) => idling.length === 1);
    line.fallSilent();
    // Not yet asked: all may be well. Within another 40 s it is noticed.
    await pass(RENEW_IDLE_AFTER_MS - STEP_MS);
    expect(server.open).toBe(1);
    expect(await stand.problemInTime(id)).toMatchObject(SILENT);
    await server.until(({ open }) => open === 0);
    stand.clock.advance(10_000);
    await stand.until(id, isUp('idle'));
    await stand.remove(id);
  });

  it('but answers when it is asked is kept', async () => {
    await using server = await stand.server();
    const id = await stand.add(server);
    for (let time = 1; time <= 3; time += 1) {
      await server.until(({ commands }) => commands.filter(is('IDLE')).length === time);
      stand.clock.advance(RENEW_IDLE_AFTER_MS);
    }
    await server.until(({ commands }) => commands.filter(is('IDLE')).length === 4);
    expect(server.stats().connections).toBe(1);
    expect(server.commands.filter(is('NOOP'))).toHaveLength(3);
    await stand.remove(id);
  });

  it.each([
    ['that never ends an IDLE', { DONE: '* OK Still here' }],
    ['that never begins one', { IDLE: '* OK Still here' }],
    ['that answers no NOOP', { NOOP: '* OK Still here' }],
  ])('%s is given up, however much it says', async (_how, answers) => {
    await using server = await stand.lines({
      answers: { DONE: '~ OK done', NOOP: '~ OK done', ...answers },
    });
    const id = await stand.add(server);
    await server.until(({ lines }) => lines.includes('IDLE'));
    for (let passedMs = 0; passedMs < RENEW_IDLE_AFTER_MS + ANSWER_LIMIT_MS; passedMs += STEP_MS) {
      server.say('* OK Still here');
      await pass(STEP_MS);
    }
    expect(await stand.problem(id)).toMatchObject(SILENT);
    await server.until(({ open }) => open === 0);
    await stand.remove(id);
  });

  it('is kept where it begins to idle late, and answers just in time', async () => {
    await using server = await stand.lines({
      answers: { IDLE: '', DONE: '', NOOP: '~ OK done' },
    });
    const id = await stand.add(server);
    await server.until(({ lines }) => lines.includes('IDLE'));
    await pass(MINUTE_MS);
    server.say('+ idling');
    await pass(RENEW_IDLE_AFTER_MS - MINUTE_MS);
    await server.until(({ lines }) => lines.includes('DONE'));
    await pass(ANSWER_LIMIT_MS - STEP_MS);
    server.say(`${server.tag} OK done`);
    await server.until(({ lines }) => lines.filter(is('IDLE')).length === 2);
    expect(server.open).toBe(1);
    await stand.remove(id);
  });
});

describe('a server whose IDLE is none', () => {
  it.each([
    ['there is none', '', 0],
    ['it is over at once', '~ OK done', 3],
    ['it is over as soon as it begins', '+ idling\n~ OK done', 3],
    ['it is refused', '~ NO Not here', 1],
    ['it is refused for now', '~ NO [UNAVAILABLE] Not now', 1],
    ['it is unknown', '~ BAD What', 1],
  ])('is asked now and then, and that is said: %s', async (_how, IDLE, idles) => {
    const capabilities = `IMAP4rev1 AUTH=PLAIN${idles === 0 ? '' : ' IDLE'}`;
    await using server = await stand.lines({ capabilities, answers: { IDLE } });
    const id = await stand.add(server);
    await stand.until(id, isUp('polling'));
    await pass(MINUTE_MS - 1);
    // All that came in the first minute.
    expect(server.lines.length).toBeLessThanOrEqual(10);
    expect(server.sent('IDLE')).toHaveLength(idles);
    await pass(POLL_EVERY_MS - MINUTE_MS);
    expect(server.sent('NOOP')).toHaveLength(0);
    for (let times = 1; times <= 3; times += 1) {
      stand.clock.advance(times === 1 ? 1 : POLL_EVERY_MS);
      await server.until(() => server.sent('NOOP').length === times);
      await turns();
    }
    expect(server.sent('IDLE')).toHaveLength(idles);
    expect(server.open).toBe(1);
    expect(stand.connections(id)[0]?.state.kind).toBe('polling');
    await stand.remove(id);
  });

  it('is given up where it answers no NOOP either', async () => {
    await using server = await stand.lines({ answers: { IDLE: '~ BAD What', NOOP: '' } });
    const id = await stand.add(server);
    await stand.until(id, isUp('polling'));
    await pass(POLL_EVERY_MS);
    expect(await stand.problemInTime(id)).toMatchObject(SILENT);
    await stand.remove(id);
  });

  it('is told the number of messages by what comes with NOOP', async () => {
    await using server = await stand.lines({
      answers: { IDLE: '~ BAD What', NOOP: '* 4 EXISTS\n~ OK done' },
    });
    const id = await stand.add(server);
    await stand.until(id, isUp('polling'));
    stand.clock.advance(POLL_EVERY_MS);
    const { state } = await stand.until(id, ({ messages }) => messages === 4);
    expect(state.kind).toBe('polling');
    await stand.remove(id);
  });
});

describe('when a server was last heard', () => {
  it('is known to the second, whatever it says', async () => {
    await using server = await stand.lines();
    const id = await stand.add(server);
    await stand.until(id, isUp('idle'));
    const heardAt = () => stand.connections(id)[0]?.heardAt ?? 0;
    const before = heardAt();
    expect(Math.abs(stand.clock.now() - before)).toBeLessThan(MINUTE_MS);
    stand.clock.advance(2 * MINUTE_MS);
    server.say('* OK Still here');
    await stand.until(id, (connection) => (connection.heardAt ?? 0) - before >= 2 * MINUTE_MS);
    // The clock is put back: it is heard at that time.
    stand.clock.jump(-3 * 60 * MINUTE_MS);
    server.say('* OK Still here');
    await stand.until(id, (connection) => (connection.heardAt ?? 0) < before);
    stand.clock.jump(3 * 60 * MINUTE_MS);
    await stand.remove(id);
  });
});

function is(name: string): (line: string) => boolean {
  return (line) => line === name;
}
