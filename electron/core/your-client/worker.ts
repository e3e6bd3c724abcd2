/** The pass-throughs' thread: what floods one of them, or is slow, holds up nothing of the engine. */
import { parentPort } from 'node:worker_threads';
import { createBirpc } from 'birpc';
import { Relays } from './relays.ts';
import type { RelayNews } from './relay-thread.ts';

const port = parentPort;
if (port === null) throw new Error('worker.ts is the program of a thread');

const relays = new Relays((id, digest) => rpc.digest(id, digest));
const rpc = createBirpc<RelayNews, Relays>(relays, {
  post: (frame: unknown) => {
    port.postMessage(frame);
  },
  on: (receive) => port.on('message', receive),
  bind: 'functions',
  timeout: -1,
});
