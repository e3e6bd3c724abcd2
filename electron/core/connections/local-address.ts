import type { ImapTransport, ImapTransportSocket } from 'imapflow';

/** The transport of one connection, and from which of the machine's addresses it goes out. */
export interface TrackedTransport {
  readonly transport: ImapTransport;
  /** `null` while that is not known: before there is a socket, and when it is gone. */
  localAddress(): string | null;
}

/** Follows the socket that `transport` makes, over its upgrade to TLS. */
export function trackLocalAddress(transport: ImapTransport): TrackedTransport {
  let current: ImapTransportSocket | null = null;
  const track = (socket: ImapTransportSocket): ImapTransportSocket => {
    current = socket;
    return socket;
  };
  const { prepareUpgrade, upgrade } = transport;
  return {
    transport: {
      connect: (target, onConnect) => track(transport.connect(target, onConnect)),
      prepareUpgrade,
      upgrade: upgrade && ((socket, target, onSecure) => track(upgrade(socket, target, onSecure))),
    },
    localAddress: () => current?.localAddress ?? null,
  };
}
