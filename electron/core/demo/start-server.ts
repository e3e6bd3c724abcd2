import { createServer } from 'node:net';
import type { Security, TlsProtocol } from '../../../shared/model.ts';
import {
  type CertificateAuthority,
  type CertificateKind,
  certificateOf,
  createAuthority,
} from './certificates.ts';
import { ImapServer } from './imap-server.ts';
import { MailStore } from './imap/mail-store.ts';
import type { Scripting } from './imap/script.ts';
import { TlsAcceptor } from './tls-acceptor.ts';
import type { SessionMode } from './tls-context.ts';

/** What a server is to be like; what is left out gives a well-behaved one. */
export interface ImapServerOptions {
  /** `tls` (default), or `starttls`, which is then required for login. */
  readonly security?: Security;
  /** Any free one by default. */
  readonly port?: number;
  /** The one version that it speaks; `any` is 1.2 and 1.3. Session IDs are TLS 1.2 only. */
  readonly protocol?: TlsProtocol | 'any';
  /** Default `tickets`. */
  readonly sessions?: SessionMode;
  /** A new ticket with each resumption, as Dovecot does (default) and Postfix does not. */
  readonly renewTickets?: boolean;
  /** The lifetime that its tickets state. */
  readonly lifetimeSeconds?: number;
  /** Issues its certificate. Left out, the server makes one; see `caPem` of the server. */
  readonly authority?: CertificateAuthority;
  readonly certificate?: CertificateKind;
  readonly user?: string;
  readonly password?: string;
  /** Names as on the wire, and how many messages each holds. Default `{ INBOX: 3 }`. */
  readonly mailboxes?: Readonly<Record<string, number>>;
  /** Where it misbehaves. */
  readonly script?: Scripting;
}

/** Makes a server and starts it on the loopback interface. Rejects when its port is taken. */
export async function startImapServer(options: ImapServerOptions = {}): Promise<ImapServer> {
  const authority = options.authority ?? (await createAuthority());
  const certificate = await certificateOf(options.certificate ?? 'valid', authority);
  // Answers are several small writes: held back for an acknowledgement, each would cost 40 ms.
  const server = createServer({ noDelay: true });
  const sessions = options.sessions ?? 'tickets';
  const protocol = options.protocol ?? (sessions === 'session-ids' ? 'TLSv1.2' : 'any');
  if (sessions === 'session-ids' && protocol !== 'TLSv1.2') {
    throw new RangeError('Session IDs can be had under TLS 1.2 only.');
  }
  const tls = new TlsAcceptor(
    server,
    {
      protocol,
      sessions,
      renewTickets: options.renewTickets ?? true,
      lifetimeSeconds: options.lifetimeSeconds ?? null,
    },
    certificate,
  );
  const started = new ImapServer({
    server,
    tls,
    authority,
    security: options.security ?? 'tls',
    user: options.user ?? 'demo@reprise.example',
    password: options.password ?? 'demo-password',
    mail: new MailStore(options.mailboxes ?? { INBOX: 3 }),
    script: options.script ?? {},
    port: options.port ?? 0,
  });
  await started.start();
  return started;
}
