import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { RepriseError } from '../../../shared/errors.ts';
import { circleOfAuthorities, createAuthority } from '../demo/testing/index.ts';
import { readCaFile, subjectsOf } from './ca-file.ts';

let one: string;
let two: string;
let key: string;

beforeAll(async () => {
  const authority = await createAuthority('Authority One');
  one = authority.certPem;
  two = (await createAuthority('Authority Two')).certPem;
  key = (await authority.issue()).keyPem;
});

function refusal(text: string): RepriseError {
  try {
    readCaFile(text, 'ca.pem');
  } catch (error) {
    if (error instanceof RepriseError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

describe('a CA file', () => {
  it('gives its certificates and their subjects, in order', () => {
    const { pem, subjects } = readCaFile(`${one.trimEnd()}${two}`, 'ca.pem');
    expect(subjects).toEqual(['CN=Authority One', 'CN=Authority Two']);
    expect(subjectsOf(pem)).toEqual(subjects);
    expect(pem.match(/-----BEGIN CERTIFICATE-----/g)).toHaveLength(2);
  });

  it('is not taken where its certificates sign each other: Node would never be done with them', async () => {
    const [first = '', second = ''] = await circleOfAuthorities();
    expect(refusal(`${one}${first}${second}`).message).toBe(
      'Certificates of ca.pem sign each other in a circle, so nobody is at the top of them. Choose a file with the certificate of the CA alone, the one that it has signed itself.',
    );
    // Alone it goes nowhere, but not round.
    expect(readCaFile(`${one}${first}`, 'ca.pem').subjects).toHaveLength(2);
  });

  it('is taken with other line ends, comments, indents and the old label', () => {
    const text = `# comment with a Tab\there\r\n${one
      .replaceAll('CERTIFICATE', 'X509 CERTIFICATE')
      .replaceAll('\n', '\r\n')}`;
    const { pem, subjects } = readCaFile(text, 'ca.pem');
    expect(subjects).toEqual(['CN=Authority One']);
    expect(pem).not.toContain('comment');
    expect(new X509Certificate(pem).fingerprint256).toBe(new X509Certificate(one).fingerprint256);
  });

  it.each(['PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY', 'ENCRYPTED PRIVATE KEY'])(
    'with a block %s is refused, and nothing of it is repeated',
    (label) => {
      const secret = 'MC4CAQAwBQYDK2VwBCIEIHNlY3JldA==';
      const error = refusal(`${one}-----BEGIN ${label}-----\n${secret}\n-----END ${label}-----\n`);
      expect(error).toMatchObject({ code: 'bad-ca-file', field: 'trust' });
      expect(error.message).toContain('private key');
      expect(error.message).not.toContain(secret);
    },
  );

  it('with a private key is refused also when that is cut off or stands before the certificate', () => {
    for (const text of [`${one}${key.slice(0, 60)}`, `${key}${one}`, key.slice(0, 40) + one]) {
      expect(refusal(text).message).toContain('private key');
    }
  });

  it.each([
    ['', 'not a PEM file'],
    ['0\u0082\u0003\u0001', 'openssl x509 -inform der'],
    ['-----BEGIN CERTIFICATE REQUEST-----\nx\n-----END CERTIFICATE REQUEST-----', 'a request'],
    ['-----BEGIN PKCS7-----\nx\n-----END PKCS7-----', 'openssl pkcs7 -print_certs'],
    ['-----BEGIN TRUSTED CERTIFICATE-----\nx\n-----END TRUSTED CERTIFICATE-----', 'Convert it'],
    ['-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----', 'only PUBLIC KEY'],
    ['-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----', 'Certificate 1'],
  ])('%j: says what it is and what to do', (text, part) => {
    const error = refusal(text);
    expect(error).toMatchObject({ code: 'bad-ca-file', field: 'trust' });
    expect(error.message).toContain(part);
  });

  it('whose second certificate is cut off says so', () => {
    expect(refusal(`${one}\n${two.slice(0, two.length / 2)}`).message).toContain('Certificate 2');
  });

  it('of a megabyte of openings is refused without taking long', () => {
    const text = '-----BEGIN CERTIFICATE-----\n'.repeat(37_000);
    expect(refusal(text).message).toContain('Certificate 1');
  });
});
