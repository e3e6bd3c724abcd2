/**
 * What the transport tells about one TLS handshake, while it happens and afterwards.
 */
import type { CertificateFacts, ConnectPhase, Descent, Reuse, TlsProtocol } from '../facts.ts';

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

/** The facts of one handshake, given once, when it ended. */
export interface TlsHandshake {
  readonly outcome: TlsOutcome;
  readonly address: string | null;
  readonly protocol: TlsProtocol | null;
  /** The IANA name of the cipher suite. */
  readonly cipher: string | null;
  /** The key exchange group; `null` where there was none. */
  readonly group: string | null;
  /** Of the full handshake that verified it; for a failed one what the server showed, if it did. */
  readonly certificate: CertificateFacts | null;
  readonly descent: Descent | null;
}

/** What happens on the way, in the order in which it happens; `at` is monotonic (ms). */
export type TransportEvent =
  /** This phase begins, and the one before it has ended. */
  | {
      readonly kind: 'phase';
      readonly phase: ConnectPhase;
      readonly at: number;
    }
  | { readonly kind: 'handshake'; readonly handshake: TlsHandshake; readonly at: number }
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
