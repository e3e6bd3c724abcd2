/**
 * Certificates for the program's own servers. Those of the demo are made when it starts and held in
 * memory only: nothing of them is ever written to a disk, and nothing but an account that was told to
 * trusts their authority. The lab's authority is kept, see `electron/core/your-client/lab/`.
 */
// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 needs the polyfill loaded before it
import 'reflect-metadata';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Extension,
  GeneralName,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { KeyObject, createPrivateKey, webcrypto } from 'node:crypto';

/** A certificate, with those that lead up to its authority, and its private key; PEM. */
export interface ServerCertificate {
  readonly certPem: string;
  readonly keyPem: string;
}

/** What a certificate says. What is left out: localhost, for 30 days. */
interface CertificateOptions {
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  /** Milliseconds since the epoch. */
  readonly validFromAt?: number;
  /** Milliseconds since the epoch. */
  readonly validToAt?: number;
}

/** Issues server certificates; clients trust them by its `certPem`. */
export interface CertificateAuthority {
  readonly certPem: string;
  issue(options?: CertificateOptions): Promise<ServerCertificate>;
}

/** What an authority is to be. */
interface AuthorityOptions extends Pick<CertificateOptions, 'validFromAt' | 'validToAt'> {
  /** All that it may vouch for (RFC 5280 §4.2.1.10), with nobody between; left out: whatever it likes. */
  readonly only?: NamesAndAddresses;
}

/** Whom a certificate names. */
export interface NamesAndAddresses {
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
}

/** An authority that nobody vouches for. */
export interface RootAuthority extends CertificateAuthority {
  readonly keyPem: string;
  /** One that this one vouches for: what it issues comes with its own certificate, a chain of two. */
  intermediate(): Promise<CertificateAuthority>;
}

/** ECDSA on P-256: what public authorities issue today, and quick to make. */
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;

/** Makes an authority with a key of its own; its certificate is good for 30 days if nothing is said. */
export async function createAuthority(
  commonName = 'Reprise demo authority',
  { only, ...options }: AuthorityOptions = {},
): Promise<RootAuthority> {
  const keys = await makeKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [commonName] }],
    ...validity(options),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      ...authorityExtensions(only === undefined ? 1 : 0),
      ...(only === undefined ? [] : [nameConstraints(only)]),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return {
    ...toPem(certificate, keys),
    issue: (options = {}) => issue(options, keys.privateKey, certificate),
    intermediate: () => createIntermediate(commonName, keys.privateKey, certificate),
  };
}

/** One that was made before, and kept. Throws where its parts cannot be read. */
export async function openAuthority({
  certPem,
  keyPem,
}: ServerCertificate): Promise<CertificateAuthority> {
  const certificate = new X509Certificate(certPem);
  const pkcs8 = createPrivateKey(keyPem).export({ type: 'pkcs8', format: 'der' });
  const key = await webcrypto.subtle.importKey('pkcs8', pkcs8, ALGORITHM, false, ['sign']);
  return { certPem, issue: (options = {}) => issue(options, key, certificate) };
}

/** Whether an authority's certificate allows it these names and addresses, and nothing else. */
export function isOnlyFor(certPem: string, only: NamesAndAddresses): boolean {
  const expected = nameConstraints(only);
  const found = new X509Certificate(certPem).getExtension(expected.type);
  return found?.critical === true && Buffer.from(found.value).equals(Buffer.from(expected.value));
}

async function createIntermediate(
  commonName: string,
  signingKey: webcrypto.CryptoKey,
  issuer: X509Certificate,
): Promise<CertificateAuthority> {
  const keys = await makeKeys();
  const certificate = await X509CertificateGenerator.create({
    subject: [{ CN: [`${commonName}, intermediate`] }],
    issuer: issuer.subject,
    ...validity({}),
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      ...authorityExtensions(0),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(issuer),
    ],
  });
  return {
    certPem: issuer.toString('pem'),
    issue: async (options = {}) => {
      const { certPem, keyPem } = await issue(options, keys.privateKey, certificate);
      return { certPem: `${certPem}\n${certificate.toString('pem')}`, keyPem };
    },
  };
}

/** @param below how many authorities may follow before a server */
function authorityExtensions(below: number): readonly Extension[] {
  return [
    new BasicConstraintsExtension(true, below, true),
    new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
  ];
}

/** RFC 5280 §4.2.1.10 has the structure; the library of certificates has no class for it. */
function nameConstraints({ dnsNames, ipAddresses }: NamesAndAddresses): Extension {
  const names = dnsNames.map((name) => Buffer.from(new GeneralName('dns', name).rawData));
  const addresses = ipAddresses.map((address) => {
    const [tag = 0, , ...bytes] = Buffer.from(new GeneralName('ip', address).rawData);
    return der(tag, Buffer.from([...bytes, ...bytes.map(() => 0xff)]));
  });
  const permitted = [...names, ...addresses].map((base) => der(0x30, base));
  return new Extension('2.5.29.30', true, der(0x30, der(0xa0, Buffer.concat(permitted))));
}

/** One value in DER. */
function der(tag: number, content: Buffer): Buffer<ArrayBuffer> {
  const { length } = content;
  const size = length < 0x80 ? [length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

/** A server certificate that nothing but itself vouches for. */
export async function createSelfSigned(
  options: CertificateOptions = {},
): Promise<ServerCertificate> {
  const keys = await makeKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: subject(options),
    ...validity(options),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: await serverExtensions(options, keys),
  });
  return toPem(certificate, keys);
}

async function issue(
  options: CertificateOptions,
  signingKey: webcrypto.CryptoKey,
  issuer: X509Certificate,
): Promise<ServerCertificate> {
  const keys = await makeKeys();
  const certificate = await X509CertificateGenerator.create({
    subject: subject(options),
    issuer: issuer.subject,
    ...validity(options),
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      ...(await serverExtensions(options, keys)),
      await AuthorityKeyIdentifierExtension.create(issuer),
    ],
  });
  return toPem(certificate, keys);
}

function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

function dnsNamesOf({ dnsNames = ['localhost'] }: CertificateOptions): readonly string[] {
  return dnsNames;
}

function subject(options: CertificateOptions): { CN: string[] }[] {
  return [{ CN: [dnsNamesOf(options)[0] ?? 'Reprise demo server'] }];
}

/** An hour of the past included, for clocks that differ a little. */
function validity({
  validFromAt = Date.now() - DAY_MS / 24,
  validToAt = Date.now() + 30 * DAY_MS,
}: CertificateOptions): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(validFromAt), notAfter: new Date(validToAt) };
}

async function serverExtensions(
  options: CertificateOptions,
  keys: webcrypto.CryptoKeyPair,
): Promise<Extension[]> {
  const { ipAddresses = ['127.0.0.1', '::1'] } = options;
  return [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    new SubjectAlternativeNameExtension([
      ...dnsNamesOf(options).map((value) => ({ type: 'dns' as const, value })),
      ...ipAddresses.map((value) => ({ type: 'ip' as const, value })),
    ]),
    await SubjectKeyIdentifierExtension.create(keys.publicKey),
  ];
}

function toPem(certificate: X509Certificate, keys: webcrypto.CryptoKeyPair): ServerCertificate {
  return {
    certPem: certificate.toString('pem'),
    keyPem: KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
