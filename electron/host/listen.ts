/** Takes a port of the loopback interface. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StartError } from './start-error.ts';

/** Never another address: whoever can reach the port can try the door. */
export const LOOPBACK = '127.0.0.1';

/**
 * Listens on `port` of 127.0.0.1 and says which one it became.
 *
 * @param port 0 for any free one
 * @throws {StartError} where the port cannot be had
 */
export async function listenOnLoopback(server: Server, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen({ host: LOOPBACK, port, exclusive: true }, resolve);
  try {
    await promise;
  } catch (cause) {
    throw new StartError(explain(cause, port), { cause });
  } finally {
    server.off('error', reject);
  }
  return (server.address() as AddressInfo).port;
}

function explain(cause: unknown, port: number): string {
  const code = (cause as NodeJS.ErrnoException).code;
  const remedy = 'Choose another one with --port N, or let the system choose with --port 0.';
  if (code === 'EADDRINUSE') {
    return `Port ${port} is in use, perhaps by a Reprise that already runs. ${remedy}`;
  }
  if (code === 'EACCES') return `Port ${port} may not be used by this user. ${remedy}`;
  return `Port ${port} of ${LOOPBACK} cannot be used (${String(code)}). ${remedy}`;
}
