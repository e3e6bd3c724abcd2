/** CA certificate files that a user gives. */
import { X509Certificate } from 'node:crypto';
import { RepriseError } from '../../../shared/errors.ts';
import { visible } from '../../../shared/visible.ts';

/** What is kept of a CA file: its certificates, and nothing else that was in it. */
export interface CaFile {
  readonly pem: string;
  /** The subject of each certificate, in order. */
  readonly subjects: readonly string[];
}

/**
 * Reads a PEM file (RFC 7468) with one or more certificates.
 *
 * @throws RepriseError `bad-ca-file`, field `trust`, that says what the file is and what to do
 */
export function readCaFile(text: string, fileName: string): CaFile {
  // Said first, whatever else is in the file and however broken the key's block is.
  if (/-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY/.test(text)) {
    throw bad(
      `${fileName} holds a private key. Nothing of it was stored. Never give a private key to a mail program; choose the file that holds the CA certificate alone.`,
    );
  }
  const blocks = pemBlocks(text);
  const certificates = blocks.filter(({ label }) => CERTIFICATE_LABELS.has(label));
  if (certificates.length === 0) throw bad(whyNone(fileName, blocks));
  const parsed = certificates.map(({ pem }, index) => {
    const certificate = parseCertificate(pem);
    if (certificate === null) {
      throw bad(
        `Certificate ${String(index + 1)} of ${fileName} cannot be read: the file is cut off or changed. Get it from its source again.`,
      );
    }
    return certificate;
  });
  if (goesRound(parsed)) {
    throw bad(
      `Certificates of ${fileName} sign each other in a circle, so nobody is at the top of them. Choose a file with the certificate of the CA alone, the one that it has signed itself.`,
    );
  }
  return {
    // Node's own text of what it parsed, so that comments between the blocks are not kept.
    pem: parsed.map((certificate) => certificate.toString()).join(''),
    subjects: parsed.map(subjectOf),
  };
}

/** The subjects of a PEM text that {@link readCaFile} made; what cannot be read is left out. */
export function subjectsOf(pem: string): readonly string[] {
  return pemBlocks(pem)
    .map((block) => parseCertificate(block.pem))
    .filter((certificate) => certificate !== null)
    .map((certificate) => visible(subjectOf(certificate)));
}

/**
 * Whether some are signed by one another and none of them by itself. Node asks for the authority of an
 * authority until it meets one that is its own, and would ask for ever (24.21).
 */
function goesRound(certificates: readonly X509Certificate[]): boolean {
  let left = certificates.filter((one) => !one.checkIssued(one));
  for (;;) {
    const bySubject = Map.groupBy(left, ({ subject }) => subject);
    const below = left.filter((one) =>
      (bySubject.get(one.issuer) ?? []).some((above) => one.checkIssued(above)),
    );
    if (below.length === left.length) return left.length > 0;
    left = below;
  }
}

/** RFC 7468, section 5: the second is an old name of the same. */
const CERTIFICATE_LABELS: ReadonlySet<string> = new Set(['CERTIFICATE', 'X509 CERTIFICATE']);

interface PemBlock {
  readonly label: string;
  readonly pem: string;
}

/**
 * The blocks of a PEM text; one without an end counts, and so does one that begins on the line on
 * which another ends, as in files put together of files without a last newline. Goes through the
 * lines once: the text comes from outside and may be a megabyte of openings.
 */
function pemBlocks(text: string): readonly PemBlock[] {
  const blocks: PemBlock[] = [];
  let open: { label: string; lines: string[] } | null = null;
  const close = (): void => {
    if (open !== null) blocks.push({ label: open.label, pem: `${open.lines.join('\n')}\n` });
    open = null;
  };
  for (const line of text.replaceAll('----------', '-----\n-----').split(/\r\n|\r|\n/)) {
    const label = /^\s*-----BEGIN ([A-Z0-9 #]{1,64})-----\s*$/.exec(line)?.[1];
    if (label !== undefined) {
      close();
      open = { label, lines: [`-----BEGIN ${normalLabel(label)}-----`] };
    } else if (open !== null) {
      const isEnd = /^\s*-----END [A-Z0-9 #]{1,64}-----\s*$/.test(line);
      open.lines.push(isEnd ? `-----END ${normalLabel(open.label)}-----` : line);
      if (isEnd) close();
    }
  }
  close();
  return blocks;
}

function normalLabel(label: string): string {
  return CERTIFICATE_LABELS.has(label) ? 'CERTIFICATE' : label;
}

/** The first certificate of a PEM text; `null` where it cannot be read. */
export function parseCertificate(pem: string): X509Certificate | null {
  try {
    return new X509Certificate(pem);
  } catch {
    // OpenSSL's reasons are for developers; the caller says which certificate it is.
    return null;
  }
}

/** One line, the most specific part first: `CN=Example CA, O=Example`. */
function subjectOf(certificate: X509Certificate): string {
  const subject = certificate.subject as string | undefined;
  return subject === undefined || subject === ''
    ? 'no name'
    : subject.split('\n').toReversed().join(', ');
}

/** What a file without a certificate is, and how to get one. */
function whyNone(fileName: string, blocks: readonly PemBlock[]): string {
  const labels = new Set(blocks.map(({ label }) => label));
  if (labels.has('TRUSTED CERTIFICATE')) {
    return `${fileName} holds a certificate in OpenSSL's own form. Convert it: openssl x509 -in ${fileName} -out ca.pem`;
  }
  if (labels.has('PKCS7') || labels.has('CMS')) {
    return `${fileName} is a PKCS #7 file. Convert it: openssl pkcs7 -print_certs -in ${fileName} -out ca.pem`;
  }
  if (labels.has('CERTIFICATE REQUEST') || labels.has('NEW CERTIFICATE REQUEST')) {
    return `${fileName} holds a request for a certificate, not a certificate. Choose the certificate of the CA.`;
  }
  if (labels.size > 0) {
    return `${fileName} holds no certificate, only ${[...labels].slice(0, 3).join(', ')}. Choose the certificate of the CA.`;
  }
  return `${fileName} is not a PEM file: it has no line “-----BEGIN CERTIFICATE-----”. If it is a certificate in DER form (often .cer or .der), convert it: openssl x509 -inform der -in ${fileName} -out ca.pem`;
}

function bad(message: string): RepriseError {
  return new RepriseError('bad-ca-file', message, { field: 'trust' });
}
