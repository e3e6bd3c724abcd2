import { once } from 'node:events';
import {
  createServer as createPlainServer,
  connect as connectPlain,
  type AddressInfo,
} from 'node:net';
import { expect, it, describe } from 'vitest';
import type { ClientWatchId } from '../../../shared/ids.ts';
import type { Snapshot } from '../../../shared/state.ts';
import { watchReportSchema, type ClientWatch } from '../../../shared/your-client.ts';
import { visit } from '../demo/testing/client.ts';
import { afterEachTest, allIdle, folder, inputFor, server, start } from './testing/engine.ts';

const TEST_LIMIT_MS = 60_000;

const input = (port: number) => ({
  server: `imap://localhost:${port}`,
  starttls: false,
  listenPort: '0',
  listenAddress: '',
  to: '127.0.0.1',
});

const find = ({ clientWatches }: Snapshot, id: ClientWatchId): ClientWatch => {
  const found = clientWatches.find((watch) => watch.id === id);
  if (found === undefined) throw new Error('It is not there.');
  return found;
};

function portOf({ state }: ClientWatch): number {
  if (state.kind !== 'listening') throw new Error('It does not listen.');
  return state.listening.port;
}

const closed =
  (count: number) =>
  ({ clientConnections }: Snapshot): boolean =>
    clientConnections.filter(({ seen }) => seen.ended !== null).length === count;

describe('a program that is watched', () => {
  it(
    'is seen live, stopped, and forgotten; accounts, history and counters stay as they were',
    async () => {
      const imap = await server({ protocol: 'TLSv1.3' });
      const { engine, until, state } = await start(await folder());
      await engine.addAccount(inputFor(imap));
      await until(allIdle(1));
      const history = async () => {
        const { buckets } = await engine.getHistory({ range: '24h', account: null });
        return buckets.map(({ resumed, full, refused, failed }) => [
          resumed,
          full,
          refused,
          failed,
        ]);
      };
      const before = { ...state(), history: await history() };

      const { id } = await engine.startClientWatch({
        ...input(imap.port),
        server: `imap://localhost:${imap.port}`,
      });
      const watch = find(await until((now) => find(now, id).state.kind !== 'starting'), id);
      expect(watch).toMatchObject({
        server: { protocol: 'imap', host: 'localhost', port: imap.port },
        state: { kind: 'listening', addresses: ['127.0.0.1'] },
        summary: 'No connection has come so far.',
      });
      const port = portOf(watch);
      const { sessions } = await visit(imap, { port });
      await visit(imap, { port, session: sessions.at(-1) });
      const seen = await until(closed(2));
      expect(seen.clientConnections.map((row) => row.seen)).toMatchObject([
        { number: 1, serverName: 'localhost', version: 'TLSv1.3', outcome: { kind: 'full' } },
        { number: 2, outcome: { kind: 'resumed', mechanism: 'tls13-ticket' } },
      ]);
      expect(find(seen, id)).toMatchObject({
        counts: { connections: 2, open: 0, resumed: 1, full: 1 },
        summary: expect.stringMatching(/the first full, the second resumed by TLS 1\.3 ticket/),
      });
      const report = await engine.getClientReport(id);
      expect(watchReportSchema.parse(report)).toEqual(report);

      const open = connectPlain({ host: '127.0.0.1', port }).on('error', () => undefined);
      await until((now) => find(now, id).counts.open === 1);
      const cutOff = new Promise((resolve) => open.once('close', resolve));
      await engine.stopClientWatch(id);
      await cutOff;
      const stopped = await until((now) => find(now, id).state.kind === 'stopped');
      expect(find(stopped, id).counts).toMatchObject({ connections: 3, open: 0 });
      // What was seen stays until it is forgotten.
      expect((await engine.getClientReport(id)).connections).toHaveLength(3);
      await engine.forgetClientWatch(id);
      const after = await until(({ clientWatches }) => clientWatches.length === 0);
      expect(after.clientConnections).toEqual([]);
      await expect(engine.getClientReport(id)).rejects.toMatchObject({ code: 'not-found' });

      for (const part of ['accounts', 'connections', 'heldSessions', 'totals', 'notices'] as const)
        expect(after[part]).toEqual(before[part]);
      expect(await history()).toEqual(before.history);
    },
    TEST_LIMIT_MS,
  );

  it(
    'says at the field what is wrong, and nothing is left of it',
    async () => {
      const { engine, state } = await start(await folder());
      const taken = createPlainServer().listen(0, '127.0.0.1');
      afterEachTest(async () => {
        taken.close();
        await once(taken, 'close');
      });
      await once(taken, 'listening');
      const { port } = taken.address() as AddressInfo;
      const cases = [
        [{ server: '' }, 'server', /Say which server/],
        [{ server: 'not a server' }, 'server', /has no spaces/],
        [{ server: 'https://example.org' }, 'server', /https:\/\//],
        [{ listenPort: '70000' }, 'listenPort', /from 0 to 65535, not "70000"/],
        [{ listenPort: String(port) }, 'listenPort', /is in use/],
        [{ listenAddress: 'localhost' }, 'listenAddress', /an address of this machine/],
        [{ listenAddress: '192.0.2.1' }, 'listenAddress', /no address of this machine/],
        [{ to: 'b' }, 'to', /the server's address/],
        [
          { server: `127.0.0.1:${port + 1}`, listenPort: String(port + 1) },
          'to',
          /where this listens itself/,
        ],
      ] as const;
      for (const [change, field, message] of cases) {
        await expect(engine.startClientWatch({ ...input(993), ...change })).rejects.toMatchObject({
          code: 'invalid-input',
          field,
          message: expect.stringMatching(message),
        });
      }
      expect(state().clientWatches).toEqual([]);
    },
    TEST_LIMIT_MS,
  );

  it(
    'has four servers at most, and listens no more once the engine has closed',
    async () => {
      const { app, engine, state, until } = await start(await folder());
      for (let count = 1; count <= 4; count += 1) await engine.startClientWatch(input(993));
      await expect(engine.startClientWatch(input(993))).rejects.toMatchObject({
        message: expect.stringMatching(/4 servers are watched already/),
      });
      await until(({ clientWatches }) =>
        clientWatches.every(({ state }) => state.kind !== 'starting'),
      );
      const ports = state().clientWatches.map(portOf);
      await app.close();
      for (const port of ports) {
        const [error] = (await once(
          connectPlain({ host: '127.0.0.1', port }).once('connect', () => undefined),
          'error',
        ).catch((refused: unknown) => [refused])) as [NodeJS.ErrnoException];
        expect(error.code).toBe('ECONNREFUSED');
      }
    },
    TEST_LIMIT_MS,
  );
});
