/** IMAP connections: one for each watched mailbox, kept alive by the {@link Supervisor}. */
export { Supervisor, type SupervisorDeps } from './supervisor.ts';
export type { WatchedAccount } from './watched-account.ts';
export { testConnection } from './test-connection.ts';
