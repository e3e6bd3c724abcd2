/** The thread of "Your client" as Electron has it: built into one file, beside the program's. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { startImapServer } from '../../electron/core/demo/testing/index.ts';
import { visit } from '../../electron/core/demo/testing/client.ts';
import { startThread } from '../../electron/core/thread.ts';
import type { Digest, Relays } from '../../electron/core/your-client/relays.ts';
import { REPOSITORY } from '../fixtures/program/repository.ts';

it('passes on and tells what it sees', async () => {
  await using server = await startImapServer({ protocol: 'TLSv1.3' });
  const told = Promise.withResolvers<Digest>();
  const { calls, terminate } = startThread<Relays, { digest(id: string, digest: Digest): void }>({
    name: 'your-client',
    file: pathToFileURL(join(REPOSITORY, 'dist/shell/your-client-worker.cjs')),
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
