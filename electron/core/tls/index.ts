/**
 * A TLS client session cache, and two ways to connect through it. Read `facts.ts` for what is told
 * of a handshake, `peer.ts` and `trust.ts` for who a session belongs to, `cache/` for which one is
 * offered when, `transport/` for the handshake itself, and `kept/` for sessions that outlive the
 * program. Needs Node and nothing else.
 */
export type * from './facts.ts';
export { IS_BORINGSSL, peerName, UNUSABLE_NAME, type Peer } from './peer.ts';
export { normalName, withoutZone } from './server-name.ts';
export { UNREADABLE_TRUST, type TlsTrust } from './trust.ts';
export { MAX_AGE_MS, SessionCache } from './cache/session-cache.ts';
export type { HandshakeSessions, Offer, Verified } from './cache/handshake-sessions.ts';
export type { SessionPolicy } from './cache/held-session.ts';
export type { SessionCacheLimits } from './cache/peer-table.ts';
export { connectTls, ConnectTlsError, type Secured } from './transport/connect-tls.ts';
export {
  dialStraight,
  type Address,
  type Dial,
  type Dialled,
  type Dialling,
} from './transport/dialling.ts';
export { MAX_TICKETS, type ConnectOptions } from './transport/connecting.ts';
export { machineTimer, onSilence, SILENCE_MS, type After } from './transport/silence.ts';
export {
  createReuseTransport,
  type ReuseTransport,
  type ReuseTransportOptions,
} from './transport/imapflow-transport.ts';
export type { Inbound } from './transport/late-socket.ts';
// For who keeps sessions from one run of a program to the next.
export { KEPT_ENGINE, type KeptHome, type Protector } from './kept/kept-format.ts';
export {
  KeptSessions,
  type KeptClock,
  type KeptFile,
  type KeptLog,
  type KeptSessionsDeps,
  type Taken,
} from './kept/kept-sessions.ts';
// For those who make handshakes of their own, such as a check of servers.
export { asksForCertificate, certificateFacts, peerCertificate } from './certificate.ts';
export {
  BORINGSSL_LONGEST,
  readSession,
  readTicket,
  statedLifetime,
  type SessionFacts,
} from './session-format.ts';
export {
  authorities,
  identityCheck,
  MAX_VERSION,
  MIN_VERSION,
  replaceSystemAuthorities,
  SESSION_TIMEOUT,
  trustAnchor,
  trustOptions,
  type IdentityCheck,
} from './trust.ts';
