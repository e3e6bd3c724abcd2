import { once } from 'node:events';
import { appendFile, readFile } from 'node:fs/promises';
import { connect as connectPlain, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect, type ConnectionOptions } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { clientCheckReportSchema } from '../../../shared/client-check.ts';
import type { ClientLab } from '../../../shared/client-lab.ts';
import type { Snapshot } from '../../../shared/state.ts';
import { afterEachTest, folder, start } from './testing/engine.ts';

const TEST_LIMIT_MS = 60_000;

const INPUT = { protocol: 'imap', listenPort: '0', listenAddress: '' } as const;

const lab = ({ clientLabs }: Snapshot): ClientLab => {
  const [found] = clientLabs;
  if (found === undefined) throw new Error('There is none.');
  return found;
};

const listeningOf = (now: Snapshot) => {
  const { state } = lab(now);
  if (state.kind !== 'listening') throw new Error('It does not listen.');
  const port = state.doorways.find(({ way }) => way === 'tls')?.port ?? 0;
  return { ...state, port };
};

/** Signs in and out, and keeps no session. */
async function signIn(options: ConnectionOptions): Promise<void> {
  const socket = connect({ host: '127.0.0.1', servername: 'localhost', ...options });
  for (const line of ['a LOGIN ann any', 'b LOGOUT']) {
    await once(socket, 'data');
    socket.write(`${line}\r\n`);
  }
  socket.resume();
  await once(socket, 'end');
  socket.end();
  await once(socket, 'close');
}

const hasEnded =
  (count: number) =>
  ({ labConnections }: Snapshot): boolean =>
    labConnections.filter(({ seen }) => seen.ended !== null).length === count;

const portTaken = async (): Promise<number> => {
  const taken = createServer().listen(0, '127.0.0.1');
  afterEachTest(async () => {
    taken.close();
    await once(taken, 'close');
  });
  await once(taken, 'listening');
  return (taken.address() as AddressInfo).port;
};

describe('the lab', () => {
  it(
    'says what it finds as the plan goes on; accounts, history and counters stay as they were',
    async () => {
      const { engine, until, state } = await start(await folder());
      const before = state();
      const { id } = await engine.startClientLab(INPUT);
      const listening = listeningOf(
        await until(({ clientLabs }) => clientLabs[0]?.state.kind === 'listening'),
      );
      const { port, host, authority } = listening;
      expect(host).toBe('localhost');
      expect(lab(state()).seen).toMatchObject({
        verdict: 'not-tested',
        findings: [],
        progress: [],
      });
      const ca = await readFile(authority.caFile);
      await signIn({ port, ca });
      const once1 = await until(hasEnded(1));
      expect(lab(once1).seen.progress).toMatchObject([{ way: 'tls', done: 1, next: 'taken-up' }]);
      expect(lab(once1).seen.notSeen).toContain('never-offers');
      for (let count = 2; count <= 3; count += 1) await signIn({ port, ca });
      const seen = await until(hasEnded(3));
      const { verdict, summary, findings } = lab(seen).seen;
      expect(verdict).toBe('fault');
      expect(summary).toMatch(/never offers a session/);
      expect(findings.find((each) => each.id === 'never-offers')).toMatchObject({
        weight: 'fault',
        connections: [2, 3],
      });

      await expect(signIn({ port, ca })).rejects.toThrow(/self-signed/);
      await until(hasEnded(4));
      const report = await engine.getClientLabReport(id);
      expect(clientCheckReportSchema.parse(report)).toEqual(report);
      expect(report.connections.map(({ step }) => step)).toEqual([
        'full',
        'taken-up',
        'taken-up',
        'untrusted',
      ]);

      const open = connectPlain({ host: '127.0.0.1', port }).on('error', () => undefined);
      await until(({ labConnections }) => labConnections.length === 5);
      const cutOff = new Promise((resolve) => open.once('close', resolve));
      await engine.stopClientLab(id);
      await cutOff;
      await until(({ clientLabs }) => clientLabs[0]?.state.kind === 'stopped');
      // What was seen stays until it is forgotten.
      expect((await engine.getClientLabReport(id)).connections).toHaveLength(5);
      await engine.forgetClientLab(id);
      const after = await until(({ clientLabs }) => clientLabs.length === 0);
      expect(after.labConnections).toEqual([]);
      await expect(engine.getClientLabReport(id)).rejects.toMatchObject({ code: 'not-found' });
      for (const part of ['accounts', 'connections', 'heldSessions', 'totals', 'notices'] as const)
        expect(after[part]).toEqual(before[part]);
    },
    TEST_LIMIT_MS,
  );

  it(
    'runs once at a time, and says what is wrong; nothing is left of it',
    async () => {
      const dataDir = await folder();
      const { engine, state, until } = await start(dataDir);
      const port = await portTaken();
      const cases = [
        [{ listenPort: '70000' }, 'listenPort', /from 0 to 65535, not "70000"/],
        [{ listenPort: String(port) }, 'listenPort', /is in use, perhaps by another lab/],
        [{ listenAddress: 'localhost' }, 'listenAddress', /an address of this machine/],
        [{ listenAddress: '192.0.2.1' }, 'listenAddress', /no address of this machine/],
      ] as const;
      for (const [change, field, message] of cases) {
        await expect(engine.startClientLab({ ...INPUT, ...change })).rejects.toMatchObject({
          code: 'invalid-input',
          field,
          message: expect.stringMatching(message),
        });
      }
      await until(({ clientLabs }) => clientLabs.length === 0);

      const { id } = await engine.startClientLab(INPUT);
      await expect(engine.startClientLab(INPUT)).rejects.toMatchObject({
        message: 'The lab runs already. Stop it first.',
      });
      await engine.stopClientLab(id);
      // In place of the one that was stopped.
      const { id: next } = await engine.startClientLab(INPUT);
      await until(({ clientLabs }) => clientLabs[0]?.id === next);
      expect(state().clientLabs).toHaveLength(1);
      await engine.forgetClientLab(next);

      await appendFile(join(dataDir, 'lab-ca.pem'), 'one more line');
      await expect(engine.startClientLab(INPUT)).rejects.toMatchObject({
        code: 'bad-ca-file',
        message: expect.stringMatching(/holds more than its certificate\. Remove .*lab-ca\.key/),
      });
      await until(({ clientLabs }) => clientLabs.length === 0);
    },
    TEST_LIMIT_MS,
  );

  it(
    'leaves out in Electron what plain Node alone can do, says so, and ends with the engine',
    async () => {
      const { app, engine, until } = await start(await folder(), { shell: 'electron' });
      await engine.startClientLab({ ...INPUT, protocol: 'smtp' });
      const { port, authority } = listeningOf(
        await until(({ clientLabs }) => clientLabs[0]?.state.kind === 'listening'),
      );
      const socket = connect({ host: 'localhost', port, ca: await readFile(authority.caFile) });
      await once(socket, 'data');
      socket.end('QUIT\r\n');
      socket.resume();
      await once(socket, 'close');
      const { seen } = lab(
        await until(
          ({ clientLabs }) =>
            clientLabs[0]?.seen.open === 0 && clientLabs[0].seen.connections === 1,
        ),
      );
      expect(seen.notHere).toEqual(['renewed']);
      await app.close();
      const refused = connectPlain({ host: '127.0.0.1', port });
      const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException];
      expect(error.code).toBe('ECONNREFUSED');
    },
    TEST_LIMIT_MS,
  );
});
