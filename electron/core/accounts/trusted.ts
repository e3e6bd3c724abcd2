/** What an account trusts: read from outside, compared, and shown. Pure. */
import { createHash } from 'node:crypto';
import { RepriseError } from '../../../shared/errors.ts';
import type { CertificateText, Trust, TrustChoice } from '../../../shared/model.ts';
import { passwordPlace, type PasswordPlace } from '../../../shared/password-place.ts';
import { visible } from '../../../shared/visible.ts';
import { authorities, certificateFacts, type TlsTrust } from '../tls/index.ts';
import { parseCertificate, subjectsOf } from './ca-file.ts';
import type { AccountTrust, ConnectSettings } from './account.ts';

/**
 * The pin of a certificate that was shown.
 *
 * @throws RepriseError `invalid-input`, field `trust`, where it is not the certificate whose
 *   fingerprint was shown
 */
export function readPin(choice: Extract<TrustChoice, { kind: 'pin' }>): AccountTrust {
  const certificate = parseCertificate(choice.pem);
  if (certificate === null || certificate.fingerprint256 !== choice.fingerprint256) {
    throw new RepriseError(
      'invalid-input',
      'This is not the certificate that was shown. Look at the certificate of the server again.',
      { field: 'trust' },
    );
  }
  // Node's own text of what it parsed: that certificate and nothing else.
  return { kind: 'pin', fingerprint256: certificate.fingerprint256, pem: certificate.toString() };
}

/** Whether every certificate that is trusted can be read; not so after a change by hand. */
export function isReadable(trust: TlsTrust): boolean {
  if (trust.kind === 'system') return true;
  try {
    return authorities(trust).every((pem) => parseCertificate(pem) !== null);
  } catch {
    // There is no certificate at all.
    return false;
  }
}

/** What is wrong where {@link isReadable} is not so, and what to do. */
export function unreadableTrustSentence(kind: 'ca' | 'pin'): string {
  return kind === 'ca'
    ? 'The stored CA certificates cannot be read: accounts.json was changed or damaged. In the account’s form, choose the CA file again, or remove it.'
    : 'The stored certificate of the server cannot be read: accounts.json was changed or damaged. In the account’s form, remove that certificate; then trust the one of the server again.';
}

/** Whether both let in the same servers; the name of a CA file does not matter. */
export function isSameTrust(one: TlsTrust, other: TlsTrust): boolean {
  switch (one.kind) {
    case 'system':
      return other.kind === 'system';
    case 'ca':
      return other.kind === 'ca' && one.pem === other.pem;
    case 'pin':
      // The text as well: one that cannot be read lets nobody in.
      return (
        other.kind === 'pin' && one.fingerprint256 === other.fingerprint256 && one.pem === other.pem
      );
  }
}

/** What the interface gets to see of it: no PEM text. */
export function seenTrust(trust: AccountTrust): Trust {
  switch (trust.kind) {
    case 'system':
      return { kind: 'system' };
    case 'ca':
      return {
        kind: 'ca',
        fileName: visible(trust.fileName),
        subjects: subjectsOf(trust.pem),
        sha256: sha256Of(trust),
      };
    case 'pin':
      return { kind: 'pin', certificate: pinnedText(trust) };
  }
}

/** Where these settings sign in: the place that a password is for. */
export function placeOf({ trust, ...typed }: ConnectSettings): PasswordPlace {
  return passwordPlace(
    typed,
    trust.kind === 'ca' ? { kind: 'ca', sha256: sha256Of(trust) } : trust,
  );
}

type CaTrust = Extract<TlsTrust, { kind: 'ca' }>;

/** A file may hold hundreds of certificates, and is asked about at each connect. */
const digests = new WeakMap<CaTrust, string>();

function sha256Of(trust: CaTrust): string {
  const known = digests.get(trust);
  if (known !== undefined) return known;
  const digest = isReadable(trust) ? digestOf(trust) : UNREADABLE;
  digests.set(trust, digest);
  return digest;
}

/** In place of a digest: nobody is let in by that, whatever it is. */
const UNREADABLE = 'unreadable';

/** Over what TLS reads in the file, in whatever order; the text around it may be anything. */
function digestOf(trust: CaTrust): string {
  const fingerprints = authorities(trust).map((pem) => parseCertificate(pem)?.fingerprint256 ?? '');
  return createHash('sha256').update(fingerprints.toSorted().join('\n')).digest('hex');
}

function pinnedText({
  fingerprint256,
  pem,
}: Extract<AccountTrust, { kind: 'pin' }>): CertificateText {
  const certificate = parseCertificate(pem);
  if (certificate === null) {
    // A file that was changed by hand: nothing verifies against it, and that is said.
    return { subject: '', issuer: '', names: [], validFromAt: 0, validToAt: 0, fingerprint256 };
  }
  const { verifiedAt: _verifiedAt, ...text } = certificateFacts(certificate.toLegacyObject(), 0);
  return { ...text, fingerprint256 };
}
