/** The lab's thread: what floods it, or is slow, holds up nothing of the engine. */
import { parentPort } from 'node:worker_threads';
import { createBirpc } from 'birpc';
import type { LabNews } from './lab-desk.ts';
import { LiveLab } from './live-lab.ts';

const port = parentPort;
if (port === null) throw new Error('worker.ts is the program of a thread');

const lab = new LiveLab((digest) => rpc.digest(digest));
const rpc = createBirpc<LabNews, LiveLab>(lab, {
  post: (frame: unknown) => {
    port.postMessage(frame);
  },
  on: (receive) => port.on('message', receive),
  bind: 'functions',
  timeout: -1,
});
