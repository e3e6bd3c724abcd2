/**
 * For tests: {@link startImapServer} gives a demo server that can be scripted and remembers what it
 * saw, {@link startLineServer} one that says whatever it is to; certificates of every kind. Nothing of the program imports this.
 */
export {
  type CertificateAuthority,
  createAuthority,
  createSelfSigned,
  type ServerCertificate,
} from '../certificates.ts';
export { startDemoServers } from '../demo-servers.ts';
export type { Step } from '../imap/imap-session.ts';
export { circleOfAuthorities, type CertificateKind } from './certificates.ts';
export {
  HANG_UP,
  type LineServer,
  type LineServerOptions,
  startLineServer,
} from './line-server.ts';
export { fault, type Fault, type Script, type Scripting } from './script.ts';
export { type ImapServer, type ImapServerOptions, startImapServer } from './scripted-server.ts';
