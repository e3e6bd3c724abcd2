import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { startRawServer } from '../../electron/core/server-check/testing/raw-server.ts';
import { startImapServer, type ImapServerOptions } from '../../electron/core/demo/testing/index.ts';
import { checkReportJsonSchema, checkReportSchema } from '../../shared/check.ts';
import { checkCommand, endOfCheck, spawnCheck } from '../fixtures/program/check-command.ts';
import { freePort } from '../fixtures/network/ports.ts';

/** Longer than any one step may take, and the start of Node on a busy machine. */
const BOUND_MS = 60_000;
const TEST_LIMIT_MS = 120_000;
/** The shortest limit of a step that says nothing. */
const SHORTEST_STEP_MS = 8000;

const published = async () =>
  JSON.parse(
    await readFile(new URL('../../shared/check-report.schema.json', import.meta.url), 'utf8'),
  ) as Parameters<typeof z.fromJSONSchema>[0];

/** A demo server, and a file with what to trust. */
async function served(options: ImapServerOptions = {}) {
  const server = await startImapServer(options);
  const folder = await mkdtemp(join(tmpdir(), 'reprise-check-'));
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, server.caPem);
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });
  return { server, caFile, url: `imap://localhost:${server.port}` };
}

/** Of a server that treats each connection as told. */
async function rawPort(serve: (socket: Socket) => void): Promise<number> {
  return (await startRawServer(serve)).port;
}

