/**
 * The certificate authority of the lab, one for each installation: made once, good for 90 days, able to
 * vouch for the lab's own names and addresses and for nothing else. Whoever trusts it trusts its key,
 * which lies beside it, for this user alone.
 */
import { createPrivateKey, hash, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { basename, join } from 'node:path';
import type { LabAuthority } from '../../../../shared/client-lab.ts';
import { RepriseError } from '../../../../shared/errors.ts';
import {
  createAuthority,
  createSelfSigned,
  isOnlyFor,
  openAuthority,
  type NamesAndAddresses,
  type ServerCertificate,
} from '../../demo/index.ts';
import {
  isErrno,
  makeDataFolder,
  readOwnFile,
  storageError,
  UnusableFile,
  writeAtomically,
} from '../../storage/index.ts';

const DAY_MS = 86_400_000;
const GOOD_FOR_MS = 90 * DAY_MS;
/** Before it ends another one is made. */
const LEFT_MS = DAY_MS;
const NAME = 'Reprise lab';

/** What the lab's servers show, and what a program has to trust for that. */
export interface LabCertificates {
  readonly own: ServerCertificate;
  /** One that nobody vouches for. */
  readonly untrusted: ServerCertificate;
  /** For the program under check, in PEM. */
  readonly caFile: string;
  /** `null` for a certificate of the user's own. */
  readonly authority: LabAuthority | null;
}

/** Whom the lab's certificates name: this machine, what it listens at, and the names mapped to it. */
export function labNames(
  addresses: readonly string[],
  names: readonly string[],
): NamesAndAddresses {
  return {
    dnsNames: [...new Set(['localhost', ...names])],
    ipAddresses: [...new Set(['127.0.0.1', '::1', ...addresses])].filter((it) => isIP(it) > 0),
  };
}

/**
 * Opens the authority for these names in `folder`, or makes it where there is none, or where it ends.
 * One with other names than usual has files of its own: no authority is ever made to vouch for more.
 *
 * @throws RepriseError `bad-ca-file` where it was changed or damaged, `storage` where it cannot be kept
 */
export async function openLabAuthority(
  folder: string,
  names: NamesAndAddresses,
  now: number,
): Promise<LabCertificates & { readonly authority: LabAuthority }> {
  makeDataFolder(folder, { isForReprise: false });
  const { dnsNames, ipAddresses } = names;
  const isUsual = dnsNames.length === 1 && ipAddresses.length === 2;
  const which = [...dnsNames, ...ipAddresses].toSorted().join(' ');
  const stem = isUsual ? 'lab-ca' : `lab-ca-${hash('sha256', which).slice(0, 8)}`;
  const caFile = join(folder, `${stem}.pem`);
  const keyFile = join(folder, `${stem}.key`);
  const found = await readFiles(caFile, keyFile);
  const isGood = found !== null && isWhole(found, names, caFile, keyFile, now);
  const files = isGood ? found : await make(names, caFile, keyFile, now);
  const authority = await openAuthority(files);
  const { fingerprint256, validTo } = new X509Certificate(files.certPem);
  return {
    own: await authority.issue({ ...names, validFromAt: now - DAY_MS / 24 }),
    untrusted: await createSelfSigned(names),
    caFile,
    authority: { caFile, keyFile, fingerprint256, validToAt: Date.parse(validTo), isNew: !isGood },
  };
}

/**
 * A certificate of the user's own in place of those of the lab; the program under check trusts what is
 * in its file, or knows its authority already.
 *
 * @throws RepriseError `bad-ca-file` that says which file is wrong
 */
export async function ownCertificate(certFile: string, keyFile: string): Promise<LabCertificates> {
  const certPem = await readGiven(certFile, 'certificate');
  const keyPem = await readGiven(keyFile, 'key');
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(certPem);
  } catch {
    throw bad(`${certFile} is no certificate in PEM. Give one with --cert FILE.`);
  }
  let fits: boolean;
  try {
    fits = certificate.checkPrivateKey(createPrivateKey(keyPem));
  } catch {
    throw bad(`${keyFile} is no private key in PEM without a password. Give one with --key FILE.`);
  }
  if (!fits) throw bad(`The key in ${keyFile} is not that of the certificate in ${certFile}.`);
  const names = (certificate.subjectAltName ?? '').split(', ');
  const of = (kind: string): string[] =>
    names.filter((name) => name.startsWith(kind)).map((name) => name.slice(kind.length));
  const untrusted = await createSelfSigned({
    dnsNames: of('DNS:'),
    ipAddresses: of('IP Address:'),
  });
  return { own: { certPem, keyPem }, untrusted, caFile: certFile, authority: null };
}

