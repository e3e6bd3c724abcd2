import { X509Certificate } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createAuthority } from '../../demo/index.ts';
import { temporaryFolder } from '../../storage/testing/temporary-folder.ts';
import { labNames, openLabAuthority, ownCertificate } from './authority.ts';

const NOW = Date.now();
const DAY_MS = 86_400_000;
const USUAL = labNames(['127.0.0.1'], []);

describe('the authority of the lab', () => {
  it('is made once, is good for 90 days and this machine alone, and its key is for this user', async () => {
    await using folder = await temporaryFolder();
    const first = await openLabAuthority(folder.path, USUAL, NOW);
    const again = await openLabAuthority(folder.path, USUAL, NOW + DAY_MS);
    expect(again.authority).toEqual({ ...first.authority, isNew: false });
    const certificate = new X509Certificate(await readFile(first.caFile));
    expect(certificate.ca).toBe(true);
    expect(Date.parse(certificate.validTo) - NOW).toBeLessThanOrEqual(90 * DAY_MS);
    const { keyFile } = first.authority;
    // Windows has no such bits.
    const { mode } = await stat(keyFile);
    expect(process.platform === 'win32' ? 0o600 : mode & 0o777).toBe(0o600);
    const own = new X509Certificate(first.own.certPem);
    expect(own.checkIssued(certificate)).toBe(true);
    expect(own.subjectAltName).toContain('DNS:localhost');
    expect(new X509Certificate(first.untrusted.certPem).checkIssued(certificate)).toBe(false);
  });

  it('is made anew before it ends', async () => {
    await using folder = await temporaryFolder();
    const first = await openLabAuthority(folder.path, USUAL, NOW);
    const later = await openLabAuthority(folder.path, USUAL, NOW + 90 * DAY_MS);
    expect(later.authority?.isNew).toBe(true);
    expect(later.authority?.fingerprint256).not.toBe(first.authority?.fingerprint256);
  });

  it('for other names is another one, so that none ever vouches for more', async () => {
    await using folder = await temporaryFolder();
    const usual = await openLabAuthority(folder.path, USUAL, NOW);
    const names = labNames(['127.0.0.1'], ['imap.example.org']);
    const other = await openLabAuthority(folder.path, names, NOW);
    expect(other.caFile).not.toBe(usual.caFile);
    const again = await openLabAuthority(folder.path, USUAL, NOW);
    expect(again.authority).toEqual({ ...usual.authority, isNew: false });
  });

  it.each<[string, (certPem: string) => Promise<Record<string, string | null>>]>([
    ['cut off', (certPem) => Promise.resolve({ 'lab-ca.pem': certPem.slice(0, 300) })],
    ['with another beside it', (certPem) => Promise.resolve({ 'lab-ca.pem': certPem + certPem })],
    ['of somebody else', async () => ({ 'lab-ca.pem': (await createAuthority()).certPem })],
    [
      'that may vouch for anything',
      async () => {
        const { certPem, keyPem } = await createAuthority('Reprise lab');
        const plain = new X509Certificate(certPem).toString();
        return { 'lab-ca.pem': plain, 'lab-ca.key': keyPem };
      },
    ],
    ['whose key is none', () => Promise.resolve({ 'lab-ca.key': 'x' })],
    ['without its key', () => Promise.resolve({ 'lab-ca.key': null })],
  ])('is not used %s: a sentence says what to do', async (_what, change) => {
    await using folder = await temporaryFolder();
    const { caFile } = await openLabAuthority(folder.path, USUAL, NOW);
    for (const [name, text] of Object.entries(await change(await readFile(caFile, 'utf8')))) {
      if (text === null) await rm(join(folder.path, name));
      else await writeFile(join(folder.path, name), text);
    }
    await expect(openLabAuthority(folder.path, USUAL, NOW)).rejects.toThrow(
      /^The lab’s authority cannot be used: lab-ca\.(pem|key) .*\. Remove .*lab-ca\.pem and .*lab-ca\.key/,
    );
  });

  it('gives way to a certificate of one’s own, whose files are looked at', async () => {
    await using folder = await temporaryFolder();
    const authority = await createAuthority();
    const { certPem, keyPem } = await authority.issue({ dnsNames: ['imap.example.org'] });
    const [cert, key] = [join(folder.path, 'cert'), join(folder.path, 'key')];
    await writeFile(cert, certPem);
    await writeFile(key, keyPem);
    const own = await ownCertificate(cert, key);
    expect(own).toMatchObject({ caFile: cert, authority: null, own: { certPem, keyPem } });
    expect(new X509Certificate(own.untrusted.certPem).subjectAltName).toContain('imap.example.org');
    await expect(ownCertificate(key, cert)).rejects.toThrow(/is no certificate in PEM/);
    await writeFile(key, (await authority.issue()).keyPem);
    await expect(ownCertificate(cert, key)).rejects.toThrow(/is not that of the certificate/);
    await expect(ownCertificate(join(folder.path, 'none'), key)).rejects.toThrow(/cannot be read/);
  });
});
