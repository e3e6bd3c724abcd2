/**
 * `npm run check-client`: mail programs of Debian, Reprise's own way to a server, bad clients and bad
 * input, each with what is said of it.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { temporaryFolder } from '../../electron/core/storage/testing/temporary-folder.ts';
import { clientCheckReportSchema, type ClientCheckReport } from '../../shared/client-check.ts';
import type { FindingId } from '../../shared/client-findings.ts';
import {
  MAIL_PROGRAMS,
  whyNoProgram,
  type MailProgram,
} from '../fixtures/clients/mail-programs.ts';
import { expectNoComplaint } from '../fixtures/program/node-complaint.ts';
import { REPOSITORY } from '../fixtures/program/repository.ts';

const TEST_LIMIT_MS = 180_000;
const NODE = `"${process.execPath}"`;

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(args: readonly string[]): Promise<Ended> {
  await using folder = await temporaryFolder();
  const words = ['electron/cli/check-client.ts', '--data-dir', folder.path, ...args];
  return await new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      words,
      { cwd: REPOSITORY, maxBuffer: 2 ** 26 },
      (_error, stdout, stderr) => {
        expectNoComplaint('The lab', stderr);
        resolve({ code: child.exitCode ?? -1, stdout, stderr });
      },
    );
  });
}

async function checked(
  args: readonly string[],
): Promise<Ended & { readonly report: ClientCheckReport }> {
  const ended = await run([...args, '--port', '0', '--json']);
  const document: unknown = JSON.parse(ended.stdout);
  const report = clientCheckReportSchema.parse(document);
  return { ...ended, report };
}

/** What would make a client's own CI fail, and would not. */
function findings({ findings }: ClientCheckReport, ...weights: string[]): FindingId[] {
  return findings.filter(({ weight }) => weights.includes(weight)).map(({ id }) => id);
}

describe('programs in the lab', () => {
  const cases: readonly [keyof typeof MAIL_PROGRAMS, 'tls' | 'starttls', readonly FindingId[]][] = [
    ['curl', 'tls', []],
    ['imaplib', 'starttls', ['never-offers']],
    ['fetchmail', 'tls', ['never-offers']],
    // One connection a process: no fault.
    ['msmtp', 'starttls', []],
  ];

  it.each(cases)(
    '%s over %s',
    async (title, security, expected) => {
      const program: MailProgram = MAIL_PROGRAMS[title];
      const missing = whyNoProgram(program);
      if (missing !== null) {
        process.stderr.write(`LEFT OUT: ${missing}\n`);
        return;
      }
      const { report, stdout, stderr } = await checked([
        '--protocol',
        program.protocol,
        ...(security === 'starttls' ? ['--starttls'] : []),
        '--run',
        `${NODE} e2e/fixtures/clients/run-mail-program.ts '${title}' ${security} {host} {port} {ca} {user} {password}`,
      ]);
      expect(findings(report, 'grave', 'fault')).toEqual(expected);
      expect(report.problem).toBeNull();
      const { process: name } = program;
      expect(
        report.connections.every(({ program, way }) => {
          return program.kind === 'process' && program.name === name && way === security;
        }),
      ).toBe(true);
      // Neither user nor password is kept anywhere.
      expect(stdout + stderr).not.toMatch(/any-password-will-do|\bann\b/);
    },
    TEST_LIMIT_MS,
  );

  it.each(['tls', 'starttls'] as const)(
    'Reprise under Saving offers a ticket twice, and nothing else is found, over %s',
    async (way) => {
      const { report, code } = await checked([
        ...(way === 'starttls' ? ['--starttls'] : []),
        '--run',
        `${NODE} e2e/clients/reprise/reprise-client.ts saving ${way} {host} {port} {ca} 60`,
      ]);
      expect(findings(report, 'grave', 'fault')).toEqual(['ticket-twice']);
      expect(report.plan.filter(({ state }) => state !== 'done')).toEqual([]);
      expect(code).toBe(1);
    },
    TEST_LIMIT_MS,
  );

  it('a finding that is allowed is told, and is no failure', async () => {
    const { report, code } = await checked([
      '--allow',
      'ticket-twice',
      '--run',
      `${NODE} e2e/clients/reprise/reprise-client.ts saving tls {host} {port} {ca} 60`,
    ]);
    expect(report.findings.filter(({ isAllowed }) => isAllowed)).toHaveLength(1);
    expect(code).toBe(0);
  });
});

