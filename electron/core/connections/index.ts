/** IMAP connections: one for each watched mailbox, kept alive by the {@link Supervisor}. */
export { Supervisor } from './supervisor.ts';
export { testConnection } from './test-connection.ts';
