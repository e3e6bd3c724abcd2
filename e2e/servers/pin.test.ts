/** What an account trusts, changed, against a real Dovecot that would gladly resume. */
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { opensslCommand } from '../../electron/core/connections/index.ts';
import { createAuthority, createSelfSigned } from '../../electron/core/demo/testing/index.ts';
import { outcomeOf } from '../../electron/core/tls/testing/connect-once.ts';
import { SessionCache, type TlsTrust } from '../../electron/core/tls/index.ts';
import { whyNoDovecot } from '../fixtures/servers/dovecot-binary.ts';
import { Dovecot } from '../fixtures/servers/dovecot.ts';

const missing = whyNoDovecot();
if (missing !== null) process.stderr.write(`SKIPPED: pins with Dovecot. ${missing}\n`);

const run = promisify(execFile);
const PROTOCOLS = ['TLSv1.2', 'TLSv1.3'] as const;

function pinned(pem: string): TlsTrust {
  return { kind: 'pin', fingerprint256: new X509Certificate(pem).fingerprint256, pem };
}

describe.skipIf(missing !== null).each(PROTOCOLS)(
  'a session held from a Dovecot under %s',
  (protocol) => {
    it('is offered to nobody who trusts something else, and to who trusts the same', async () => {
      await using server = await Dovecot.start({ kind: 'one-process', protocol, selfSigned: true });
      const pin = pinned(server.certificate.caPem);
      const target = { cache: new SessionCache(), port: server.tlsPort };
      expect(await outcomeOf({ ...target, trust: pin })).toMatchObject({ kind: 'full' });
      expect(await outcomeOf({ ...target, trust: pin })).toMatchObject({ kind: 'resumed' });
      const others: readonly TlsTrust[] = [
        pinned((await createSelfSigned()).certPem),
        { kind: 'ca', pem: (await createAuthority()).certPem },
        // The same certificate, but by its name, which is another one.
        { kind: 'ca', pem: server.certificate.caPem },
        { kind: 'system' },
      ];
      for (const trust of others) {
        expect(await outcomeOf({ ...target, trust })).toMatchObject({
          kind: 'failed',
          sessionOffered: false,
        });
      }
      // The server would have taken it up all the while.
      expect(await outcomeOf({ ...target, trust: pin })).toMatchObject({ kind: 'resumed' });
    });

    it('is repeated by the openssl command with the pinned certificate alone', async () => {
      await using server = await Dovecot.start({ kind: 'one-process', protocol, selfSigned: true });
      const settings = {
        user: 'ann',
        host: server.host,
        port: server.tlsPort,
        security: 'tls',
        servername: null,
      } as const;
      const repeat = async (pem: string) => {
        const command = opensslCommand({
          settings: { ...settings, trust: pinned(pem) },
          outcome: 'resumed',
          protocol,
        });
        const { stdout } = await run('sh', ['-c', `${command}true`]);
        return stdout;
      };
      expect(await repeat(server.certificate.caPem)).toMatch(/^Reused, /);
      expect(await repeat((await createSelfSigned()).certPem)).not.toMatch(/Reused/);
    });
  },
);
