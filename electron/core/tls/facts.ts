/**
 * What may be told of handshakes and of the sessions held: everything but secrets. Types alone, of
 * plain values, so that an interface can share them. Points in time end in `At` and are
 * milliseconds since the epoch.
 */

/** Which version of TLS a connection negotiated. Older ones are never accepted. */
export type TlsProtocol = 'TLSv1.2' | 'TLSv1.3';

/** How a connection comes to TLS; `starttls` means required (RFC 8314). */
export type Security = 'tls' | 'starttls';

/** The steps of a connection up to the first line after TLS, in order. */
export type ConnectPhase =
  /** In place of the two that follow: through a proxy, which looks the name up and connects. */
  | 'proxy'
  | 'dns'
  | 'tcp'
  /** The greeting in plain text, and the command. */
  | 'starttls'
  /** For the tickets that another connection to the same server is about to bring. */
  | 'wait'
  | 'tls'
  | 'greeting';

/** How a server recognised the session that was offered to it. */
export type Mechanism = 'tls13-ticket' | 'tls12-ticket' | 'session-id';

/** Why a connection offered no session. */
export type NotOfferedReason =
  | 'nothing-held'
  /** Earlier handshakes with this server brought no session. */
  | 'none-issued'
  | 'expired'
  /** A pinned certificate is to be seen again: the full handshake before was a day ago, or in an earlier run. */
  | 'verified-afresh'
  | 'all-in-use'
  | 'trust-changed'
  /** The server refused one; what was held with it was dropped, and nothing has come since. */
  | 'refused-earlier'
  /** The attempt before broke off with one offered, so this one goes without. */
  | 'failed-earlier'
  | 'server-keeps-refusing';

/** How a handshake that ended well stands to the session cache; exactly one of these. */
export type Reuse =
  | { readonly kind: 'resumed'; readonly mechanism: Mechanism }
  | { readonly kind: 'full'; readonly reason: NotOfferedReason }
  /** A session was offered, the server made a full handshake. */
  | { readonly kind: 'refused'; readonly mechanism: Mechanism }
  | { readonly kind: 'off' };

/**
 * How an account trades savings for unlinkability (RFC 8446 appendix C.4). `saving`: a burst that
 * runs out of tickets shares the newest one. `private`: each ticket is offered once, so that nobody
 * on the way can tell by it that two connections are one client's. `shared`: as `saving`, and with
 * every other account that chose it and is alike in all of the key but account and user; the server,
 * and whoever watches the way to it, learn that these belong together.
 */
export type SharingPolicy = 'saving' | 'private' | 'shared';

/**
 * A server that issues sessions and does not take them up, or a way to it that breaks when one is
 * offered: nothing is offered for a while.
 */
export interface Refusing {
  /** Sessions offered and refused in a row. */
  readonly refusals: number;
  /** How many of these broke the handshake off, which worked at once without a session. */
  readonly broken: number;
  /** Sessions offered before these in this run of the program, and how many were taken up. */
  readonly before: { readonly offered: number; readonly resumed: number };
  readonly nextTryAt: number;
}

/** What a certificate says of itself. */
export interface CertificateText {
  readonly subject: string;
  readonly issuer: string;
  /** Names of subjectAltName, such as `DNS:imap.example.org`. */
  readonly names: readonly string[];
  readonly validFromAt: number;
  readonly validToAt: number;
  /** SHA-256 of the DER, in upper-case hexadecimal with colons. */
  readonly fingerprint256: string;
}

/** What the certificate of a full handshake said; kept with the session for resumed ones. */
export interface CertificateFacts extends CertificateText {
  /** When the full handshake that verified it took place. */
  readonly verifiedAt: number;
}

/** The lineage of a resumed session. */
export interface Descent {
  /** When the full handshake at its root took place. */
  readonly fullHandshakeAt: number;
  /** How many resumptions there have been from it, this one included. */
  readonly reuse: number;
  /** The account whose session it was, where that is another one that shares with this one. */
  readonly sharedBy: string | null;
}

/** What client and server settled in a TLS handshake. */
export interface Handshake {
  readonly protocol: TlsProtocol | null;
  /** The IANA name, such as `TLS_AES_256_GCM_SHA384`. */
  readonly cipher: string | null;
  /** The key exchange group, such as `X25519MLKEM768`; `null` where there was none. */
  readonly group: string | null;
  /** Of the full handshake that verified it. */
  readonly certificate: CertificateFacts | null;
  /** Where the resumed session comes from; `null` unless resumed. */
  readonly descent: Descent | null;
}

/** What is held for one server by one account, or by those that share, without a byte of it. */
export interface HeldForPeer {
  /** Whose the newest session is. */
  readonly account: string;
  /** Every account that may use them, where they are shared; `null` where they are one account's. */
  readonly sharedBy: readonly string[] | null;
  /** The name that the certificate is for, in its normal form. */
  readonly name: string;
  readonly port: number;
  readonly security: Security;
  readonly mechanism: Mechanism;
  /** Until when each session may be offered, oldest first; none while all are in use. */
  readonly endsAt: readonly number[];
  /** The connection that brought the newest session, and when; `null` where nobody said. */
  readonly issuedTo: string | null;
  readonly issuedAt: number;
  /** The full handshake that the newest session goes back to. */
  readonly fullHandshakeAt: number;
  /** Resumptions from it so far. */
  readonly resumptions: number;
}

/** One session held, without its bytes. */
export interface HeldSessionFacts {
  readonly account: string;
  readonly name: string;
  readonly port: number;
  readonly mechanism: Mechanism;
  readonly receivedAt: number;
  readonly expiresAt: number;
  readonly sizeBytes: number;
}

/** A handshake that failed, or never began. */
export interface FailedOutcome {
  readonly kind: 'failed';
  /** As it was thrown. */
  readonly error: Error;
  /** It broke off with a session offered, which may be why: one attempt without any is to follow. */
  readonly sessionOffered: boolean;
  /** The server had begun to answer the ClientHello. */
  readonly answered: boolean;
  /** The certificate that the server showed, as PEM, if it did and it is of a usual size. */
  readonly shownPem: string | null;
}

/** What came of a handshake. */
export type TlsOutcome = Reuse | FailedOutcome;

/** How a handshake ended; given once. */
export interface HandshakeEnd {
  readonly outcome: TlsOutcome;
  /** The server's; `null` where none was found or tried. */
  readonly address: string | null;
  /** Of a failed one only the certificate that the server showed; `null` where it showed none. */
  readonly handshake: Handshake | null;
  /** Fingerprints of the trusted certificates that the verdict hangs on; none where it failed. */
  readonly hangsOn: readonly string[];
  /** The server asked for a certificate of the client's, which has none; it may insist on it. */
  readonly asksForCertificate: boolean;
}

/** What happens on the way, in the order in which it happens; `at` is monotonic, in ms. */
export type TransportEvent =
  /** This phase begins, and the one before it has ended. */
  | { readonly kind: 'phase'; readonly phase: ConnectPhase; readonly at: number }
  | ({ readonly kind: 'handshake'; readonly at: number } & HandshakeEnd)
  /** The first plain text after TLS has come: bytes on the wire from the ClientHello until now. */
  | {
      readonly kind: 'first-line';
      readonly at: number;
      readonly sentBytes: number;
      readonly receivedBytes: number;
    }
  /** A session or ticket came; `received` counts those of this connection. */
  | { readonly kind: 'ticket'; readonly received: number };