async function readGiven(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw bad(`The ${what} ${file} cannot be read (${code ?? 'unknown reason'}). Check the path.`);
  }
}

/** @returns `null` where there is none yet */
async function readFiles(caFile: string, keyFile: string): Promise<ServerCertificate | null> {
  const read = async (path: string): Promise<string | null> => {
    try {
      return (await readOwnFile(path)).toString('utf8');
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return null;
      if (error instanceof UnusableFile) throw unusable(caFile, keyFile, error.message);
      throw storageError('The lab’s authority', path, error);
    }
  };
  const certPem = await read(caFile);
  const keyPem = await read(keyFile);
  if (certPem === null && keyPem === null) return null;
  if (certPem === null || keyPem === null) {
    const missing = certPem === null ? caFile : keyFile;
    throw unusable(caFile, keyFile, `${basename(missing)} is missing.`);
  }
  return { certPem, keyPem };
}

/**
 * Whether it is good for a while yet.
 *
 * @throws RepriseError where anything of it is not as it was made: whoever trusts it would trust that
 */
function isWhole(
  { certPem, keyPem }: ServerCertificate,
  names: NamesAndAddresses,
  caFile: string,
  keyFile: string,
  now: number,
): boolean {
  const changed = (what: string): RepriseError => unusable(caFile, keyFile, what);
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(certPem);
  } catch {
    throw changed(`${basename(caFile)} is no certificate any more.`);
  }
  let fits: boolean;
  try {
    fits = certificate.checkPrivateKey(createPrivateKey(keyPem));
  } catch {
    throw changed(`${basename(keyFile)} is no key any more.`);
  }
  if (!fits) throw changed(`${basename(keyFile)} is not the key of ${basename(caFile)}.`);
  if (certificate.toString().trim() !== certPem.trim())
    throw changed(`${basename(caFile)} holds more than its certificate.`);
  if (!certificate.verify(certificate.publicKey) || !isOnlyFor(certPem, names))
    throw changed(`${basename(caFile)} is not the certificate that was made for the lab.`);
  return Date.parse(certificate.validTo) - now > LEFT_MS;
}

async function make(
  only: NamesAndAddresses,
  caFile: string,
  keyFile: string,
  now: number,
): Promise<ServerCertificate> {
  const { certPem, keyPem } = await createAuthority(NAME, {
    only,
    validFromAt: now - DAY_MS / 24,
    validToAt: now + GOOD_FOR_MS,
  });
  const plain = new X509Certificate(certPem).toString();
  try {
    await writeAtomically(keyFile, keyPem);
    await writeAtomically(caFile, plain);
  } catch (error) {
    throw storageError('The lab’s authority', caFile, error);
  }
  return { certPem: plain, keyPem };
}

function unusable(caFile: string, keyFile: string, what: string): RepriseError {
  return bad(
    `The lab’s authority cannot be used: ${what} Remove ${caFile} and ${keyFile}, and take the authority out of whatever trusts it; the next start makes another.`,
  );
}

function bad(message: string): RepriseError {
  return new RepriseError('bad-ca-file', message);
}
