/** For tests: a Node message port as the page's end of a channel. */
import type { MessagePort } from 'node:worker_threads';
import type { Channel } from '../../../shared/rpc.ts';

/** What the page makes of the port that it was handed. */
export function pageChannel(port: MessagePort): Channel {
  return {
    post: (frame) => {
      port.postMessage(frame, []);
    },
    listen: (onFrame) => {
      port.on('message', onFrame);
    },
    onClose: (closed) => {
      port.once('close', closed);
    },
    close: () => {
      port.close();
    },
  };
}
