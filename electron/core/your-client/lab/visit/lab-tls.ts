/** The handshake of one connection of the lab, as its plan wants it. Documented API, but for renewals. */
import { constants, createHmac, randomBytes } from 'node:crypto';
import { Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSecureContext, TLSSocket, type SecureContextOptions } from 'node:tls';
import {
  hookTicketKeys,
  ticketKeysOf,
  type ServerCertificate,
  type TicketKey,
} from '../../../demo/index.ts';
import { sha256 } from '../../../tls-wire/index.ts';
import type { KeptSessions } from './lab-sessions.ts';
import type { Behaviour } from '../plan.ts';

/** Certificates, and the secrets under which sessions are kept. */
export interface LabSecrets {
  readonly own: ServerCertificate;
  /** One that nobody vouches for. */
  readonly untrusted: ServerCertificate;
  /** Made anew with each lab, so that what another one gave is worth nothing here. */
  readonly ticketSecret: Buffer;
  readonly kept: KeptSessions;
}

/**
 * Makes the handshake.
 *
 * @param realm sessions of one are never taken up in another, as those of other servers
 * @param isGood whether a session ID is to be taken up
 * @param onSecret hears each line of the key log
 * @returns `null` where it failed
 */
export function handshake(
  stream: Duplex,
  behaviour: Behaviour,
  realm: string,
  { own, untrusted, ticketSecret, kept }: LabSecrets,
  isGood: (hash: string) => boolean,
  onSecret: (line: Buffer) => void,
): Promise<TLSSocket | null> {
  const { variant, generation, certificate, renews, lifetimeSeconds } = behaviour;
  const key =
    generation === null ? randomKey() : keyOf(ticketSecret, `${realm} ${String(generation)}`);
  const { certPem, keyPem } = certificate === 'own' ? own : untrusted;
  const options: SecureContextOptions = {
    cert: certPem,
    key: keyPem,
    minVersion: 'TLSv1.2',
    maxVersion: variant === 'tls13-ticket' ? 'TLSv1.3' : 'TLSv1.2',
    // Without one OpenSSL refuses the very sessions that it gave.
    sessionIdContext: 'reprise-lab',
    sessionTimeout: lifetimeSeconds,
    ticketKeys: ticketKeysOf(key),
    ...(variant === 'session-id' ? { secureOptions: constants.SSL_OP_NO_TICKET } : {}),
  };
  const secureContext = createSecureContext(options);
  // Node by itself gives two tickets with a full handshake, and none with a resumption.
  if (renews) hookTicketKeys(secureContext, { issues: true, renews: true }, key);
  // A server that never listens: sockets of its own make the events of one connection.
  const server = new Server();
  // Where tickets are given too, an ID is for a client that takes none, as of other servers.
  if (variant !== 'tls13-ticket') {
    server.on('newSession', (id: Buffer, session: Buffer, done: () => void) => {
      kept.keep(sha256(id), session);
      done();
    });
    server.on('resumeSession', (id: Buffer, found: (error: null, its: Buffer | null) => void) => {
      const hash = sha256(id);
      found(null, isGood(hash) ? kept.find(hash) : null);
    });
  }
  const socket = new TLSSocket(stream, { isServer: true, server, secureContext });
  socket.on('keylog', onSecret);
  // What breaks the connection is seen by its end; an error nobody listens to ends the program.
  socket.on('error', () => {
    socket.destroy();
  });
  return new Promise((resolve) => {
    socket.once('close', () => {
      resolve(null);
    });
    socket.once('secure', () => {
      resolve(socket);
    });
  });
}

function randomKey(): TicketKey {
  return { name: randomBytes(16), hmac: randomBytes(16), aes: randomBytes(16) };
}

function keyOf(secret: Buffer, realm: string): TicketKey {
  const part = (name: string): Buffer =>
    createHmac('sha256', secret).update(`${name} ${realm}`).digest().subarray(0, 16);
  return { name: part('name'), hmac: part('hmac'), aes: part('aes') };
}
