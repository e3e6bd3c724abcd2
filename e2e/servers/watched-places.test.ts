/**
 * Who connects to a pass-through, and from where: by a line of the hosts file, over IPv6, as another
 * user, from another machine.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createSelfSigned,
  startImapServer,
  type ImapServer,
} from '../../electron/core/demo/testing/index.ts';
import { a, settingsFile } from '../../electron/core/set-up/testing/small-internet.ts';
import { temporaryFolder } from '../../electron/core/storage/testing/temporary-folder.ts';
import { whyNoNamespaces } from '../fixtures/network/network-namespace.ts';
import { freePort } from '../fixtures/network/ports.ts';
import { SERVER_ADDRESS, TwoMachines } from '../fixtures/network/two-machines.ts';
import { WatchCommand } from '../fixtures/program/watch-command.ts';

const run = promisify(execFile);
const TEST_LIMIT_MS = 60_000;
const NAME = 'imap.example.test';
const INTERNET = fileURLToPath(
  new URL('../fixtures/network/small-internet-process.ts', import.meta.url),
);

const why = whyNoNamespaces();
if (why !== null) process.stderr.write(`Skipped: ${why}\n`);

/** A program that connects, says who it wants, and leaves once it has been greeted. */
async function openssl(within: readonly string[], place: string): Promise<void> {
  const words = [...within, 'openssl', 's_client', '-connect', place, '-servername', NAME];
  const [command = '', ...args] = words;
  const program = run(command, args);
  program.child.stdin?.end();
  await program;
}

/** What a pass-through that is started so says of one connection. */
async function seen(
  args: readonly string[],
  within: readonly string[],
  use: (port: number) => Promise<void>,
) {
  await using command = new WatchCommand([...args, '--port', '0', '--json'], within);
  await use(await command.port());
  await command.until(/^1 /m);
  const { connections, server: dialled } = await command.report();
  return { ...connections[0], dialled };
}

describe.skipIf(why !== null)('a program that connects', () => {
  let machines: TwoMachines;
  let server: ImapServer;
  let owned: AsyncDisposableStack;
  beforeAll(async () => {
    owned = new AsyncDisposableStack();
    machines = owned.use(await TwoMachines.start());
    server = owned.use(await startImapServer());
    await machines.serve(server.port);
  });
  afterAll(() => owned.disposeAsync());

  it(
    'by a line of the hosts file arrives here, and its server is found past that file',
    async () => {
      await using folder = await temporaryFolder();
      const [hosts, resolver] = [join(folder.path, 'hosts'), join(folder.path, 'resolv.conf')];
      await writeFile(hosts, `127.0.0.1 localhost\n127.0.0.1 ${NAME}\n`);
      await writeFile(resolver, 'nameserver 127.0.0.1\n');
      const world = {
        pages: { 'autoconfig.example.test/mail/config-v1.1.xml': settingsFile(NAME) },
        zone: { [`A ${NAME}`]: [a(NAME, SERVER_ADDRESS)] },
      };
      const [first, ...words] = [...machines.command, process.execPath, INTERNET];
      const caFile = join(folder.path, 'ca.pem');
      const internet = spawn(first ?? '', [...words, caFile, JSON.stringify(world)], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      await once(internet.stdout, 'data');
      const files = `mount --bind ${hosts} /etc/hosts && mount --bind ${resolver} /etc/resolv.conf && exec "$@"`;
      const there = [...machines.command, 'unshare', '--mount', 'sh', '-c', files, 'sh'];
      try {
        expect(
          await seen([`${NAME}:${server.port}`], there, (port) =>
            openssl(there, `${NAME}:${port}`),
          ),
        ).toMatchObject({
          program: { kind: 'process', name: 'openssl' },
          serverName: NAME,
          outcome: { kind: 'full' },
          dialled: { host: NAME, addresses: [SERVER_ADDRESS] },
        });
      } finally {
        internet.stdin.end();
        await once(internet, 'exit');
      }
    },
    TEST_LIMIT_MS,
  );

  it(
    'over IPv6, or over IPv4 where both are listened for, is told by name',
    async () => {
      await using folder = await temporaryFolder();
      const { certPem, keyPem } = await createSelfSigned();
      const [cert, key] = [join(folder.path, 'cert.pem'), join(folder.path, 'key.pem')];
      await writeFile(cert, certPem);
      await writeFile(key, keyPem);
      const there = machines.command;
      const port = await freePort();
      const words = ['s_server', '-accept', `[::1]:${port}`, '-cert', cert, '-key', key];
      const [first, ...rest] = [...there, 'openssl', ...words];
      const six = spawn(first, rest, { stdio: ['pipe', 'pipe', 'inherit'] });
      await once(six.stdout, 'data');
      try {
        const told = { program: { kind: 'process', name: 'openssl' }, outcome: { kind: 'full' } };
        const args = [`imap://[::1]:${port}`, '--listen'];
        expect(
          await seen([...args, '::1'], there, (listens) => openssl(there, `[::1]:${listens}`)),
        ).toMatchObject(told);
        expect(
          await seen([...args, '::'], there, (listens) => openssl(there, `127.0.0.1:${listens}`)),
        ).toMatchObject(told);
      } finally {
        six.kill();
        await once(six, 'exit');
      }
    },
    TEST_LIMIT_MS,
  );

  it(
    'from another machine is elsewhere',
    async () => {
      const args = [`imap://${SERVER_ADDRESS}:${server.port}`, '--listen', '0.0.0.0'];
      expect(
        await seen(args, machines.command, (port) =>
          openssl(machines.otherCommand, `${machines.address}:${port}`),
        ),
      ).toMatchObject({ program: { kind: 'elsewhere' }, outcome: { kind: 'full' } });
    },
    TEST_LIMIT_MS,
  );

  it(
    'as another user is said to be that, and no more',
    async () => {
      const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
      expect(
        await seen([`imap://127.0.0.1:${server.port}`], nobody, (port) =>
          openssl([], `127.0.0.1:${port}`),
        ),
      ).toMatchObject({ program: { kind: 'other-user' }, outcome: { kind: 'full' } });
    },
    TEST_LIMIT_MS,
  );
});
