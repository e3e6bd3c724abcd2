import type { Readable } from 'node:stream';

/**
 * Waits until `stream.read()` may give something. `false` when the stream has ended or was closed
 * and will give nothing any more. Leaves no listener behind, so that the bytes after what was read
 * can be handed to somebody else, such as TLS after STARTTLS.
 */
export function readable(stream: Readable): Promise<boolean> {
  if (stream.readableLength > 0) return Promise.resolve(true);
  if (stream.readableEnded || stream.destroyed) return Promise.resolve(false);
  return new Promise((resolve) => {
    const settle = (): void => {
      stream.off('readable', settle).off('end', settle).off('close', settle);
      // At the end `readable` comes with nothing to read.
      resolve(stream.readableLength > 0);
    };
    stream.on('readable', settle).on('end', settle).on('close', settle);
  });
}
