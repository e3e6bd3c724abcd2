import type { ImapTransport } from 'imapflow';
import type { TransportEvent } from './handshake.ts';
import type { SessionCache } from './session-cache.ts';
import type { TlsTrust } from './trust.ts';

/** PLACEHOLDER: being written. */
export interface ReuseTransportOptions {
  readonly cache: SessionCache;
  /** Sessions are never shared between accounts. */
  readonly account: string;
  readonly trust: TlsTrust;
  readonly onEvent?: (event: TransportEvent) => void;
}

/** A transport for one connection of imapflow: implicit TLS, or required STARTTLS. */
export function createReuseTransport(_options: ReuseTransportOptions): ImapTransport {
  throw new Error('not written yet');
}
