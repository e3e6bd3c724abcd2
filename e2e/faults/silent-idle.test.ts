/**
 * A server that falls silent while a mailbox is watched: no byte and no end, as behind a NAT that
 * forgot the connection. How long that is borne is imapflow's own timer, minutes in the program;
 * here it is short, and everything else is the real thing.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type * as ImapflowOptions from '../../electron/core/connections/imap/imapflow-options.ts';
import { CuttingProxy } from './cutting-proxy.ts';
import { FaultStand } from './fault-stand.ts';

vi.mock('../../electron/core/connections/imap/imapflow-options.ts', async (original) => {
  const real = await original<typeof ImapflowOptions>();
  return {
    ...real,
    imapflowOptions: (...args: Parameters<typeof real.imapflowOptions>) => ({
      ...real.imapflowOptions(...args),
      socketTimeout: 1000,
    }),
  };
});

let stand: FaultStand;
beforeAll(async () => {
  stand = await FaultStand.start();
});
afterAll(() => stand[Symbol.asyncDispose]());

describe('a server that falls silent while its mailbox is watched', () => {
  it.each(['tls', 'starttls'] as const)(
    'is asked for a sign of life, given up and tried again, %s',
    async (security) => {
      await using server = await stand.server({ security });
      await using line = await CuttingProxy.start(server.port);
      const id = await stand.add(server, { port: line.port });
      await stand.until(id, ({ state }) => state.kind === 'idle');
      line.fallSilent();
      const { kind, problem } = await stand.problem(id);
      expect({ kind, ...problem }).toEqual({
        kind: 'retrying',
        code: 'timeout',
        message: '127.0.0.1 stopped answering, so the connection was given up.',
        serverLine: null,
      });
      await server.until(({ open }) => open === 0);
      stand.clock.advance(10_000);
      await stand.until(id, ({ state }) => state.kind === 'idle');
      await stand.remove(id);
    },
  );

  it('but answers when it is asked is kept', async () => {
    await using server = await stand.server();
    const id = await stand.add(server);
    await stand.until(id, ({ state }) => state.kind === 'idle');
    // Twice asked, twice answered: it says nothing else.
    await server.until(({ commands }) => commands.filter((name) => name === 'IDLE').length >= 3);
    expect(server.stats().connections).toBe(1);
    await stand.remove(id);
  });
});
