/**
 * The imapflow transport that reuses TLS sessions: implicit TLS, and STARTTLS on a connection that
 * imapflow upgrades. One transport serves one connection.
 */
import type { ImapTransport, ImapTransportOptions } from 'imapflow';
import { connect as connectTcp, Socket, type LookupFunction } from 'node:net';
import type { Security } from '../facts.ts';
import type { HandshakeEnd, TransportEvent } from './handshake.ts';
import type { HandshakeSessions } from '../cache/handshake-sessions.ts';
import { LateSocket } from './late-socket.ts';
import type { SessionCache } from '../cache/session-cache.ts';
import { closedEarly, failedHandshake, peerName, startTls } from './start-tls.ts';
import { trustAnchor, type TlsTrust } from '../trust.ts';

export interface ReuseTransportOptions {
  readonly cache: SessionCache;
  /** Sessions are never shared between accounts. */
  readonly account: string;
  /** Who signs in; nor are they shared between the users of one account. */
  readonly user?: string;
  /** Who makes this connection, such as its mailbox: said of the sessions that it brings. */
  readonly connection?: string;
  readonly trust?: TlsTrust;
  /**
   * `false` where the attempt before failed with `sessionOffered`: this one offers none, and keeps
   * what it brings.
   */
  readonly offers?: boolean;
  /**
   * Aborted by who finds that TLS takes too long, right before the connection is closed. A session
   * that was offered may be why then; any other closing says nothing about it.
   */
  readonly tookTooLong?: AbortSignal;
  /** Hears what happens, in order; see {@link TransportEvent}. */
  readonly onEvent?: (event: TransportEvent) => void;
  /** Resolves the host's name in place of the system's resolver. */
  readonly lookup?: LookupFunction;
}

/** Makes the transport for one connection of imapflow, for its `transport` option. */
export function createReuseTransport(options: ReuseTransportOptions): ImapTransport {
  const { cache, account, user } = options;
  const anchor = trustAnchor(options.trust ?? { kind: 'system' });
  const emit = (event: TransportEvent): void => options.onEvent?.(event);
  let address: string | null = null;
  let isSettled = false;
  const settle = (end: HandshakeEnd): void => {
    if (isSettled) return;
    isSettled = true;
    emit({ kind: 'handshake', ...end, at: performance.now() });
  };

  let sessions: HandshakeSessions | null = null;

  const dial = (target: ImapTransportOptions, security: Security): Socket => {
    const { host, port } = target;
    const name = peerName({ host, servername: target.servername });
    sessions = cache.begin(
      {
        account,
        ...(user === undefined ? {} : { user }),
        name,
        port,
        security,
        trust: anchor.fingerprint,
        pin: anchor.pin,
      },
      options.connection ?? null,
      options.offers ?? true,
    );
    emit({ kind: 'phase', phase: 'dns', at: performance.now() });
    const raw = connectTcp({
      host,
      port,
      // IMAP is short lines back and forth: waiting to fill packets only adds 40 ms to each.
      noDelay: true,
      ...(options.lookup === undefined ? {} : { lookup: options.lookup }),
    });
    // Attempts follow one another: the latest is the one that connects.
    raw.on('connectionAttempt', (ip) => {
      const at = performance.now();
      // Node goes on with the socket after this, even where a listener has closed it.
      if (address === null) process.nextTick(emit, { kind: 'phase', phase: 'tcp', at });
      address = ip;
    });
    let failure: Error | null = null;
    raw.once('error', (error) => (failure = error));
    raw.once('close', () => {
      if (!isSettled) settle(failedHandshake(failure ?? closedEarly(), address));
    });
    return raw;
  };

  const secure = (
    raw: Socket,
    late: LateSocket,
    { host, servername }: ImapTransportOptions,
    onSecure: () => void,
  ): void => {
    if (sessions === null) throw new Error('This transport upgrades its own connection only.');
    startTls({
      raw,
      address: () => address,
      late,
      host,
      servername,
      anchor,
      sessions,
      tookTooLong: options.tookTooLong,
      emit,
      settle,
      onSecure,
    }).catch((error: unknown) => {
      // What tls.connect itself refuses, such as a name it cannot use.
      late.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  };

  return {
    connect(target, onConnect) {
      refuseTlsOptions(target);
      const raw = dial(target, target.secure ? 'tls' : 'starttls');
      if (!target.secure) {
        raw.once('connect', () => {
          emit({ kind: 'phase', phase: 'starttls', at: performance.now() });
          onConnect();
        });
        return raw;
      }
      const late = new LateSocket(raw);
      const onError = (error: Error): void => {
        late.destroy(error);
      };
      raw.once('error', onError);
      raw.once('connect', () => {
        raw.off('error', onError);
        secure(raw, late, target, onConnect);
      });
      return late;
    },
    upgrade(socket, target, onSecure) {
      if (!(socket instanceof Socket)) throw new Error('This transport upgrades its own sockets.');
      const late = new LateSocket(socket);
      secure(socket, late, target, onSecure);
      return late;
    },
  };
}

/** What is trusted is this transport's to decide, because it is part of the session's key. */
function refuseTlsOptions(target: ImapTransportOptions): void {
  const given = Object.keys(target.tls ?? {});
  if (given.length > 0) {
    throw new Error(
      `imapflow's tls option (${given.join(', ')}) does not reach this transport: use its own options.`,
    );
  }
}
