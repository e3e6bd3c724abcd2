import type { ImapTransport, ImapTransportSocket } from 'imapflow';

/** The transport of one connection, and from which of the machine's addresses it goes out. */
export interface TrackedTransport {
  readonly transport: ImapTransport;
  /** `null` while that is not known: before there is a socket, and when it is gone. */
  localAddress(): string | null;
}

/** Keeps the socket that `transport` makes in view; STARTTLS runs over the same one. */
export function trackLocalAddress(transport: ImapTransport): TrackedTransport {
  let socket: ImapTransportSocket | null = null;
  return {
    transport: {
      ...transport,
      connect: (target, onConnect) => {
        socket = transport.connect(target, onConnect);
        return socket;
      },
    },
    localAddress: () => socket?.localAddress ?? null,
  };
}
