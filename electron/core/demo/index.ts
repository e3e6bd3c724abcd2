/**
 * Demo servers: real TLS with just enough IMAP, inside the program, on the loopback interface.
 * In the order of reading: `demo-accounts.ts` (the accounts that come with them), `demo-servers.ts`
 * (the six of the first run), `line.ts` (what each is behind), `imap-server.ts` (one of them),
 * `tls-acceptor.ts`, `ticket-key-hook.ts` and `certificates.ts` (its TLS), `imap/` (its IMAP).
 * `testing/` has one that can be scripted and remembers what it saw. The lab of `your-client/` builds
 * its own servers of the same parts.
 */
export {
  createAuthority,
  createSelfSigned,
  isOnlyFor,
  openAuthority,
  type CertificateAuthority,
  type NamesAndAddresses,
  type ServerCertificate,
} from './certificates.ts';
export { DemoAccounts, type StartServers } from './demo-accounts.ts';
export { startDemoServers } from './demo-servers.ts';
export { commands } from './imap/imap-commands.ts';
export { ImapSession, type CommandKind, type Layer, type SessionEnd } from './imap/imap-session.ts';
export { CommandReader, TooLongError } from './imap/imap-syntax.ts';
export { MailStore } from './imap/mailboxes.ts';
export {
  hasTicketKeyHook,
  hookTicketKeys,
  ticketKeysOf,
  type TicketKey,
} from './ticket-key-hook.ts';
