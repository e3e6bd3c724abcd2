/** What can be decided about a certificate that was shown, and how it differs. Pure. */
import type { CertificateText, ProblemCode, ShownCertificate } from '../../../shared/model.ts';
import { formatDate } from '../../format.ts';

/** Problems that trusting exactly that certificate solves. */
const SOLVABLE: ReadonlySet<ProblemCode> = new Set([
  'certificate-untrusted',
  'certificate-name',
  'certificate-changed',
]);

/** Whether the certificate may be trusted by itself, and if not, why not. */
type Judgement =
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
export function certificateLines(
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

/** What to do before trusting a certificate: beside every button that does. */
export const COMPARE_ADVICE =
  'Compare the fingerprint with one that you have from whoever runs the server, or from the server itself. Every other line can be copied by somebody on the way.';

/** The button that trusts a certificate for the first time. */
export const TRUST_LABEL = 'Trust only this certificate for this account';

/** Bytes that the eye takes in one go. */
const BYTES_IN_GROUP = 8;
const BYTES_IN_SHORT = 4;

/** The fingerprint in pieces that, put together, are the fingerprint again. */
export function fingerprintGroups(fingerprint: string): readonly string[] {
  const bytes = fingerprint.split(':');
  const groups: string[] = [];
  for (let at = 0; at < bytes.length; at += BYTES_IN_GROUP) {
    const isLast = at + BYTES_IN_GROUP >= bytes.length;
    groups.push(`${bytes.slice(at, at + BYTES_IN_GROUP).join(':')}${isLast ? '' : ':'}`);
  }
  return groups;
}

/** Its beginning, for where there is no room: to recognise it, never to verify it. */
export function shortFingerprint(fingerprint: string): string {
  return `${fingerprint.split(':').slice(0, BYTES_IN_SHORT).join(':')}…`;
}

/**
 * The address as RFC 5952 writes it: `0:0:0:0:0:0:0:1` is `::1`, and an IPv4 address within it is
 * told as such (section 5). What is no IPv6 address stays as it is.
 */
export function shortAddress(address: string): string {
  // Nothing that would end the brackets below: a certificate may say anything.
  if (!/^[\da-f:.]*:[\da-f:.]*$/i.test(address)) return address;
  // A URL's host in brackets is IPv6 or none at all, and comes back in its shortest form.
  const short = URL.parse(`http://[${address}]`)?.hostname.slice(1, -1);
  if (short === undefined) return address;
  const [, high, low] = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(short) ?? [];
  if (high === undefined || low === undefined) return short;
  const octets = [high, low].flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
  return `::ffff:${octets.join('.')}`;
}
