/**
 * A TLS client session cache and an imapflow transport that uses it. This folder stands alone: it
 * needs Node (or Electron), asn1js and zod, and of the rest of Reprise `shared/` and types only.
 */
export type { HandshakeEnd, TlsOutcome, TransportEvent } from './transport/handshake.ts';
export {
  authorities,
  identityCheck,
  MAX_VERSION,
  MIN_VERSION,
  trustOptions,
  UNREADABLE_TRUST,
  type IdentityCheck,
  type TlsTrust,
} from './trust.ts';
export type { Peer } from './peer.ts';
export type { SessionPolicy } from './cache/peer-sessions.ts';
export { MAX_AGE_MS, SessionCache } from './cache/session-cache.ts';
export { createReuseTransport, type ReuseTransportOptions } from './transport/transport.ts';
// For who keeps sessions from one run of a program to the next.
export { expectedPeer } from './kept/kept-peer.ts';
export { KEPT_ENGINE } from './kept/kept-format.ts';
export { KeptSessions, type KeptFile, type Taken } from './kept/kept-sessions.ts';
export { NO_COSTS, type FullCosts } from './kept/session-keeper.ts';
// For those who make handshakes of their own, such as the server check.
export { certificateFacts, peerCertificate } from './certificate.ts';
export { readSession, type SessionFacts } from './session-format.ts';
export { readTicket } from './ticket.ts';
