/** `npm run watch-client`: its document, bad input, and many connections at once. */
import { readFile } from 'node:fs/promises';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startImapServer } from '../../electron/core/demo/testing/index.ts';
import { visit } from '../../electron/core/demo/testing/client.ts';
import { startRawServer } from '../../electron/core/server-check/testing/raw-server.ts';
import { watchReportJsonSchema } from '../../shared/your-client.ts';
import { freePort } from '../fixtures/network/ports.ts';
import { WatchCommand, type WatchEnd } from '../fixtures/program/watch-command.ts';
import { readRecordings } from '../fixtures/recordings/recordings.ts';

const TEST_LIMIT_MS = 120_000;

const published = async () =>
  JSON.parse(
    await readFile(new URL('../../shared/watch-report.schema.json', import.meta.url), 'utf8'),
  ) as Parameters<typeof z.fromJSONSchema>[0];

async function refusedBy(args: readonly string[]): Promise<WatchEnd> {
  await using command = new WatchCommand(args);
  return await command.end();
}

function dial(port: number): Socket {
  const socket = connect({ host: '127.0.0.1', port });
  socket.on('error', () => undefined);
  return socket;
}

/** Resolves when it has closed, with an error or without. */
function closeOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => {
      resolve();
    });
  });
}

describe('npm run watch-client', () => {
  it(
    'prints a table as it goes, and at the end one document that fits the published schema',
    async () => {
      await using server = await startImapServer({ protocol: 'TLSv1.3' });
      await using command = new WatchCommand([
        `imap://localhost:${server.port}`,
        '--to',
        '127.0.0.1',
        '--port',
        '0',
        '--json',
      ]);
      const port = await command.port();
      const { sessions } = await visit(server, { port });
      await command.until(/Full handshake · nothing offered/);
      await visit(server, { port, session: sessions.at(-1) });
      await command.until(/Resumed · TLS 1\.3 ticket/);
      const { code, stdout } = await command.stop();
      expect(code).toBe(0);
      const document: unknown = JSON.parse(stdout);
      expect(z.fromJSONSchema(await published()).parse(document)).toEqual(document);
      expect(document).toMatchObject({
        schemaVersion: 1,
        server: { host: 'localhost', addresses: ['127.0.0.1'] },
        listening: { address: '127.0.0.1', port, reach: 'this-machine' },
        counts: { connections: 2, full: 1, resumed: 1, refused: 0, failed: 0 },
      });
    },
    TEST_LIMIT_MS,
  );

  it('has a published schema that is the one that the program holds to', async () => {
    expect(await published()).toEqual(JSON.parse(JSON.stringify(watchReportJsonSchema())));
  });

  it('says how to point a program at it, and who reaches it', async () => {
    await using command = new WatchCommand([
      'imap.example.org:993',
      '--to',
      '127.0.0.1',
      '--port',
      '0',
    ]);
    const port = await command.port();
    await command.until(/Ctrl-C/);
    expect(command.said).toContain(
      `curl --connect-to imap.example.org:993:127.0.0.1:${port} imaps://imap.example.org:993/`,
    );
    expect(command.said).toContain('127.0.0.1 imap.example.org');
    expect(command.said).not.toContain('OTHERS');
    await using open = new WatchCommand([
      'imap.example.org:993',
      '--to',
      '127.0.0.1',
      '--port',
      '0',
      '--listen',
      '0.0.0.0',
    ]);
    await open.until(/OTHERS IN THE NETWORK REACH IT/);
  });

  it.each([
    ['nothing', [], /Say which server/],
    ['an unknown flag', ['imap.example.org', '--insecure'], /Unknown option/],
    ['two servers', ['a.example.org', 'b.example.org'], /One server at a time/],
    ['another scheme', ['https://example.org'], /https:\/\//],
    ['no port', ['imap.example.org', '--port', 'x'], /--port N: A port .* whole number/],
    [
      'a name to listen at',
      ['imap.example.org', '--listen', 'localhost'],
      /--listen ADDRESS: Give an address of this machine/,
    ],
    [
      'a name in place of an address',
      ['imap.example.org', '--to', 'b'],
      /--to ADDRESS: Give the server's address/,
    ],
    [
      'an address that is not here',
      ['imap.example.org', '--to', '127.0.0.1', '--listen', '192.0.2.1'],
      /192\.0\.2\.1 is no address of this machine/,
    ],
    [
      'itself',
      ['imap.example.org:10993', '--to', '127.0.0.1', '--port', '10993'],
      /where this listens itself|in use/,
    ],
  ])('given %s ends with 2 and a sentence', async (_what, args, sentence) => {
    const { code, stdout, stderr } = await refusedBy([...args, '--json']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(sentence);
  });

  it('begins beside another one only at another port', async () => {
    const port = String(await freePort());
    const args = ['imap.example.org', '--to', '127.0.0.1', '--port', port];
    await using first = new WatchCommand(args);
    await first.port();
    const { code, stderr } = await refusedBy(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(/in use, perhaps by another watch-client/);
  });
});

/** By hand from RFC 5246 §7.4.1.2. @param minor 0 for SSL 3.0, 1 for TLS 1.0 */
function helloOf(minor: number): Buffer {
  const body = [3, minor, ...Buffer.alloc(32, 0x11), 0, 0, 2, 0, 0x2f, 1, 0];
  return Buffer.from([22, 3, 0, 0, body.length + 4, 1, 0, 0, body.length, ...body]);
}

describe('what is no handshake has a sentence, and the next connection is as ever:', () => {
  const cases: readonly [
    string,
    (socket: Socket) => void,
    readonly (string | Buffer)[],
    string,
    RegExp,
  ][] = [
    [
      'a client that speaks plain text',
      (socket) => socket.on('data', () => socket.end('a BAD\r\n')),
      ['a LOGIN ann "correct horse"\r\n'],
      'client-plain',
      /plain text to the end/,
    ],
    [
      'garbage',
      (socket) => socket.on('data', () => socket.end()),
      [Buffer.from([1, 2, 3, 0])],
      'client-garbage',
      /neither text nor TLS/,
    ],
    [
      'SSL 2',
      (socket) => socket.on('data', () => socket.end()),
      [Buffer.from([0x80, 0x2e, 1, 0, 2, 0, 0x15])],
      'client-ssl2',
      /as SSL 2 did/,
    ],
    [
      'SSL 3.0, refused',
      (socket) => socket.on('data', () => socket.end(Buffer.from([21, 3, 0, 0, 2, 2, 40]))),
      [helloOf(0)],
      'server-alert',
      /handshake_failure/,
    ],
    [
      'TLS 1.0 alone, refused',
      (socket) => socket.on('data', () => socket.end(Buffer.from([21, 3, 1, 0, 2, 2, 70]))),
      [helloOf(1)],
      'server-alert',
      /refuses the versions of TLS/,
    ],
    [
      'a server that is plain',
      (socket) => socket.on('data', () => socket.end('* OK IMAP4rev1\r\n')),
      [helloOf(1)],
      'server-plain',
      /answered in plain text/,
    ],
    [
      'a server that resets',
      (socket) => socket.on('data', () => socket.resetAndDestroy()),
      [helloOf(1)],
      'server-left',
      /in place of an answer/,
    ],
    [
      'a client that goes in the middle of its ClientHello',
      (socket) => socket.resume().on('end', () => socket.end()),
      [helloOf(1).subarray(0, 20), 'END'],
      'client-left',
      /closed before the server had answered/,
    ],
    [
      'a client that says nothing and goes',
      (socket) => socket.on('end', () => socket.end()),
      [],
      'client-silent',
      /said nothing/,
    ],
  ];

  it.each(cases)(
    '%s',
    async (_what, serve, says, reason, sentence) => {
      const { port: serverPort } = await startRawServer(serve);
      await using command = new WatchCommand([`127.0.0.1:${serverPort}`, '--port', '0', '--json']);
      const port = await command.port();
      for (let round = 1; round <= 2; round += 1) {
        const client = dial(port);
        await once(client, 'connect');
        for (const what of says) if (what !== 'END') client.write(what);
        if (says.length === 0 || says.includes('END')) client.end();
        client.resume();
        await closeOf(client);
      }
      await command.until(/^2 /m);
      const { said } = command;
      const { connections, counts } = await command.report();
      expect(counts).toMatchObject({ connections: 2, failed: 2, open: 0 });
      for (const { outcome } of connections) {
        expect(outcome).toMatchObject({
          kind: 'failed',
          reason,
          text: expect.stringMatching(sentence),
        });
      }
      // Passwords pass through it before TLS.
      expect(said + JSON.stringify(connections)).not.toContain('correct horse');
    },
    TEST_LIMIT_MS,
  );

  it(
    'a server that is down',
    async () => {
      await using command = new WatchCommand([
        `127.0.0.1:${await freePort()}`,
        '--port',
        '0',
        '--json',
      ]);
      await closeOf(dial(await command.port()));
      await command.until(/refuses connections/);
      const { connections } = await command.report();
      expect(connections[0]?.outcome).toMatchObject({ reason: 'server-unreachable' });
    },
    TEST_LIMIT_MS,
  );
});

describe.skipIf(process.platform !== 'linux')('two that lead to each other', () => {
  it.each([
    ['says nothing', ''],
    ['begins TLS', helloOf(3)],
  ])(
    'end at once, and say so, where a client %s',
    async (_what, says) => {
      const [first, second] = [String(await freePort()), String(await freePort())];
      const json = '--json';
      await using one = new WatchCommand([`127.0.0.1:${second}`, '--port', first, json]);
      await using other = new WatchCommand([`127.0.0.1:${first}`, '--port', second, json]);
      await Promise.all([one.port(), other.port()]);
      const client = dial(Number(first));
      client.write(says);
      await closeOf(client);
      await one.until(/^2 .*leads back here/m);
      const { connections, counts } = await one.report();
      expect(counts).toMatchObject({ connections: 2, open: 0, failed: 2 });
      for (const { outcome } of connections) expect(outcome).toMatchObject({ reason: 'loop' });
      expect((await other.report()).counts.connections).toBe(1);
    },
    TEST_LIMIT_MS,
  );
});

describe('many connections', () => {
  it(
    'a thousand are held, each with its handshake, and counted',
    async () => {
      const recording = (await readRecordings()).find(({ verdict, security }) => {
        return verdict.result === 'full' && security === 'tls';
      });
      const said = (side: 'client' | 'server') =>
        Buffer.concat(
          (recording?.pieces ?? [])
            .filter(([from, what]) => from === side && what !== 'end' && what !== 'reset')
            .map(([, what]) => Buffer.from(what, 'hex')),
        );
      const [hello, answer] = [said('client'), said('server')];
      const { port: serverPort } = await startRawServer((socket) => {
        socket.once('data', () => socket.write(answer));
      });
      await using command = new WatchCommand([`127.0.0.1:${serverPort}`, '--port', '0', '--json']);
      const port = await command.port();
      const clients = Array.from({ length: 1000 }, () => dial(port));
      await Promise.all(
        clients.map(async (client) => {
          client.write(hello);
          await once(client, 'data');
        }),
      );
      const { counts, connections } = await command.report();
      expect(counts).toMatchObject({ connections: 1000, open: 1000, failed: 0, resumed: 0 });
      expect(connections).toHaveLength(1000);
      for (const client of clients) client.destroy();
    },
    TEST_LIMIT_MS,
  );

  it(
    'a flood that comes and goes leaves it as it was',
    async () => {
      const { port: serverPort } = await startRawServer((socket) => socket.end());
      await using command = new WatchCommand([`127.0.0.1:${serverPort}`, '--port', '0', '--json']);
      const port = await command.port();
      for (let wave = 0; wave < 10; wave += 1) {
        const closed = Array.from({ length: 300 }, () => closeOf(dial(port).resume()));
        await Promise.all(closed);
      }
      const { counts } = await command.report();
      expect(counts.connections).toBe(3000);
      expect(counts.open).toBe(0);
    },
    TEST_LIMIT_MS,
  );
});
