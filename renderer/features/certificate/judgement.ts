/** What can be decided about a certificate that was shown, and how it differs. Pure. */
import type { CertificateText, ProblemCode, ShownCertificate } from '../../../shared/model.ts';
import { formatDate } from '../../format.ts';
import { shortAddress } from './ip-name.ts';

/** Problems that trusting exactly that certificate solves. */
const SOLVABLE: ReadonlySet<ProblemCode> = new Set([
  'certificate-untrusted',
  'certificate-name',
  'certificate-changed',
]);

/** Whether the certificate may be trusted by itself, and if not, why not. */
export type Judgement =
  | { readonly kind: 'trustable'; readonly fingerprint256: string; readonly pem: string }
  /** Nobody should; `sentence` says why, where the problem itself does not. */
  | { readonly kind: 'not'; readonly sentence: string | null };

/** Judges what a server showed. */
export function judge(
  code: ProblemCode,
  certificate: ShownCertificate | null,
  now: number,
): Judgement {
  if (certificate === null || !SOLVABLE.has(code)) return { kind: 'not', sentence: null };
  const { fingerprint256, pem, validFromAt, validToAt } = certificate;
  if (validToAt <= now) {
    return {
      kind: 'not',
      sentence: `It expired on ${dayOf(validToAt)}, so it cannot be trusted: the server needs a new one.`,
    };
  }
  if (validFromAt > now) {
    return {
      kind: 'not',
      sentence: `It is not valid before ${dayOf(validFromAt)}, so it cannot be trusted yet. Check the clock of this computer.`,
    };
  }
  if (pem === null) {
    return { kind: 'not', sentence: 'It is unusually large, so it cannot be trusted by itself.' };
  }
  return { kind: 'trustable', fingerprint256, pem };
}

/** One line of a certificate's description. */
export interface CertificateLine {
  readonly name: string;
  readonly kind: 'text' | 'fingerprint';
  readonly value: string;
  /** The same of the certificate that is trusted; `null` where there is none to compare with. */
  readonly before: string | null;
  readonly differs: boolean;
}

/** What a certificate says, beside what the one before it said. */
export function describe(
  certificate: CertificateText,
  before: CertificateText | null,
): readonly CertificateLine[] {
  const old = before === null ? null : textsOf(before);
  return textsOf(certificate).map(({ name, value }, index) => {
    const was = old?.[index]?.value ?? null;
    return {
      name,
      kind: name === FINGERPRINT ? 'fingerprint' : 'text',
      value: cut(value),
      before: was === null ? null : cut(was),
      differs: was !== null && was !== value,
    };
  });
}

const FINGERPRINT = 'SHA-256';
/** More than an honest certificate says in one line; a fingerprint is shorter. */
const LONGEST = 240;

/** What a stranger wrote must not push the fingerprint out of sight. */
function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)} … (${text.length} characters)` : text;
}

function textsOf(certificate: CertificateText): readonly { name: string; value: string }[] {
  const { subject, issuer, names, validFromAt, validToAt, fingerprint256 } = certificate;
  const isOwn = issuer === subject;
  return [
    { name: 'Issued to', value: subject === '' ? NOBODY : subject },
    {
      name: 'Issued by',
      value: isOwn ? 'itself (self-signed)' : issuer === '' ? NOBODY : issuer,
    },
    { name: 'Names', value: names.length === 0 ? 'none' : namesText(names) },
    { name: 'Valid', value: `${dayOf(validFromAt)} to ${dayOf(validToAt)}` },
    { name: FINGERPRINT, value: fingerprint256 },
  ];
}

const NOBODY = 'nobody by name';

/** The names that a certificate is for, as people write them. */
export function namesText(names: readonly string[]): string {
  return names.map(plainName).join(', ');
}

const ADDRESS = 'IP Address:';

/** Without the `DNS:` before it. */
function plainName(name: string): string {
  return name.startsWith(ADDRESS)
    ? shortAddress(name.slice(ADDRESS.length))
    : name.replace(/^DNS:/, '');
}

/** A date that nobody can read is no reason to show nothing. */
function dayOf(at: number): string {
  return Number.isFinite(at) ? formatDate(at) : 'an unknown day';
}
