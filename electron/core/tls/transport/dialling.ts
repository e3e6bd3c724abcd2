/** How a connection comes to stand, before TLS: straight to the server, or by another way there. */
import { connect, type LookupFunction, type Socket } from 'node:net';
import type { ConnectPhase } from '../facts.ts';
import { peerName } from '../peer.ts';

/** Where to connect to: the peer's name, or wherever it is found. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A connection that stands. */
export interface Dialled {
  /** Connected; what has come over it already is still to be read. */
  readonly socket: Socket;
  /** The way that it took, see {@link Peer.via}; `null` for straight there. */
  readonly via: string | null;
}

/** Who waits for a connection, and hears how it goes; `at` is monotonic, in ms. */
export interface Dialling {
  /** Aborted where nobody waits any more: what is open is to be closed. */
  readonly signal: AbortSignal;
  /** This phase begins, or begins anew. */
  phase(phase: Extract<ConnectPhase, 'dns' | 'tcp' | 'proxy'>, at: number): void;
  /** An address of the server is tried. */
  tries(address: string): void;
}

/**
 * Connects in place of a plain TCP connection, such as through a proxy. Rejects with the first thing
 * that went wrong; nothing is open then.
 */
export type Dial = (to: Address, dialling: Dialling) => Promise<Dialled>;

/**
 * How long an address may keep the next one waiting: Node gives up on one after 250 ms, less than a
 * line by satellite takes, and than a SYN that is lost and sent again. The last one has no such end.
 */
const ADDRESS_MS = 3_000;

/**
 * Straight there: looks the name up and tries its addresses.
 *
 * @throws Error with the code {@link UNUSABLE_NAME}
 */
export function dialStraight(
  { host, port }: Address,
  lookup: LookupFunction | undefined,
  dialling: Pick<Dialling, 'phase' | 'tries'>,
): Socket {
  const name = peerName({ name: host });
  dialling.phase('dns', performance.now());
  const socket = connect({
    host: name,
    port,
    // Mail is short lines back and forth: waiting to fill packets only adds 40 ms to each.
    noDelay: true,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: ADDRESS_MS,
    ...(lookup === undefined ? {} : { lookup }),
  });
  // Attempts follow one another: the latest is the one that connects, and its time is TCP's.
  socket.on('connectionAttempt', (ip) => {
    const at = performance.now();
    // Node goes on with the socket after this, even where a listener has closed it.
    process.nextTick(() => {
      dialling.phase('tcp', at);
    });
    dialling.tries(ip);
  });
  return socket;
}
