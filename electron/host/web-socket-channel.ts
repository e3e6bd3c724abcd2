/** A WebSocket as the channel of `shared/rpc.ts`: one frame, one JSON text. */
import type { RawData, WebSocket } from 'ws';
import type { Channel } from '../../shared/rpc.ts';
import type { Clock } from '../core/clock.ts';

/**
 * A page answers pings by itself, so one that let a whole interval pass is gone: its machine
 * sleeps or its connection hangs. It connects again when it is back.
 */
const PING_EVERY_MS = 30_000;

/**
 * More unsent bytes than this mean that the page has stopped reading. A whole snapshot of a
 * thousand connections is about 2 MB.
 */
const MAX_UNSENT_BYTES = 16 * 1024 * 1024;

/**
 * A page answers at most twenty patches a second, and its user starts a handful of calls.
 * Everything that it sends at once when it connects again after sleep is far below this too.
 */
const MOST_AT_ONCE = 1000;
const REFILL_PER_SECOND = 200;

/** A large frame takes longer to parse, so it counts as several; a CA file of 1 MiB is 257. */
const BYTES_PER_UNIT = 4096;

/** RFC 6455, section 7.4.1. */
const POLICY_VIOLATION = 1008;

/** How long a peer that sent too much has to hear why. */
const LAST_WORDS_MS = 250;

/** Makes a channel of an open WebSocket, and ends the socket when its peer is gone. */
export function webSocketChannel(socket: WebSocket, clock: Clock): Channel {
  // A protocol error or a frame over the limit: `close` follows, and there is nothing to mend.
  socket.on('error', () => {
    socket.terminate();
  });
  pingUntilClosed(socket, clock);
  const isWithinBudget = countFrames(socket, clock);
  return {
    post: (frame) => {
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > MAX_UNSENT_BYTES) socket.terminate();
      else socket.send(JSON.stringify(frame));
    },
    listen: (onFrame) => {
      socket.on('message', (data, isBinary) => {
        if (isWithinBudget(data)) onFrame(isBinary ? data : parse(data));
      });
    },
    onClose: (closed) => {
      if (socket.readyState === socket.CLOSED) queueMicrotask(closed);
      else socket.once('close', closed);
    },
    close: () => {
      socket.close(1000);
    },
  };
}

/** Counts what comes; a peer that sends more than a page would is told so and ended. */
function countFrames(socket: WebSocket, clock: Clock): (data: RawData) => boolean {
  const budget = new FrameBudget(clock);
  const isWithinBudget = (data: RawData) => {
    if (socket.readyState !== socket.OPEN) return false;
    if (budget.spend(data instanceof Buffer ? data.byteLength : 0)) return true;
    socket.close(POLICY_VIOLATION, 'Too many frames.');
    // What it still sends is not even read; so neither is its answer to the close.
    socket.pause();
    const timer = clock.after(LAST_WORDS_MS, () => {
      socket.terminate();
    });
    socket.once('close', () => {
      timer.cancel();
    });
    return false;
  };
  // They are answered by the library, which costs time as well.
  socket.on('ping', isWithinBudget);
  socket.on('pong', isWithinBudget);
  return isWithinBudget;
}

/** What is no JSON stays the text that it is: the guard of rpc.ts answers that it is no call. */
function parse(data: RawData): unknown {
  // A text message arrives as one Buffer, see `binaryType` of ws.
  const text = data instanceof Buffer ? data.toString('utf8') : '';
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function pingUntilClosed(socket: WebSocket, clock: Clock): void {
  let isAlive = true;
  socket.on('pong', () => {
    isAlive = true;
  });
  const check = () => {
    if (!isAlive) {
      socket.terminate();
      return;
    }
    isAlive = false;
    socket.ping();
    timer = clock.after(PING_EVERY_MS, check);
  };
  let timer = clock.after(PING_EVERY_MS, check);
  socket.once('close', () => {
    timer.cancel();
  });
}

/**
 * How much one WebSocket may send: enough for any page of ours, too little to keep the engine busy.
 * A bucket that refills over time.
 */
export class FrameBudget {
  readonly #clock: Clock;
  #left = MOST_AT_ONCE;
  #countedAt: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#countedAt = clock.monotonic();
  }

  /** Takes one frame of `bytes` into account. @returns whether it is still within the budget */
  spend(bytes: number): boolean {
    const now = this.#clock.monotonic();
    const refill = ((now - this.#countedAt) / 1000) * REFILL_PER_SECOND;
    this.#left = Math.min(MOST_AT_ONCE, this.#left + refill) - 1 - bytes / BYTES_PER_UNIT;
    this.#countedAt = now;
    return this.#left >= 0;
  }
}
