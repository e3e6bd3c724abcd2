/** Where something went wrong, and the words for it. */
import type { Phase, Problem, ProblemCode, Security } from '../../../../shared/model.ts';
import type { CertificateContext } from './certificate-problems.ts';
import type { ErrorFacts } from './connect-error.ts';

/** Where and with what it happened. */
export interface ProblemContext extends CertificateContext {
  readonly phase: Phase | 'idle';
  readonly port: number;
  readonly security: Security;
  /** TLS failed after the server had begun to answer: it speaks TLS, or something like it. */
  readonly tlsAnswered: boolean;
  /** The mailbox to be opened, once it is about that. */
  readonly mailbox: string;
  /** The BYE with which the server ended the connection, as it came. */
  readonly byeLine: string | null;
  /** The first line of a server that does not speak IMAP. */
  readonly strangeLine: string | null;
}

/** A problem that was recognised. Without a `serverLine` of its own, the error's is taken. */
export type Found = { readonly code: ProblemCode; readonly message: string } & Partial<
  Pick<Problem, 'serverLine'>
>;

/** Knows some problems by their errors; `null` for all others. */
export type Recogniser = (error: ErrorFacts, context: ProblemContext) => Found | null;

/** What the connection was doing, to go after "while". */
export const DOING: Readonly<Record<Phase | 'idle', string>> = {
  dns: 'looking up the name of the server',
  tcp: 'connecting',
  starttls: 'asking for TLS',
  wait: 'waiting for a TLS session',
  tls: 'setting up TLS',
  greeting: 'waiting for the greeting of the server',
  login: 'signing in',
  select: 'opening the mailbox',
  idle: 'watching the mailbox',
};

/** The server as people write it. */
export function serverAddress({ host, port }: Pick<ProblemContext, 'host' | 'port'>): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The codes of a connection that is gone, which say nothing about why. */
export const CLOSED_CODES: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'NoConnection',
  'EConnectionClosed',
  'StateLogout',
  'ClosedAfterConnectText',
  'ClosedAfterConnectTLS',
]);
