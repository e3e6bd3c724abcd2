import { once } from 'node:events';
import { connect as connectTcp, createServer, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { DEMO_LINE, startDemoServers, type DemoServers } from './demo-servers.ts';
import { Line } from './line.ts';

/** A server that gives back what it gets, behind a line. */
async function echo(line: { roundTripMs: number; bitsPerSecond: number }) {
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const near = new Line((server.address() as AddressInfo).port, line);
  await near.start();
  return {
    port: near.port,
    sockets,
    [Symbol.asyncDispose]: async () => {
      await near[Symbol.asyncDispose]();
      server.close();
    },
  };
}

/**
 * A handshake with one of the demo's servers: its time in ms, what the server's part of it alone takes on
 * the line, and the session that it brought.
 */
async function handshake({ servers, caPem }: DemoServers, label: string, session?: Buffer) {
  const found = servers.find((server) => server.label === label);
  if (found === undefined) throw new Error(`no server ${label}`);
  const { host, port, servername } = found;
  const raw = connectTcp({ host, port, noDelay: true });
  await once(raw, 'connect');
  const startedAt = performance.now();
  const socket = connectTls({ socket: raw, servername, ca: caPem, session });
  const brought = new Promise<Buffer>((resolve) => socket.once('session', resolve));
  await once(socket, 'secureConnect');
  const tookMs = performance.now() - startedAt;
  const lineMs = (raw.bytesRead * 8000) / DEMO_LINE.bitsPerSecond;
  const isResumed = socket.isSessionReused();
  const issuer = isResumed ? null : socket.getPeerCertificate(true).issuerCertificate.subject.CN;
  socket.resume();
  // One session is good for the rest of it.
  const next = session ?? (await brought);
  socket.destroy();
  return { tookMs, lineMs, isResumed, next, issuer };
}

describe('a line', () => {
  it('lets everything through in its order, and the end of it, not faster than it is', async () => {
    await using server = await echo({ roundTripMs: 10, bitsPerSecond: 8_000_000 });
    const sent = Array.from({ length: 20_000 }, (_, index) => String(index)).join(' ');
    const socket = connectTcp(server.port, '127.0.0.1');
    const startedAt = performance.now();
    socket.end(sent);
    expect((await text(socket)) === sent).toBe(true);
    // 109 kB at 1 kB a ms; there and back go on at once.
    expect(performance.now() - startedAt).toBeGreaterThan(109 + 10 - 1);
  });

  it('that breaks at one end is gone at the other', async () => {
    await using server = await echo({ roundTripMs: 2, bitsPerSecond: 8_000_000 });
    for (const side of ['near', 'far'] as const) {
      const socket = connectTcp(server.port, '127.0.0.1');
      socket.on('error', () => undefined).resume();
      socket.write('hello');
      await once(socket, 'data');
      const other = server.sockets.at(-1);
      if (other === undefined) throw new Error('nobody came');
      const [broken, left] = side === 'near' ? [socket, other] : [other, socket];
      const gone = once(left, 'close');
      broken.resetAndDestroy();
      await expect(gone).resolves.toBeDefined();
    }
  });
});

describe('the demo’s servers', () => {
  // By what the line alone asks of each: how busy the machine is makes both slower.
  it.each([
    ['TLS 1.3 tickets', 55],
    ['TLS 1.2 tickets', 65],
    ['Session IDs', 65],
  ])('let nobody have a full handshake as quickly as a resumed one: %s', async (label, floorMs) => {
    await using demo = await startDemoServers({ messageEveryMs: null });
    const full = await handshake(demo, label);
    expect(full).toMatchObject({
      isResumed: false,
      issuer: 'Reprise demo authority, intermediate',
    });
    expect(full.tookMs).toBeGreaterThan(floorMs);
    const resumed = await handshake(demo, label, full.next);
    expect(resumed.isResumed).toBe(true);
    expect(resumed.tookMs).toBeGreaterThan(DEMO_LINE.roundTripMs);
    expect(resumed.lineMs).toBeLessThan(full.lineMs - 8);
    expect(DEMO_LINE.roundTripMs + resumed.lineMs).toBeLessThan(floorMs - 20);
  });
});
