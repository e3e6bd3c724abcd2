/** What the handshakes of one check are made with: one context for each version and mechanism. */
import { constants } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import type { TicketMechanism } from '../../../../shared/check.ts';
import type { TlsProtocol } from '../../../../shared/model.ts';
import {
  identityCheck,
  MAX_VERSION,
  MIN_VERSION,
  trustOptions,
  type IdentityCheck,
  type TlsTrust,
} from '../../tls/index.ts';

/** A version of TLS with one of its ways to resume. */
export interface Row {
  readonly protocol: TlsProtocol;
  readonly mechanism: TicketMechanism;
}

/** In the order in which they are checked. TLS 1.3 knows tickets only. */
export const ROWS: readonly Row[] = [
  { protocol: 'TLSv1.3', mechanism: 'ticket' },
  { protocol: 'TLSv1.2', mechanism: 'ticket' },
  { protocol: 'TLSv1.2', mechanism: 'session-id' },
];

/** Makes contexts, once each: every one parses all authorities. */
export class Contexts {
  /** Goes with each of them. */
  readonly checkIdentity: IdentityCheck;
  readonly #trust: SecureContextOptions;
  readonly #made = new Map<string, SecureContext>();

  /** @throws Error where the PEM text of `trust` holds no certificate */
  constructor(trust: TlsTrust) {
    this.checkIdentity = identityCheck(trust);
    this.#trust = trustOptions(trust);
  }

  /** For a handshake of whichever version, as any client makes it. */
  any(): SecureContext {
    return this.#once('any', () => ({ minVersion: MIN_VERSION, maxVersion: MAX_VERSION }));
  }

  /** For exactly this row: with session IDs, no ticket is asked for, so that none hides them. */
  only({ protocol, mechanism }: Row): SecureContext {
    return this.#once(`${protocol} ${mechanism}`, () => ({
      minVersion: protocol,
      maxVersion: protocol,
      ...(mechanism === 'session-id' ? { secureOptions: constants.SSL_OP_NO_TICKET } : {}),
    }));
  }

  #once(key: string, options: () => Parameters<typeof createSecureContext>[0]): SecureContext {
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const context = createSecureContext({ ...this.#trust, ...options() });
    this.#made.set(key, context);
    return context;
  }
}
