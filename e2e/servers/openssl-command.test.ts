/** The copied openssl command, pasted into a shell, says what the drawer says. */
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../electron/core/storage/testing/temporary-folder.ts';
import { opensslCommand } from '../../electron/core/connections/openssl-command.ts';
import type { OutcomeKind } from '../../shared/model.ts';
import { whyNoDovecot } from '../fixtures/servers/dovecot-binary.ts';
import { Dovecot } from '../fixtures/servers/dovecot.ts';

const run = promisify(execFile);
const missing = whyNoDovecot();
if (missing !== null) process.stderr.write(`SKIPPED: the openssl command. ${missing}\n`);

/** Pastes it into bash, with a folder of its own for what is temporary. */
async function paste(command: string) {
  await using folder = await temporaryFolder();
  const child = run('bash', ['-s'], { env: { ...process.env, TMPDIR: folder.path } });
  child.child.stdin?.end(command);
  // grep says by its code that nothing was printed: the output says more.
  const { stdout } = await child.catch((error: unknown) => error as { stdout: string });
  return { stdout, left: await readdir(folder.path) };
}

const PROTOCOLS = ['TLSv1.3', 'TLSv1.2'] as const;
const SECURITIES = ['tls', 'starttls'] as const;
const CASES = PROTOCOLS.flatMap((protocol) =>
  SECURITIES.map((security) => ({ protocol, security })),
);

describe.skipIf(missing !== null).each(CASES)(
  'the openssl command, $protocol, $security',
  ({ protocol, security }) => {
    const commandFor = (server: Dovecot, outcome: OutcomeKind, caPem?: string) =>
      opensslCommand({
        settings: {
          user: 'ann',
          host: server.host,
          port: security === 'tls' ? server.tlsPort : server.startTlsPort,
          security,
          servername: 'localhost',
          trust: { kind: 'ca', pem: caPem ?? server.certificate.caPem },
        },
        outcome,
        protocol,
      });

    it('prints Reused for a resumed handshake, New for a full one, and leaves nothing', async () => {
      await using server = await Dovecot.start({ kind: 'one-process', protocol });
      const resumed = await paste(commandFor(server, 'resumed'));
      expect(resumed.stdout).toMatch(new RegExp(`^Reused, ${protocol},.*\n$`));
      expect(resumed.left).toEqual([]);
      const full = await paste(commandFor(server, 'full'));
      expect(full.stdout).toMatch(new RegExp(`^New, ${protocol},.*\n$`));
      expect(full.left).toEqual([]);
    });

    it('prints New for a session that was refused', async () => {
      await using server = await Dovecot.start({ kind: 'default', protocol });
      const { stdout } = await paste(commandFor(server, 'refused'));
      expect(stdout).toMatch(new RegExp(`^New, ${protocol},.*\n$`));
    });

    it('prints why a certificate is not trusted', async () => {
      await using server = await Dovecot.start({ kind: 'one-process', protocol });
      await using other = await Dovecot.start({ kind: 'one-process', protocol });
      const { stdout } = await paste(commandFor(server, 'failed', other.certificate.caPem));
      expect(stdout).toContain('verify error:num=');
      expect(stdout).not.toMatch(/^Reused/m);
    });
  },
);
