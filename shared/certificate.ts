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

/** The certificate that a server showed when a connection failed. */
export interface ShownCertificate extends CertificateText {
  /** The certificate itself, for trusting it; `null` where nothing is wrong with it, or its size is. */
  readonly pem: string | null;
}
