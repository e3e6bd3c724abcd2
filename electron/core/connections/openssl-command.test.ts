import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ConnectSettings } from '../accounts/account.ts';
import { createSelfSigned, startImapServer } from '../demo/testing/index.ts';
import { opensslCommand } from './openssl-command.ts';

const settings: Omit<ConnectSettings, 'proxy' | 'signIn'> = {
  user: 'ann@example.org',
  host: 'imap.example.org',
  port: 993,
  security: 'tls',
  servername: null,
  trust: { kind: 'system' },
};

describe('the openssl command', () => {
  it('goes through an HTTP proxy, by whoever it knows, and through no other', () => {
    const http = { kind: 'http', host: '2001:db8::1', port: 3128, user: "o'hara" } as const;
    const command = opensslCommand({ settings, proxy: http, outcome: 'full', protocol: null });
    expect(command).toContain("-proxy '[2001:db8::1]:3128' -proxy_user 'o'\\''hara'");
    expect(command).toContain('-proxy_pass env:PROXY_PASSWORD -connect');
    const socks = { ...http, kind: 'socks5' } as const;
    for (const proxy of [socks, { kind: 'system' } as const])
      expect(() => opensslCommand({ settings, proxy, outcome: 'full', protocol: null })).toThrow(
        'straight to the server',
      );
  });

  it('offers the session of a first connection where one was offered', () => {
    expect(opensslCommand({ settings, outcome: 'resumed', protocol: 'TLSv1.3' })).toBe(
      `(d=$(mktemp -d) && trap 'rm -rf "$d"' EXIT
c() { printf 'a LOGOUT\\r\\n' | openssl s_client -ign_eof -connect 'imap.example.org:993' -servername 'imap.example.org' -tls1_3 -verify_return_error -verify_hostname 'imap.example.org' "$@" 2>&1; }
c -sess_out "$d/session.pem" >/dev/null
c -sess_in "$d/session.pem" | grep -Ei '^(new|reused), |error')
`,
    );
  });

  it.each(['full', 'off', 'failed'] as const)('connects once where it was %s', (outcome) => {
    const command = opensslCommand({ settings, outcome, protocol: 'TLSv1.2' });
    expect(command).not.toContain('-sess_');
    expect(command).toContain(' -tls1_2 ');
  });

  it('leaves the version open where none was negotiated, but for those that are broken', () => {
    const command = opensslCommand({ settings, outcome: 'failed', protocol: null });
    expect(command).toContain(' -min_protocol TLSv1.2 ');
  });

  it('upgrades with STARTTLS, and checks the name that the account checks', () => {
    const command = opensslCommand({
      settings: { ...settings, security: 'starttls', servername: 'Mail.Example.org', port: 143 },
      outcome: 'full',
      protocol: 'TLSv1.3',
    });
    expect(command).toContain(`-connect 'imap.example.org:143' -servername 'mail.example.org'`);
    expect(command).toContain(' -starttls imap ');
    expect(command).toContain(`-verify_hostname 'mail.example.org'`);
  });

  it('sends no name to an address, which the certificate has to be for', () => {
    const command = opensslCommand({
      settings: { ...settings, host: '::1' },
      outcome: 'full',
      protocol: 'TLSv1.3',
    });
    expect(command).toContain(`-connect '[::1]:993' -noservername`);
    expect(command).toContain(`-verify_ip '::1'`);
  });

  it('trusts a pinned certificate alone, for whatever name', async () => {
    const { certPem } = await createSelfSigned();
    const command = opensslCommand({
      settings: { ...settings, trust: { kind: 'pin', fingerprint256: 'AA', pem: certPem } },
      outcome: 'full',
      protocol: 'TLSv1.3',
    });
    expect(command).toContain(new X509Certificate(certPem).toString());
    expect(command).toContain('-CAfile "$d/ca.pem" -no-CApath -no-CAstore -partial_chain ');
    expect(command).not.toContain('-verify_hostname');
  });

  it('lets no name out of its quotes', () => {
    const command = opensslCommand({
      settings: { ...settings, servername: `a'; touch b; '` },
      outcome: 'full',
      protocol: 'TLSv1.3',
    });
    expect(command).toContain(String.raw`-servername 'a'\''; touch b; '\'''`);
  });

  it('brings the certificates of the CA file, and nothing else of it', async () => {
    await using server = await startImapServer();
    const pem = `END\ntouch x\n-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n${server.caPem}END\n`;
    const command = opensslCommand({
      settings: { ...settings, trust: { kind: 'ca', pem } },
      outcome: 'full',
      protocol: 'TLSv1.3',
    });
    expect(command).toContain(`<<'END'\n${server.caPem.trim()}\nEND\n`);
    expect(command).not.toMatch(/touch|PRIVATE|c2VjcmV0/);
    expect(command).toContain('-CAfile "$d/ca.pem"');
  });
});
