import { constants, randomBytes } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { TlsProtocol } from '../../../shared/model.ts';
import type { ServerCertificate } from './certificates.ts';

/** What a server does about sessions. */
export type SessionMode =
  /** Issues tickets and takes them up. */
  | 'tickets'
  /** Issues session IDs and remembers the sessions; TLS 1.2 only. */
  | 'session-ids'
  /** Issues tickets under a key that it throws away: takes none up. */
  | 'fresh-key'
  /** Issues neither tickets nor session IDs. */
  | 'none';

/** How a server does TLS. */
export interface TlsSettings {
  readonly protocol: TlsProtocol | 'any';
  readonly sessions: SessionMode;
  /** A new ticket with each resumption under TLS 1.3 and 1.2, as Dovecot does and Postfix does not. */
  readonly renewTickets: boolean;
  /** The lifetime that tickets state; `null` leaves it to the TLS library (7200 in OpenSSL). */
  readonly lifetimeSeconds: number | null;
}

/** The secret under which a server seals its tickets. */
export interface TicketKey {
  readonly name: Buffer;
  readonly hmac: Buffer;
  readonly aes: Buffer;
}

export function createTicketKey(): TicketKey {
  return { name: randomBytes(16), hmac: randomBytes(16), aes: randomBytes(16) };
}

/** Makes what a server's handshakes need. Nothing in it changes later: changes make a new one. */
export function createServerContext(
  settings: TlsSettings,
  certificate: ServerCertificate,
  ticketKey: TicketKey,
): SecureContext {
  const { protocol, sessions, lifetimeSeconds } = settings;
  const context = createSecureContext({
    cert: certificate.certPem,
    key: certificate.keyPem,
    minVersion: protocol === 'any' ? 'TLSv1.2' : protocol,
    maxVersion: protocol === 'any' ? 'TLSv1.3' : protocol,
    // Without a session ID context OpenSSL refuses the very sessions that it issued.
    sessionIdContext: 'reprise-demo',
    ticketKeys: Buffer.concat([ticketKey.name, ticketKey.hmac, ticketKey.aes]),
    ...(sessions === 'session-ids' ? { secureOptions: constants.SSL_OP_NO_TICKET } : {}),
    ...(lifetimeSeconds === null ? {} : { sessionTimeout: lifetimeSeconds }),
  });
  if (sessions !== 'session-ids') hookTicketKeys(context, settings, ticketKey);
  return context;
}

/**
 * The ticket key callback of OpenSSL, which Node keeps for its own tests. With it alone can a
 * server renew tickets on resumption, as servers on OpenSSL's defaults do, or issue none at all.
 */
interface TicketKeyHook {
  onticketkeycallback: (
    name: Buffer,
    iv: Buffer,
    encrypting: boolean,
  ) => [status: number, ...keys: Buffer[]];
  enableTicketKeyCallback?: () => void;
}

const STATUS = { none: 0, use: 1, useAndRenew: 2 } as const;

function hookTicketKeys(context: SecureContext, settings: TlsSettings, key: TicketKey): void {
  const native = context.context as TicketKeyHook;
  // Should a runtime lack it, `ticketKeys` serves: no renewal then, and 'none' acts as 'fresh-key'.
  if (typeof native.enableTicketKeyCallback !== 'function') return;
  const issues = settings.sessions === 'none' ? STATUS.none : STATUS.use;
  const accepts = settings.renewTickets ? STATUS.useAndRenew : STATUS.use;
  native.onticketkeycallback = (name, _iv, encrypting) => {
    if (encrypting) return [issues, key.hmac, key.aes, key.name, randomBytes(16)];
    // Node reads the keys whatever the status says: without them it aborts the process.
    return [key.name.equals(name) ? accepts : STATUS.none, key.hmac, key.aes];
  };
  native.enableTicketKeyCallback();
}
