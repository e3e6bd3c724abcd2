/**
 * Demo servers: real TLS with just enough IMAP, inside the program, on the loopback interface.
 * In the order of reading: `demo-accounts.ts` (the accounts that come with them), `demo-servers.ts`
 * (the six of the first run), `line.ts` (what each is behind), `imap-server.ts` (one of them),
 * `tls-acceptor.ts` and `certificates.ts` (its TLS), `imap/` (its IMAP). `testing/` has one that can
 * be scripted and remembers what it saw.
 */
export { DemoAccounts, type StartServers } from './demo-accounts.ts';
export { startDemoServers } from './demo-servers.ts';
