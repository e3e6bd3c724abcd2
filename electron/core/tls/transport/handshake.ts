/**
 * What the transport tells about one TLS handshake, while it happens and afterwards.
 */
import type { ConnectPhase, Handshake, Reuse } from '../facts.ts';

/** What came of a handshake; a failed one keeps the error as it was thrown. */
export type TlsOutcome =
  | Reuse
  | {
      readonly kind: 'failed';
      readonly error: Error;
      /** A session had been offered, and may be why: a new attempt is to go without any. */
      readonly sessionOffered: boolean;
      /** The server had begun to answer the ClientHello. */
      readonly answered: boolean;
      /** The certificate that the server showed, as PEM, if it did and it is of a usual size. */
      readonly shownPem: string | null;
    };

/** How a handshake ended; given once. */
export interface HandshakeEnd {
  readonly outcome: TlsOutcome;
  /** The server's. */
  readonly address: string | null;
  /** Of a failed one only the certificate that the server showed; `null` where it showed none. */
  readonly handshake: Handshake | null;
}

/** What happens on the way, in the order in which it happens; `at` is monotonic (ms). */
export type TransportEvent =
  /** This phase begins, and the one before it has ended. */
  | {
      readonly kind: 'phase';
      readonly phase: ConnectPhase;
      readonly at: number;
    }
  | ({ readonly kind: 'handshake'; readonly at: number } & HandshakeEnd)
  /**
   * The first plain text after TLS has come: bytes on the wire from the ClientHello until now.
   */
  | {
      readonly kind: 'first-line';
      readonly at: number;
      readonly sentBytes: number;
      readonly receivedBytes: number;
    }
  /** A session or ticket came; `received` counts those of this connection. */
  | { readonly kind: 'ticket'; readonly received: number };
