/** Where the host listens, and by which name. */
import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import { createServer, type AddressInfo, type Server as TcpServer } from 'node:net';
import { RepriseError } from '../../shared/errors.ts';

/** Never another address: whoever can reach the port can try the door. */
export const LOOPBACK = '127.0.0.1';
/** Where browsers look first for a name below `localhost`: whoever listened there would be us. */
const LOOPBACK_6 = '::1';

/** How often the system may choose a port that is free at one of the two and taken at the other. */
const MOST_CHOICES = 20;

/** 80 bits: in no list, and beyond trying. */
const NAME_BYTES = 10;

/** A name of this machine that no page has had before, nor will have. */
export function nameOfRun(): string {
  return `reprise-${randomBytes(NAME_BYTES).toString('hex')}.localhost`;
}

interface Listening {
  readonly port: number;
  /** Takes no more connections where the server itself does not listen. */
  readonly stopListening: () => void;
}

/**
 * Has `server` listen on `port` of 127.0.0.1 and, where there is such an address, of ::1.
 *
 * @param port 0 for any that is free at both
 * @throws RepriseError where the port cannot be had
 */
export async function listenOnLoopback(server: Server, port: number): Promise<Listening> {
  const onward = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    server.emit('connection', socket);
  });
  for (let choices = 1; ; choices += 1) {
    const chosen = await listen(server, LOOPBACK, port);
    try {
      await listen(onward, LOOPBACK_6, chosen);
      return { port: chosen, stopListening: () => onward.close() };
    } catch (error) {
      if (isWithoutIpv6(error)) return { port: chosen, stopListening: () => undefined };
      server.close();
      server.closeAllConnections();
      if (port !== 0 || choices === MOST_CHOICES) throw error;
    }
  }
}

async function listen(server: TcpServer, host: string, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen({ host, port, exclusive: true }, resolve);
  try {
    await promise;
  } catch (cause) {
    throw new RepriseError('internal', explain(cause, host, port), { cause });
  } finally {
    server.off('error', reject);
    server.off('listening', resolve);
  }
  return (server.address() as AddressInfo).port;
}

/** Then nobody else can listen there either. */
function isWithoutIpv6(error: unknown): boolean {
  const code = error instanceof RepriseError && (error.cause as NodeJS.ErrnoException).code;
  return code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT';
}

function explain(cause: unknown, host: string, port: number): string {
  const code = (cause as NodeJS.ErrnoException).code;
  const remedy = 'Choose another one with --port N, or let the system choose with --port 0.';
  if (code === 'EADDRINUSE') {
    return `Port ${port} is in use, perhaps by a Reprise that already runs. ${remedy}`;
  }
  if (code === 'EACCES') return `Port ${port} may not be used by this user. ${remedy}`;
  return `Port ${port} of ${host} cannot be used (${String(code)}). ${remedy}`;
}
