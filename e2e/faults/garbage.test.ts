/** A server that sends anything: endless lines, binary, text that is no IMAP, at each phase. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fault } from '../../electron/core/demo/testing/index.ts';
import type { Step } from '../../electron/core/demo/testing/index.ts';
import type { Security } from '../../shared/model.ts';
import { CuttingProxy } from './cutting-proxy.ts';
import { FaultStand } from './fault-stand.ts';

const ENDLESS = 10_000_000;
/**
 * The line that is given up after 1 MiB, and what the buffers of the system on the way hold: less
 * than half of what is sent.
 */
const TAKEN_AT_MOST = 8_000_000;

/** The same bytes each time, of all values, line breaks among them. */
const binary = Array.from({ length: 4000 }, (_, block) =>
  createHash('sha256').update(String(block)).digest().toString('latin1'),
).join('');

const KINDS: readonly (readonly [string, string])[] = [
  ['10 MB without a line break', `* OK ${'x'.repeat(ENDLESS)}`],
  ['10 MB in one line', `* OK ${'x'.repeat(ENDLESS)}\r\n`],
  ['a literal of 10 MB', `* 1 FETCH (BODY[] {${ENDLESS}}\r\n${'x'.repeat(ENDLESS)})\r\n`],
  ['10 MB of parentheses', `* LIST ${'('.repeat(ENDLESS)}\r\n`],
  ['binary', binary],
];

const WHERE: readonly (readonly [Step, Security])[] = [
  ['greeting', 'tls'],
  ['greeting', 'starttls'],
  ['capability', 'starttls'],
  ['login', 'tls'],
  ['select', 'tls'],
  ['idle', 'tls'],
];

let stand: FaultStand;
beforeAll(async () => {
  stand = await FaultStand.start();
  await stand.watchHealthy();
});
afterAll(() => stand[Symbol.asyncDispose]());

describe.each(WHERE)('at %s over %s', (step, security) => {
  it.each(KINDS)('%s ends the connection before it fills the memory', async (_kind, text) => {
    await using server = await stand.server({ security, script: { [step]: fault.raw(text) } });
    await using line = await CuttingProxy.start(server.port);
    const id = await stand.add(server, { port: line.port });
    const { kind, problem } = await stand.problem(id);
    expect({ kind, code: problem.code, message: problem.message }).toEqual({
      kind: 'retrying',
      code: 'not-imap',
      message: expect.stringMatching(/not (?:an )?IMAP.*Check the (?:port|server name and port)/),
    });
    await server.until(({ open }) => open === 0);
    expect(line.passedToClients).toBeLessThan(TAKEN_AT_MOST);
    server.setScript({});
    await stand.recovers(id);
    expect(stand.harm()).toEqual([]);
    await stand.remove(id);
  });
});

describe('a line that cannot be read', () => {
  it('is skipped where it is one among good ones: servers have their oddities', async () => {
    const odd = '* 1 FETCH (FLAGS ((\r\n+ idling\r\n* 9 EXISTS\r\n';
    await using server = await stand.server({ script: { idle: fault.raw(odd) } });
    const id = await stand.add(server);
    await stand.until(id, ({ state, messages }) => state.kind === 'idle' && messages === 9);
    expect(server.stats().connections).toBe(1);
    expect(stand.harm()).toEqual([]);
    await stand.remove(id);
  });
});
