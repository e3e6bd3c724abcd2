/**
 * Servers that ask for a certificate of the client's, through the whole program, which has none: those
 * that insist end it, and those that only ask go on working.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createAuthority } from '../../electron/core/demo/testing/index.ts';
import { temporaryFolder } from '../../electron/core/storage/testing/temporary-folder.ts';
import type { AccountInput } from '../../shared/model.ts';
import type { Snapshot } from '../../shared/state.ts';
import { freePort } from '../fixtures/network/ports.ts';
import { follow } from '../fixtures/program/engine-client.ts';
import { RepriseProcess } from '../fixtures/program/reprise-process.ts';
import { whyNoDovecot } from '../fixtures/servers/dovecot-binary.ts';
import { Dovecot } from '../fixtures/servers/dovecot.ts';
import { accepts } from '../fixtures/servers/readiness.ts';

const missing = whyNoDovecot();
if (missing !== null)
  process.stderr.write(`SKIPPED: client certificates and Dovecot. ${missing}\n`);

let stack = new AsyncDisposableStack();
afterEach(async () => {
  await stack.disposeAsync();
  stack = new AsyncDisposableStack();
});

async function program() {
  const reprise = await RepriseProcess.start();
  stack.defer(() => reprise.cleanUp());
  return follow(reprise);
}

/** OpenSSL's own server, which takes nobody without a certificate. */
async function startDemanding(flag: '-tls1_2' | '-tls1_3') {
  const folder = stack.use(await temporaryFolder());
  const authority = await createAuthority();
  const { certPem, keyPem } = await authority.issue();
  const [cert, key] = [join(folder.path, 'cert.pem'), join(folder.path, 'key.pem')];
  await writeFile(cert, certPem);
  await writeFile(key, keyPem);
  const port = await freePort();
  const accept = ['-accept', `127.0.0.1:${port}`, '-cert', cert, '-key', key];
  const child = spawn('openssl', ['s_server', '-quiet', flag, '-Verify', '1', ...accept], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  stack.defer(async () => {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  while (!(await accepts(port)));
  return { port, caPem: authority.certPem };
}

function inputFor(port: number, caPem: string): AccountInput {
  return {
    label: 'Work',
    user: 'ann',
    password: 'correct horse',
    host: '127.0.0.1',
    port,
    security: 'tls',
    servername: null,
    trust: { kind: 'ca', fileName: 'ca.pem', pem: caPem },
    mailboxes: ['INBOX'],
  };
}

const isIdle = ({ connections: [one] }: Snapshot): boolean => one?.state.kind === 'idle';

const hasFailed = ({ connections: [one] }: Snapshot): boolean =>
  one !== undefined && 'problem' in one.state;

describe.each(['-tls1_2', '-tls1_3'] as const)('a server that insists on one, with %s,', (flag) => {
  it('is named as that, and left alone until its user wants more', async () => {
    const { port, caPem } = await startDemanding(flag);
    const { engine, until } = await program();
    await engine.addAccount(inputFor(port, caPem));
    const { connections } = await until(hasFailed);
    const problem = {
      code: 'client-certificate',
      message: expect.stringMatching(/^127.0.0.1:\d+ wants a client certificate/) as string,
    };
    expect(connections).toMatchObject([
      { state: { kind: 'failed', problem }, attempt: { outcome: { kind: 'failed', problem } } },
    ]);
  });

  it('is not called untestable for want of TLS by the server check', async () => {
    const { port, caPem } = await startDemanding(flag);
    const { engine, until } = await program();
    await engine.startCheck({
      server: `imap://127.0.0.1:${port}`,
      starttls: false,
      servername: null,
      trust: { kind: 'ca', fileName: 'ca.pem', pem: caPem },
      attempts: 1,
    });
    const { checks } = await until(({ checks: [check] }) => check?.state.kind === 'done');
    expect(checks).toMatchObject([
      { report: { verdict: null, problem: { code: 'client-certificate' } } },
    ]);
  });
});

describe.skipIf(missing !== null).each(['TLSv1.2', 'TLSv1.3'] as const)(
  'a Dovecot under %s',
  (protocol) => {
    it('that only asks for one goes on working', async () => {
      const dovecot = stack.use(
        await Dovecot.start({ kind: 'one-process', protocol, clientCertificate: 'asked' }),
      );
      const { engine, until } = await program();
      await engine.addAccount(inputFor(dovecot.tlsPort, dovecot.certificate.caPem));
      const { connections } = await until(isIdle);
      for (const { id } of connections) await engine.reconnect(id);
      const again = await until(
        (state) =>
          isIdle(state) && state.connections[0]?.attempt?.id !== connections[0]?.attempt?.id,
      );
      // With a request for certificates this Dovecot breaks off over each session, for want of a
      // session ID context; it takes the client that comes again without.
      expect(again.connections[0]?.attempt?.outcome.kind).not.toBe('failed');
    });

    it('that signs nobody in without one is not said to have refused the password alone', async () => {
      const dovecot = stack.use(
        await Dovecot.start({ kind: 'one-process', protocol, clientCertificate: 'demanded' }),
      );
      const { engine, until } = await program();
      await engine.addAccount(inputFor(dovecot.tlsPort, dovecot.certificate.caPem));
      const { connections } = await until((state) => hasFailed(state) || isIdle(state));
      expect(connections).toMatchObject([
        {
          state: { problem: { message: expect.stringContaining('client certificate') as string } },
        },
      ]);
    });
  },
);
