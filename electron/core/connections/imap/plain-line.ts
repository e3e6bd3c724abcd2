import { connect, type LookupFunction } from 'node:net';
import type { Clock } from '../../clock.ts';

/** How long a server gets to say something by itself, in ms: one that speaks first does it at once. */
export const PLAIN_LINE_LIMIT_MS = 1000;

/** As much of it as is read. */
const MAX_LINE_BYTES = 2048;

/**
 * What a server says by itself in plain text, such as `* BYE Too many connections`: asked where it
 * did not speak TLS, since those bytes went to TLS and are gone. Nothing is sent to it. `null` where
 * it says nothing; never rejects.
 */
export function plainLine(
  { host, port }: { readonly host: string; readonly port: number },
  lookup: LookupFunction,
  clock: Clock,
): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, lookup });
    let heard = Buffer.alloc(0);
    const limit = clock.after(PLAIN_LINE_LIMIT_MS, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      heard = Buffer.concat([heard, chunk]).subarray(0, MAX_LINE_BYTES);
      if (heard.includes('\n') || heard.length === MAX_LINE_BYTES) socket.destroy();
    });
    socket.on('end', () => socket.destroy());
    socket.on('close', () => {
      limit.cancel();
      const [line = ''] = heard.toString().split(/\r?\n/);
      resolve(line === '' ? null : line);
    });
  });
}
