import { once } from 'node:events';
import { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuthority } from '../../demo/testing/index.ts';
import { LateSocket } from './late-socket.ts';

let resources: AsyncDisposableStack;
beforeEach(() => {
  resources = new AsyncDisposableStack();
});
afterEach(() => resources.disposeAsync());

/** A TLS connection whose client end is a late socket. */
async function connected(serve: (socket: TLSSocket) => void) {
  const authority = await createAuthority();
  const { certPem, keyPem } = await authority.issue();
  const server = createServer({ cert: certPem, key: keyPem }, (socket) => {
    socket.on('error', () => socket.destroy());
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const socket = connect({ port: address.port, servername: 'localhost', ca: authority.certPem });
  const late = new LateSocket(new Socket());
  resources.defer(async () => {
    late.destroy();
    socket.destroy();
    server.close();
    await once(server, 'close');
  });
  await once(socket, 'secureConnect');
  return { late, socket };
}

describe('a late socket', () => {
  it('gives everything that came before the end to whoever reads it only afterwards', async () => {
    const sent = Buffer.alloc(10_000, 'x');
    const { late, socket } = await connected((peer) => peer.end(sent));
    late.attach(socket);
    await once(socket, 'close');
    let received = 0;
    for await (const chunk of late) received += (chunk as Buffer).length;
    expect(received).toBe(sent.length);
  });

  it('gives everything to a slow reader', async () => {
    const sent = Buffer.alloc(400_000, 'x');
    const { late, socket } = await connected((peer) => peer.end(sent));
    late.attach(socket);
    let received = 0;
    for await (const chunk of late) {
      received += (chunk as Buffer).length;
      await turn();
    }
    expect(received).toBe(sent.length);
  });

  it('reads no faster than it is read from', async () => {
    const { late, socket } = await connected((peer) => peer.write(Buffer.alloc(8_000_000)));
    late.attach(socket);
    await once(late, 'readable');
    await once(socket, 'pause');
    expect(late.readableLength).toBeLessThan(1_000_000);
  });

  it('passes on what is written, and ends with an error when the connection breaks', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const { late, socket } = await connected((peer) => {
      peer.once('data', (data: Buffer) => {
        resolve(data.toString());
        peer.destroy();
      });
    });
    late.attach(socket);
    late.resume();
    late.write('a NOOP\r\n');
    expect(await promise).toBe('a NOOP\r\n');
    await new Promise((closed) => late.once('close', closed));
    expect(late.destroyed).toBe(true);
  });

  it('tells of silence, asked before or after it was attached', async () => {
    const { late, socket } = await connected(() => undefined);
    late.setTimeout(20);
    late.attach(socket);
    await once(late, 'timeout');
    expect(socket.timeout).toBe(20);
    late.setTimeout(0);
    expect(socket.timeout).toBe(0);
  });

  it('closes the connection below when it is destroyed before TLS was there', async () => {
    const raw = new Socket();
    const late = new LateSocket(raw);
    late.destroy();
    await once(late, 'close');
    expect(raw.destroyed).toBe(true);
  });

  it('refuses to send anything before TLS is there', async () => {
    const late = new LateSocket(new Socket());
    late.write('a LOGIN user secret\r\n');
    const [error] = (await once(late, 'error')) as [Error];
    expect(error.message).toContain('before TLS');
    expect(error.message).not.toContain('secret');
  });
});
