import type { CertificateText } from '../electron/core/tls/facts.ts';

export type { CertificateFacts, CertificateText } from '../electron/core/tls/facts.ts';

/** The certificate that a server showed when a connection failed. */
export interface ShownCertificate extends CertificateText {
  /** The certificate itself, for trusting it; `null` where nothing is wrong with it, or its size is. */
  readonly pem: string | null;
}
