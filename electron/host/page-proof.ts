/**
 * The first frame of a page's WebSocket. A cookie goes to every port of its host name, and `Origin` is
 * whatever a program writes there: the two together show nothing. The key is what only a page of our
 * own origin has, see {@link PageKeys}.
 */
import { z } from 'zod';
import type { RawData, WebSocket } from 'ws';
import type { PageKeys } from '../../shared/channel.ts';
import type { Clock } from '../core/clock.ts';
import { sameSecret, type Session } from './credentials.ts';

/** A page sends it as soon as its WebSocket is open. */
const WITHIN_MS = 10_000;
/** The frame as the page sends it takes 70. */
const MOST_BYTES = 256;

/** RFC 6455, section 7.4.1; the page takes it as "no" and tries no more. */
const POLICY_VIOLATION = 1008;

const keyFrame = z.strictObject({ t: z.literal('key'), key: z.string() });

/** Waits for the key of `session`, and answers it; anything else ends the socket. */
export function expectKey(
  socket: WebSocket,
  session: Session,
  clock: Clock,
  onProven: () => void,
): void {
  const timer = clock.after(WITHIN_MS, () => {
    socket.terminate();
  });
  socket.once('close', () => {
    timer.cancel();
  });
  // No WebSocket at all: `close` follows.
  socket.on('error', () => {
    socket.terminate();
  });
  socket.once('message', (data, isBinary) => {
    if (isBinary || !isKey(data, session)) {
      socket.close(POLICY_VIOLATION, 'This needs the link that Reprise printed.');
      return;
    }
    timer.cancel();
    socket.send(JSON.stringify({ t: 'answer', answer: session.answer }));
    onProven();
  });
}

function isKey(data: RawData, { key }: PageKeys): boolean {
  // A text message arrives as one Buffer, see `binaryType` of ws.
  if (!(data instanceof Buffer) || data.byteLength > MOST_BYTES) return false;
  try {
    const frame = keyFrame.safeParse(JSON.parse(data.toString('utf8')));
    return frame.success && sameSecret(frame.data.key, key);
  } catch {
    // A SyntaxError: no JSON.
    return false;
  }
}
