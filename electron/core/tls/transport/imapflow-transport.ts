/**
 * The imapflow transport that reuses TLS sessions: implicit TLS, and STARTTLS on a connection that
 * imapflow upgrades. One transport serves one connection.
 */
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SessionCache } from '../cache/session-cache.ts';
import type { Security } from '../facts.ts';
import { trustAnchor, type TlsTrust } from '../trust.ts';
import { Connecting, type ConnectOptions } from './connecting.ts';
import { LateSocket, type Inbound } from './late-socket.ts';

/** Whose connection it is, and how it is made. */
export interface ReuseTransportOptions extends ConnectOptions {
  readonly cache: SessionCache;
  /** Sessions are never shared between accounts. */
  readonly account: string;
  /** Who signs in; nor are they shared between the users of one account. */
  readonly user?: string;
  /** Default: the system's authorities, and those that Node brings. */
  readonly trust?: TlsTrust;
  /** Stands between what the server sends over TLS and imapflow. */
  readonly inbound?: Inbound;
}

/** Where imapflow wants to go; its type `ImapTransportOptions`, of version 2.10. */
interface Target {
  readonly host: string;
  readonly port: number;
  /** The SNI name; absent for an IP address. */
  readonly servername?: string | undefined;
  readonly tls?: object | undefined;
}

/** What imapflow's option `transport` takes; its type `ImapTransport`. */
export interface ReuseTransport {
  connect(
    target: Target & { readonly secure: boolean },
    onConnect: () => void,
  ): Socket | LateSocket;
  upgrade(socket: Duplex, target: Target, onSecure: () => void): LateSocket;
}

/**
 * Makes the transport for one connection of imapflow, for its `transport` option.
 *
 * @throws Error with the code {@link UNREADABLE_TRUST}
 */
export function createReuseTransport(options: ReuseTransportOptions): ReuseTransport {
  const { cache, account, user, trust = { kind: 'system' }, inbound = null, ...how } = options;
  // What cannot be read is said now.
  trustAnchor(trust);
  let connecting: Connecting | null = null;
  let late: LateSocket | null = null;
  let onReady: (() => void) | null = null;

  const begin = ({ host, port, servername }: Target, security: Security): Connecting => {
    const name = servername ?? host;
    const who = user === undefined ? { account } : { account, user };
    return new Connecting(cache, { ...who, name, port, security, trust }, how, {
      secured: (socket) => {
        late?.attach(socket);
        onReady?.();
      },
      failed: ({ outcome }) => late?.destroy(outcome.error),
    });
  };

  return {
    connect(target, onConnect) {
      refuseTlsOptions(target);
      const own = begin(target, target.secure ? 'tls' : 'starttls');
      connecting = own;
      onReady = onConnect;
      const raw = own.dial(target, (socket) => {
        if (target.secure) {
          late?.standOn(socket);
          own.secure();
          return;
        }
        own.inTheClear();
        late?.attach(socket);
        onConnect();
      });
      if (!target.secure && raw !== null) return raw;
      late = new LateSocket(raw, target.secure ? inbound : null);
      // Nothing is open yet that could be closed.
      if (raw === null) late.once('close', () => own.giveUp());
      return late;
    },
    upgrade(socket, _target, onSecure) {
      const raw = socket instanceof LateSocket ? socket.detach() : socket;
      if (connecting === null || !(raw instanceof Socket)) {
        throw new Error('This transport upgrades its own sockets.');
      }
      onReady = onSecure;
      late = new LateSocket(raw, inbound);
      connecting.secure();
      return late;
    },
  };
}

/** What is trusted is this transport's to decide, because it is part of the session's key. */
function refuseTlsOptions(target: Target): void {
  const given = Object.keys(target.tls ?? {});
  if (given.length > 0) {
    throw new Error(
      `imapflow's tls option (${given.join(', ')}) does not reach this transport: use its own options.`,
    );
  }
}
