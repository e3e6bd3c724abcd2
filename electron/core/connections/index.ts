/**
 * IMAP connections: one for each watched mailbox, kept alive. In the order of reading: a socket's
 * facts become an attempt in `imap/`, an {@link ImapConnection} with its record, its log and a guard
 * (`inbound.ts`) that bounds what a server may send;
 * `watched-mailbox.ts` makes one attempt after another, with what `credentials.ts` gives, as `lifecycle.ts`
 * decides and the two gates let it (`sign-in-budget.ts` says how many may lead nowhere), and shows them by `connection-view.ts`; `renewal.ts` makes one ahead of the end of
 * an access token, by the rules of `token-life.ts`; those that a certificate has stopped hear of it from
 * `second-looks.ts`; `supervisor.ts` has all mailboxes of all accounts;
 * `watch-list.ts` keeps them in step with sessions, counters and what the interface sees;
 * `server-alerts.ts` shows what servers want people to see.
 */
export type { ConnectionEvent } from './connection-view.ts';
export { secretOf, type Credentials, type PasswordOf } from './credentials.ts';
export { opensslCommand } from './openssl-command.ts';
export {
  connectionId,
  Supervisor,
  type MailConnections,
  type SupervisorDeps,
} from './supervisor.ts';
export { testConnection } from './try-connection.ts';
export { WatchList, type WatchListDeps } from './watch-list.ts';
export type { WatchedAccount } from './watched-mailbox.ts';
