/** IMAP connections: one for each watched mailbox, kept alive by the {@link Supervisor}. */
export { opensslCommand } from './openssl-command.ts';
export { type MailConnections, Supervisor, type SupervisorDeps } from './supervisor.ts';
export { testConnection } from './try-connection.ts';
