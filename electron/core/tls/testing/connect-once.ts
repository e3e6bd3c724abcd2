/**
 * One connection through the transport without an IMAP client on top, for tests: it reads the
 * greeting, so that tickets arrive, and tells what happened.
 */
import type { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import type { Handshake, TlsOutcome, TransportEvent } from '../facts.ts';
import type { SessionCache } from '../cache/session-cache.ts';
import type { ConnectOptions } from '../transport/connecting.ts';
import { createReuseTransport } from '../transport/imapflow-transport.ts';
import type { TlsTrust } from '../trust.ts';

/** Where to, and as whom. */
export interface Target {
  readonly cache: SessionCache;
  readonly port: number;
  readonly trust: TlsTrust;
  readonly account?: string;
  /** Default `localhost`. */
  readonly servername?: string;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  readonly offers?: boolean;
  readonly tookTooLong?: AbortSignal;
  readonly after?: ConnectOptions['after'];
  readonly onEvent?: (event: TransportEvent) => void;
}

/** A connection that has read its greeting, or failed. */
export interface Connected {
  readonly handshake: Partial<Handshake> & { readonly outcome: TlsOutcome };
  readonly events: readonly TransportEvent[];
  readonly error: Error | null;
  close(): Promise<void>;
}

/** Connects over implicit TLS; resolves when the greeting was read or the connection failed. */
export async function connectOnce(target: Target): Promise<Connected> {
  const events: TransportEvent[] = [];
  const { promise: firstLine, resolve } = Promise.withResolvers<void>();
  const transport = createReuseTransport({
    cache: target.cache,
    account: target.account ?? 'alice',
    trust: target.trust,
    ...(target.offers === undefined ? {} : { offers: target.offers }),
    ...(target.tookTooLong === undefined ? {} : { tookTooLong: target.tookTooLong }),
    ...(target.after === undefined ? {} : { after: target.after }),
    onEvent: (event) => {
      events.push(event);
      target.onEvent?.(event);
      if (event.kind === 'first-line') resolve();
    },
  });
  const socket: Duplex = transport.connect(
    {
      host: target.host ?? '127.0.0.1',
      port: target.port,
      servername: target.servername ?? 'localhost',
      secure: true,
    },
    () => socket.resume(),
  );
  let error: Error | null = null;
  socket.on('error', (cause) => (error = cause));
  const closed = new Promise<void>((resolve) => {
    socket.once('close', resolve);
  });
  await Promise.race([firstLine, closed]);
  // Node gives the tickets in the turn after the greeting that came with them.
  await turn();
  await turn();
  const event = events.find(({ kind }) => kind === 'handshake');
  if (event?.kind !== 'handshake') throw new Error('The transport told nothing of its handshake.');
  return {
    handshake: { ...event.handshake, outcome: event.outcome },
    events,
    error,
    close: async () => {
      socket.destroy();
      await closed;
    },
  };
}

/** {@link connectOnce}, closed again: the handshake's outcome. */
export async function outcomeOf(target: Target): Promise<TlsOutcome> {
  const connected = await connectOnce(target);
  await connected.close();
  return connected.handshake.outcome;
}
