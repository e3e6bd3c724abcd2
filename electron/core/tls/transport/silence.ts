/** A peer that says nothing, where waiting is not the only thing that can be done. */
import type { Socket } from 'node:net';

/**
 * Who was offered a session and says nothing for so long is tried without one. A handshake over the
 * slowest line is heard of sooner: the answer to a ClientHello is one round trip away.
 */
export const SILENCE_MS = 5_000;
/** Divides {@link SILENCE_MS}. Node tells nobody of the bytes that a handshake reads. */
const LOOK_EVERY_MS = 250;

/** Calls back once after so long, unless that is cancelled. */
export type After = (delayMs: number, run: () => void) => { cancel(): void };

/** By the machine's own timers. */
export const machineTimer: After = (delayMs, run) => {
  const timeout = setTimeout(run, delayMs);
  return {
    cancel: () => {
      clearTimeout(timeout);
    },
  };
};

/** Calls back once nothing has come over the socket for {@link SILENCE_MS}. */
export function onSilence(
  socket: Socket,
  run: () => void,
  after: After = machineTimer,
): { cancel(): void } {
  let received = socket.bytesRead;
  let silentMs = 0;
  const look = (): void => {
    silentMs = socket.bytesRead === received ? silentMs + LOOK_EVERY_MS : 0;
    received = socket.bytesRead;
    if (silentMs >= SILENCE_MS) run();
    else timer = after(LOOK_EVERY_MS, look);
  };
  let timer = after(LOOK_EVERY_MS, look);
  return {
    cancel: () => {
      timer.cancel();
    },
  };
}
