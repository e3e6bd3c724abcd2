/** The threads of "Your client" as Electron has them: each built into one file, beside the program's. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { startImapServer } from '../../electron/core/demo/testing/index.ts';
import { visit } from '../../electron/core/demo/testing/client.ts';
import { temporaryFolder } from '../../electron/core/storage/testing/temporary-folder.ts';
import { startThread } from '../../electron/core/thread.ts';
import type { LabNews } from '../../electron/core/your-client/lab/lab-desk.ts';
import type { LabDigest, LiveLab } from '../../electron/core/your-client/lab/live-lab.ts';
import type { Digest, Relays } from '../../electron/core/your-client/relays.ts';
import { REPOSITORY } from '../fixtures/program/repository.ts';

const built = (name: string) => pathToFileURL(join(REPOSITORY, 'dist/shell', name));

it('passes on and tells what it sees', async () => {
  await using server = await startImapServer({ protocol: 'TLSv1.3' });
  const told = Promise.withResolvers<Digest>();
  const { calls, terminate } = startThread<Relays, { digest(id: string, digest: Digest): void }>({
    name: 'your-client',
    file: built('your-client-worker.cjs'),
    said: {
      digest: (_id, digest) => {
        if (digest.counts.full === 1) told.resolve(digest);
      },
    },
    onEnd: (error) => {
      told.reject(error);
    },
  });
  const { host, port } = server;
  const plan = {
    server: { protocol: 'imap', host, port, security: 'tls' },
    listenAddress: '127.0.0.1',
    listenPort: 0,
    to: null,
  } as const;
  const started = await calls.start('one', plan, { name: 'Reprise', version: '0' });
  if (started.kind !== 'listening') throw new Error(started.message);
  await visit(server, { port: started.listening.port });
  expect((await told.promise).rows.at(-1)).toMatchObject({
    number: 1,
    outcome: { kind: 'full' },
    serverName: 'localhost',
  });
  await terminate();
});

it('takes a program through the lab, and tells how far it is', async () => {
  await using folder = await temporaryFolder();
  const told = Promise.withResolvers<LabDigest>();
  const { calls, terminate } = startThread<LiveLab, LabNews>({
    name: 'client-lab',
    file: built('client-lab-worker.cjs'),
    said: {
      digest: (digest) => {
        if (digest.seen.progress.length > 0) told.resolve(digest);
      },
    },
    onEnd: (error) => {
      told.reject(error);
    },
  });
  const started = await calls.start({
    protocol: 'pop3',
    listenAddress: '127.0.0.1',
    listenPort: 0,
    folder: folder.path,
    isPlainNode: true,
    program: { name: 'Reprise', version: '0' },
  });
  if (started.kind !== 'listening') throw new Error(started.error.message);
  const { doorways, authority } = started.listening;
  const socket = connect({
    host: 'localhost',
    port: doorways[0]?.port ?? 0,
    ca: await readFile(authority.caFile),
  });
  await once(socket, 'data');
  socket.end('QUIT\r\n');
  expect((await told.promise).seen.progress).toMatchObject([{ way: 'tls', done: 1 }]);
  await terminate();
});
