import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { connect, type ConnectionOptions } from 'node:tls';
import { assert, nat, property, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ClientHello, readClientHello } from './client-hello.ts';
import { startImapServer } from '../demo/testing/index.ts';
import { visit } from '../demo/testing/client.ts';

/** The first bytes that Node's client sends with these options. */
async function bytesOf(options: ConnectionOptions): Promise<Buffer> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connect({ host: '127.0.0.1', port, ...options });
  client.on('error', () => undefined);
  const [peer] = (await once(server, 'connection')) as [Socket];
  const chunks: Buffer[] = [];
  while (readClientHello(Buffer.concat(chunks)).kind === 'incomplete') {
    const [chunk] = (await once(peer, 'data')) as [Buffer];
    chunks.push(chunk);
  }
  client.destroy();
  peer.destroy();
  server.close();
  return Buffer.concat(chunks);
}

function helloOf(bytes: Uint8Array): ClientHello {
  const reading = readClientHello(bytes);
  if (reading.kind !== 'client-hello') throw new Error(reading.kind);
  return reading.hello;
}

/** The same handshake message, spread over records of at most `size` bytes. */
function inRecords(bytes: Buffer, size: number): Buffer {
  const message = bytes.subarray(5);
  const records: Buffer[] = [];
  for (let at = 0; at < message.length; at += size) {
    const part = message.subarray(at, at + size);
    records.push(Buffer.from([22, 3, 1, 0, part.length]), part);
  }
  return Buffer.concat(records);
}

describe('a ClientHello of a real client', () => {
  test('without a session offers none, whatever its session ID field holds', async () => {
    const hello = helloOf(await bytesOf({ servername: 'localhost' }));
    expect(hello).toMatchObject({ serverName: 'localhost', supportsTls13: true });
    expect(hello.sessionId).toHaveLength(32);
    expect(hello.ticket).toHaveLength(0);
    expect(hello.pskIdentities).toEqual([]);
  });

  test('without a server name says so', async () => {
    expect(helloOf(await bytesOf({})).serverName).toBeNull();
  });

  test('of TLS 1.2 alone has an empty session ID', async () => {
    const hello = helloOf(await bytesOf({ servername: 'localhost', maxVersion: 'TLSv1.2' }));
    expect(hello.supportsTls13).toBe(false);
    expect(hello.sessionId).toHaveLength(0);
  });

  test.for(['TLSv1.2', 'TLSv1.3'] as const)(
    'shows the ticket offered under %s',
    async (protocol) => {
      await using server = await startImapServer({ protocol });
      const { sessions } = await visit(server);
      const session = sessions.at(-1);
      if (session === undefined) throw new Error('no ticket came');
      const hello = helloOf(await bytesOf({ servername: 'localhost', session }));
      const offered = protocol === 'TLSv1.3' ? hello.pskIdentities : [hello.ticket];
      expect(offered).toHaveLength(1);
      // The ticket stands in the session as it was issued.
      const [ticket = new Uint8Array()] = offered;
      expect(session.includes(Buffer.from(ticket))).toBe(true);
      expect(ticket.length).toBeGreaterThan(100);
      expect(protocol === 'TLSv1.3' ? hello.ticket : hello.pskIdentities).toHaveLength(0);
    },
  );

  test('is the same however it is spread over records', async () => {
    const bytes = await bytesOf({ servername: 'localhost' });
    const hello = helloOf(bytes);
    for (const size of [1, 2, 3, 4, 5, 100, 255]) {
      expect(helloOf(inRecords(bytes, size))).toEqual(hello);
    }
  });

  test('is incomplete until its last byte', async () => {
    const bytes = await bytesOf({ servername: 'localhost' });
    const whole = inRecords(bytes, 200);
    for (let length = 0; length < whole.length; length += 1) {
      expect(readClientHello(whole.subarray(0, length)).kind).toBe('incomplete');
    }
    expect(readClientHello(whole).kind).toBe('client-hello');
  });
});

describe('what is no ClientHello', () => {
  test.for([
    ['an IMAP command', Buffer.from('a1 LOGIN user')],
    ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\n')],
    ['a TLS alert', Buffer.from([21, 3, 3, 0, 2, 2, 40])],
    ['another handshake message', Buffer.from([22, 3, 1, 0, 4, 2, 0, 0, 0])],
    ['an empty record', Buffer.from([22, 3, 1, 0, 0])],
    ['an empty message', Buffer.from([22, 3, 1, 0, 4, 1, 0, 0, 0])],
    ['a message of 16 MB', Buffer.from([22, 3, 1, 0, 4, 1, 255, 255, 255])],
    ['a message cut short inside', Buffer.from([22, 3, 1, 0, 6, 1, 0, 0, 2, 3, 3])],
  ] as const)('is told at once: %s', ([, bytes]) => {
    expect(readClientHello(bytes).kind).toBe('not-a-client-hello');
  });

  test('never makes it throw, nor find more than was sent', () => {
    expect.hasAssertions();
    assert(
      property(uint8Array({ maxLength: 600 }), (bytes) => {
        expect(offeredBytes(bytes)).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });

  test('does so neither behind a right beginning', async () => {
    expect.hasAssertions();
    const bytes = await bytesOf({ servername: 'localhost' });
    assert(
      property(nat(bytes.length - 1), uint8Array({ minLength: 1 }), (at, garbage) => {
        const damaged = Buffer.from(bytes);
        damaged.set(garbage.subarray(0, damaged.length - at), at);
        expect(offeredBytes(damaged)).toBeLessThanOrEqual(damaged.length);
      }),
      { numRuns: 2000 },
    );
  });
});

/** Bytes in all that could be an offer; 0 for what is no ClientHello. */
function offeredBytes(bytes: Uint8Array): number {
  const reading = readClientHello(bytes);
  if (reading.kind !== 'client-hello') return 0;
  const { sessionId, ticket, pskIdentities } = reading.hello;
  return [sessionId, ticket, ...pskIdentities].reduce((sum, { length }) => sum + length, 0);
}
