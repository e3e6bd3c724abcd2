import type { LookupFunction } from 'node:net';
import type { Clock } from '../../clock.ts';
import { dialBy, type Way } from '../../proxy/index.ts';
import type { Address } from '../../tls/index.ts';

/** How long a server gets to say something by itself, in ms: one that speaks first does it at once. */
export const PLAIN_LINE_LIMIT_MS = 1000;

/** As much of it as is read. */
const MAX_LINE_BYTES = 2048;

/**
 * What a server says by itself in plain text, such as `* BYE Too many connections`: asked where it
 * did not speak TLS, since those bytes went to TLS and are gone. Nothing is sent to it. `null` where
 * it says nothing; never rejects.
 */
export async function plainLine(
  to: Address,
  way: Way,
  lookup: LookupFunction,
  clock: Clock,
): Promise<string | null> {
  const late = new AbortController();
  const limit = clock.after(PLAIN_LINE_LIMIT_MS, () => {
    late.abort();
  });
  const dialling = { signal: late.signal, phase: () => undefined, tries: () => undefined };
  let heard = Buffer.alloc(0);
  try {
    const { socket } = await dialBy(way, { lookup })(to, dialling);
    late.signal.addEventListener('abort', () => socket.destroy());
    for await (const chunk of socket) {
      heard = Buffer.concat([heard, chunk as Buffer]).subarray(0, MAX_LINE_BYTES);
      if (heard.includes('\n') || heard.length === MAX_LINE_BYTES) break;
    }
  } catch {
    // It cannot be reached any more, or breaks off: what was heard by then is all there is.
  } finally {
    limit.cancel();
  }
  const [line = ''] = heard.toString().split(/\r?\n/);
  return line === '' ? null : line;
}
