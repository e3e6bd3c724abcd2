/**
 * Demo servers: real TLS with just enough IMAP, inside the program, on the loopback interface.
 * {@link startDemoServers} gives the six of the first run, {@link startImapServer} a single one
 * that can be scripted, for tests.
 */
export {
  type CertificateAuthority,
  type CertificateKind,
  createAuthority,
  createSelfSigned,
  type ServerCertificate,
} from './certificates.ts';
export { type DemoServer, type DemoServers, startDemoServers } from './demo-servers.ts';
export type { ImapServer, ServerStats } from './imap-server.ts';
export type { Offer } from '../tls-wire/offers.ts';
export { type Fault, fault, type Script } from './imap/script.ts';
export { type ImapServerOptions, startImapServer } from './start-server.ts';