/** A client that does one thing over and over, as a script of Node. */
const SCRIPT = `
const { connect } = require('node:net');
const { connect: connectTls } = require('node:tls');
const [what, port, times] = process.argv.slice(2);
let left = Number(times);
const open = () => (what === 'full'
  ? connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false })
  : connect({ host: '127.0.0.1', port }));
const again = () => {
  if (left-- <= 0) return;
  const socket = open();
  socket.on('error', () => {});
  socket.once('close', again);
  if (what === 'garbage') socket.end(Buffer.from([1, 2, 3, 0, 0, 0]));
  else if (what === 'silent') socket.once('connect', () => socket.end());
  else if (what === 'plain') socket.end('a LOGIN ann "correct horse"\\r\\n');
  else socket.once('data', () => { socket.end('a LOGOUT\\r\\n'); }).resume();
};
again();
`;

describe('a client that is none', () => {
  const cases: readonly [string, string, number, RegExp][] = [
    ['speaks no TLS', 'garbage', 2, /neither text nor TLS|No TLS handshake was finished/],
    ['says nothing', 'silent', 2, /said nothing|No TLS handshake was finished/],
    ['speaks in plain text', 'plain', 2, /plain text|No TLS handshake was finished/],
  ];

  it.each(cases)(
    '%s: it could not be tested, and why',
    async (_what, kind, code, sentence) => {
      await using folder = await temporaryFolder();
      const script = join(folder.path, 'client.cjs');
      await writeFile(script, SCRIPT);
      const ended = await checked(['--run', `${NODE} "${script}" ${kind} {port} 3`]);
      expect(ended.code).toBe(code);
      expect(ended.stderr).toMatch(sentence);
      expect(ended.stdout + ended.stderr).not.toContain('correct horse');
    },
    TEST_LIMIT_MS,
  );

  it('takes any certificate: that is grave, however often it comes in a second', async () => {
    await using folder = await temporaryFolder();
    const script = join(folder.path, 'client.cjs');
    await writeFile(script, SCRIPT);
    const ended = await checked(['--run', `${NODE} "${script}" full {port} 300`]);
    expect(findings(ended.report, 'grave')).toEqual(['accepts-another-certificate']);
    expect(ended.report.verdict).toBe('grave');
    expect(ended.code).toBe(1);
  });
});

describe('bad input', () => {
  it.each<[string, readonly string[], RegExp]>([
    ['an unknown flag', ['--insecure'], /Unknown option/],
    ['no port', ['--port', 'x'], /--port takes a whole number/],
    ['a name to listen at', ['--listen', 'localhost'], /--listen takes an address/],
    ['no address of this machine', ['--listen', '192.0.2.1'], /192\.0\.2\.1 is no address of this/],
    ['no host name', ['--name', 'a b'], /--name takes host names/],
    ['no finding', ['--allow', 'all'], /--allow takes a finding, not "all"\. There are .*no-name/],
    ['a certificate without key', ['--cert', 'x'], /--cert and --key belong together/],
    ['files that are not there', ['--cert', 'x', '--key', 'y'], /The certificate x cannot be read/],
    ['no protocol', ['--protocol', 'http'], /--protocol takes imap, smtp or pop3/],
    ['a second name that is not there', ['--run', 'x {host2}'], /the second name of --name A,B/],
    ['an empty command', ['--run', ' '], /--run takes a command/],
    [
      'a command that is not there',
      ['--run', './no-such-client'],
      /made no connection.*not found/s,
    ],
  ])('%s ends with 2 and a sentence', async (_what, args, sentence) => {
    const { code, stderr } = await run(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(sentence);
  });

  it('a port that is in use is said; without --port another one is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await run(['--port', String(port)]);
    other.close();
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/is in use, perhaps by another check-client/) as string,
    });
  });

  it('says where it listens, what to trust and how to remove it, and ends by Ctrl-C', async () => {
    await using folder = await temporaryFolder();
    const words = ['electron/cli/check-client.ts', '--data-dir', folder.path, '--port', '0'];
    const child = spawn(process.execPath, words, { cwd: REPOSITORY });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (said += text));
    while (!said.includes('Reuse')) await once(child.stdout, 'data');
    child.kill('SIGINT');
    await once(child, 'close');
    expect(child.exitCode).toBe(2);
    expect(said).toMatch(/for IMAP, TLS\.[^]*for SMTP, STARTTLS\.?[^]*for POP3, STLS/);
    expect(said).toMatch(/lab-ca\.pem[^]*SHA-256 [\dA-F:]{95}[^]*lab-ca\.key[^]*delete both files/);
    expect(said).toContain('No connection has come so far.');
    expect(said).not.toContain('OTHERS');
  });

  it('prints the schema that is published', async () => {
    const { stdout } = await run(['--schema']);
    expect(() => z.fromJSONSchema(JSON.parse(stdout) as never)).not.toThrow();
  });
});