describe('npm run check', () => {
  it('prints one document that fits the published schema, and exits 0 where something resumes', async () => {
    const { url, caFile } = await served({ protocol: 'TLSv1.3' });
    const { code, stdout } = await checkCommand([url, '--ca', caFile, '--json', '--attempts', '3']);
    const document: unknown = JSON.parse(stdout);
    expect(z.fromJSONSchema(await published()).parse(document)).toEqual(document);
    expect(checkReportSchema.parse(document)).toMatchObject({
      schemaVersion: 2,
      verdict: 'resumes',
      results: [{ protocol: 'TLSv1.3', mechanism: 'ticket', attempts: 3, resumed: 3 }, {}, {}],
    });
    expect(code).toBe(0);
  });

  it('has a published schema that is the one that the program holds to', async () => {
    expect(await published()).toEqual(JSON.parse(JSON.stringify(checkReportJsonSchema())));
    const { stdout, code } = await checkCommand(['--schema']);
    expect(JSON.parse(stdout)).toEqual(await published());
    expect(code).toBe(0);
  });

  it('exits 1 where nothing resumes, with a table for people and its progress beside it', async () => {
    const { url, caFile } = await served({ protocol: 'TLSv1.3', sessions: 'fresh-key' });
    const { code, stdout, stderr } = await checkCommand([url, '--ca', caFile]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/TLS 1\.3 +ticket .*0 of 8.*issues-but-refuses/);
    expect(stdout).toContain('takes none of them up');
    expect(stderr).toContain('attempt 8 to resume');
  });

  it.each([
    ['nothing', [], /Say which server/],
    ['an unknown flag', ['localhost', '--insecure'], /Unknown option/],
    ['another scheme', ['https://localhost'], /cannot be checked/],
    ['no number of attempts', ['localhost', '--attempts', '0'], /from 1 to/],
    ['a CA file that is not there', ['localhost', '--ca', '/nowhere.pem'], /cannot be read/],
    ['a CA file that is none', ['localhost', '--ca', 'package.json'], /not a PEM file/],
  ])('given %s exits 2 with a sentence', async (_what, args, sentence) => {
    const { code, stdout, stderr } = await checkCommand([...args, '--json']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(sentence);
  });
});

describe('a server that cannot be tested ends it with 2 and a sentence, in bounded time:', () => {
  const cases: readonly [string, () => Promise<string[]>, RegExp][] = [
    [
      'one that accepts and says nothing',
      async () => [`imap://127.0.0.1:${await rawPort((socket) => socket.resume())}`],
      /did not finish the TLS handshake within 8 s/,
    ],
    [
      'one that says nothing before STARTTLS',
      async () => [`127.0.0.1:${await rawPort((socket) => socket.resume())}`, '--starttls'],
      /said nothing within 15 s/,
    ],
    [
      'one that closes after the ClientHello',
      async () => [
        `127.0.0.1:${await rawPort((socket) => socket.once('data', () => socket.end()))}`,
      ],
      /closed the connection when TLS began/,
    ],
    [
      'one that sends garbage',
      async () => [
        `127.0.0.1:${await rawPort((socket) => socket.write('\u0002garbage\u0000\u0001\n'))}`,
      ],
      /does not speak TLS/,
    ],
    [
      'one that sends garbage before STARTTLS',
      async () => [
        `127.0.0.1:${await rawPort((socket) => socket.write('\u0002garbage\u0000\u0001\n'))}`,
        '--starttls',
      ],
      /not in IMAP/,
    ],
    [
      'one that speaks plain text',
      async () => [`127.0.0.1:${await rawPort((socket) => socket.write('* OK IMAP4rev1\r\n'))}`],
      /does not speak TLS.*--starttls/,
    ],
    ['one that is not there', async () => [`127.0.0.1:${await freePort()}`], /refuses connections/],
    [
      'a name that does not resolve',
      () => Promise.resolve(['nowhere.invalid']),
      /no server named nowhere\.invalid|looked up/,
    ],
  ];

  it.each(cases)(
    '%s',
    async (_what, args, sentence) => {
      const startedAt = performance.now();
      const { code, stdout, stderr } = await checkCommand([...(await args()), '--json']);
      expect(performance.now() - startedAt).toBeLessThan(BOUND_MS);
      expect(code).toBe(2);
      expect(stderr).toMatch(sentence);
      const document: unknown = JSON.parse(stdout);
      expect(checkReportSchema.parse(document).problem).not.toBeNull();
    },
    TEST_LIMIT_MS,
  );

  it('one whose certificate is expired, with its facts', async () => {
    const { url, caFile } = await served({ certificate: 'expired' });
    const { code, stdout, stderr } = await checkCommand([url, '--ca', caFile]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/expired on \d{4}-\d\d-\d\d/);
    expect(stderr).toMatch(/Certificate: CN=localhost.* SHA-256 [0-9A-F:]{95}/);
  });

  it('one whose authority is unknown, unless it is given', async () => {
    const { server, url } = await served();
    const { code, stderr } = await checkCommand([url]);
    expect(code).toBe(2);
    expect(stderr).toContain('is not trusted here');
    expect(stderr).toContain('--ca FILE');
    expect(server.commands).toEqual([]);
  });

  it('one whose certificate is for another name, unless that is given', async () => {
    const { url, caFile } = await served({ certificate: 'wrong-name' });
    const { code, stderr } = await checkCommand([url, '--ca', caFile]);
    expect(code).toBe(2);
    expect(stderr).toContain('not for localhost');
    expect(stderr).toContain('--servername NAME');
  });
});

describe('Ctrl-C', () => {
  it.each([
    ['in the middle of attempts', 'attempt 3', {}],
    ['while a server says nothing', 'connecting to', { script: { accept: { kind: 'hang' } } }],
  ] as const)(
    '%s closes every connection before any limit of a step',
    async (_what, step, options) => {
      const { server, url, caFile } = await served(options);
      const child = spawnCheck([url, '--ca', caFile]);
      const ended = endOfCheck(child);
      const reached = Promise.withResolvers<void>();
      let said = '';
      child.stderr.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes(step)) reached.resolve();
      });
      await reached.promise;
      await server.until((asked) => asked.stats().connections > 0);
      const at = performance.now();
      child.kill('SIGINT');
      await server.until(({ open }) => open === 0);
      const { code, stderr } = await ended;
      expect(performance.now() - at).toBeLessThan(SHORTEST_STEP_MS);
      expect(code).toBe(2);
      expect(stderr).toContain('Cancelled');
    },
  );
});
