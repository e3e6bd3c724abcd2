/** A message port of the main process as the channel of `shared/rpc.ts`. */
import type { MessagePortMain } from 'electron';
import type { Channel } from '../../shared/rpc.ts';

/** Makes a channel of a port. Whichever side closes, it is closed once. */
export function portChannel(port: MessagePortMain): Channel {
  const closers: (() => void)[] = [];
  let isClosed = false;
  const end = () => {
    if (isClosed) return;
    isClosed = true;
    for (const closed of closers) closed();
  };
  port.once('close', end);
  return {
    post: (frame) => {
      if (!isClosed) port.postMessage(frame);
    },
    listen: (onFrame) => {
      port.on('message', ({ data }) => {
        onFrame(data);
      });
      port.start();
    },
    onClose: (closed) => {
      if (isClosed) queueMicrotask(closed);
      else closers.push(closed);
    },
    close: () => {
      // The event is about the other side only.
      port.close();
      end();
    },
  };
}
