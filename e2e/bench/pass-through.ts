/** What a connection loses on its way through the pass-through, against a relay that only relays. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { freePort } from '../fixtures/network/ports.ts';
import { REPOSITORY } from '../fixtures/program/repository.ts';
import { WatchCommand } from '../fixtures/program/watch-command.ts';
import { readRecordings } from '../fixtures/recordings/recordings.ts';
import { rowOf, type Row, type Sample } from './row.ts';

const RUNS = 5;
const STREAM_BYTES = 512 * 1024 * 1024;
const ROUND_TRIPS = 2000;
/** TLS records of the largest size, as a server sends them that has much to say. */
const RECORD_BYTES = 16 * 1024;
const RECORDS = 16;

/** A handshake as it was recorded, so that what follows is taken for TLS. */
async function recordedHandshake(): Promise<{ readonly hello: Buffer; readonly answer: Buffer }> {
  const recording = (await readRecordings()).find(
    ({ security, verdict }) => security === 'tls' && verdict.result === 'full',
  );
  const said = (side: 'client' | 'server'): Buffer =>
    Buffer.concat(
      (recording?.pieces ?? [])
        .filter(([from, what]) => from === side && what !== 'end' && what !== 'reset')
        .map(([, what]) => Buffer.from(what, 'hex')),
    );
  return { hello: said('client'), answer: said('server') };
}

function record(bytes: number): Buffer {
  return Buffer.concat([Buffer.from([23, 3, 3, bytes >> 8, bytes & 0xff]), Buffer.alloc(bytes)]);
}

/** Rows: throughput and the time of a round trip. */
export async function benchPassThrough(): Promise<Row[]> {
  const { hello, answer } = await recordedHandshake();
  const stream = Buffer.concat(Array.from({ length: RECORDS }, () => record(RECORD_BYTES)));
  const echo = record(64);
  // The first byte of what follows the handshake says which of the two is wanted.
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => undefined);
    let heard = 0;
    let isStreaming = false;
    socket.on('data', (chunk: Buffer) => {
      const before = heard;
      heard += chunk.length;
      if (before === 0) socket.write(answer);
      else if (chunk.length > echo.length && !isStreaming) {
        isStreaming = true;
        sendAll(socket, stream);
      } else if (!isStreaming) socket.write(chunk);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: serverPort } = server.address() as AddressInfo;
  await using command = new WatchCommand([`127.0.0.1:${serverPort}`, '--port', '0', '--json']);
  const barePort = await freePort();
  const bare = spawn(
    process.execPath,
    ['e2e/fixtures/network/relay.ts', `127.0.0.1:${barePort}`, `127.0.0.1:${serverPort}`],
    { cwd: REPOSITORY, stdio: ['pipe', 'pipe', 'inherit'] },
  );
  await once(bare.stdout, 'data');
  try {
    const port = await command.port();
    const open = async (at: number): Promise<Socket> => {
      const socket = connect({ host: '127.0.0.1', port: at, noDelay: true });
      socket.write(hello);
      await readBytes(socket, answer.length);
      return socket;
    };
    const throughput = async (at: number): Promise<number> => {
      const socket = await open(at);
      const beganMs = performance.now();
      socket.write(record(1000));
      await readBytes(socket, STREAM_BYTES);
      const seconds = (performance.now() - beganMs) / 1000;
      socket.destroy();
      return STREAM_BYTES / 1024 / 1024 / seconds;
    };
    const roundTrip = async (at: number): Promise<number> => {
      const socket = await open(at);
      const beganMs = performance.now();
      for (let round = 0; round < ROUND_TRIPS; round += 1) {
        socket.write(echo);
        await readBytes(socket, echo.length);
      }
      const ms = (performance.now() - beganMs) / ROUND_TRIPS;
      socket.destroy();
      return ms;
    };
    const throughputs: Sample[] = [];
    const roundTrips: Sample[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      throughputs.push({ value: await throughput(port), baseline: await throughput(barePort) });
      roundTrips.push({ value: await roundTrip(port), baseline: await roundTrip(barePort) });
    }
    return [
      rowOf(
        'pass-through-throughput',
        'one connection through the pass-through, against a relay that only relays',
        'MiB/s',
        throughputs,
      ),
      rowOf('pass-through-latency', 'a round trip of 64 bytes, the same', 'ms', roundTrips),
    ];
  } finally {
    const ended = once(bare, 'exit');
    bare.stdin.end();
    await ended;
    server.close();
  }
}

function sendAll(socket: Socket, stream: Buffer): void {
  const fill = (): void => {
    while (!socket.destroyed && socket.write(stream));
  };
  socket.on('drain', fill);
  fill();
}

async function readBytes(socket: Socket, count: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let read = 0;
  const take = (chunk: Buffer): void => {
    read += chunk.length;
    if (read >= count) resolve();
  };
  socket.on('data', take).once('error', reject);
  await promise;
  socket.off('data', take).off('error', reject);
}
