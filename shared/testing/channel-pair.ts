import type { Channel } from '../rpc.ts';

/**
 * Two channels joined in memory. Frames pass through structured clone, as through a port, and
 * arrive later, in order; closing either end closes both.
 */
export function channelPair(): [Channel, Channel] {
  const left: End = { receivers: [] };
  const right: End = { receivers: [] };
  const closers: (() => void)[] = [];
  return [join(left, right, closers), join(right, left, closers)];
}

interface End {
  readonly receivers: ((frame: unknown) => void)[];
}

function join(mine: End, other: End, closers: (() => void)[]): Channel {
  return {
    post: (frame) => {
      const copy: unknown = structuredClone(frame);
      queueMicrotask(() => {
        for (const receive of other.receivers) receive(copy);
      });
    },
    listen: (receive) => mine.receivers.push(receive),
    onClose: (closed) => closers.push(closed),
    close: () => {
      for (const closed of closers.splice(0)) closed();
    },
  };
}
