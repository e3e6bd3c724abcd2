/**
 * The server check against real servers: every verdict, run after run, is what
 * `openssl s_client` finds.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckReport, CheckTarget } from '../../shared/check.ts';
import { runCheck } from '../../electron/core/server-check/index.ts';
import { Dovecot, type DovecotOptions } from '../fixtures/servers/dovecot.ts';
import { whyNoDovecot } from '../fixtures/servers/dovecot-binary.ts';
import { expectedVerdict, type OpenSslTarget } from '../fixtures/servers/openssl-client.ts';
import { Postfix, whyNoPostfix } from '../fixtures/servers/postfix.ts';
import { times } from '../fixtures/program/length.ts';

const RUNS = times(2, 5);
const LIMIT_MS = 120_000;

const noDovecot = whyNoDovecot();
if (noDovecot !== null) process.stderr.write(`SKIPPED: the check of Dovecot. ${noDovecot}\n`);
const noPostfix = whyNoPostfix();
if (noPostfix !== null) process.stderr.write(`SKIPPED: the check of Postfix. ${noPostfix}\n`);

interface Server {
  readonly tlsPort: number;
  readonly startTlsPort: number;
  readonly certificate: { readonly caPem: string; readonly caFile: string };
}

function checkOnce(
  server: Server,
  protocol: 'imap' | 'smtp',
  security: CheckTarget['security'],
): Promise<CheckReport> {
  const port = security === 'tls' ? server.tlsPort : server.startTlsPort;
  return runCheck({
    target: { protocol, host: '127.0.0.1', port, security, servername: 'localhost' },
    trust: { kind: 'ca', pem: server.certificate.caPem },
    attempts: 8,
    signal: new AbortController().signal,
    program: { name: 'Reprise', version: 'test', engine: 'test' },
  });
}

async function expectedOf(target: OpenSslTarget, untilMixed = false) {
  return {
    'TLSv1.3 ticket': await expectedVerdict(target, 'TLSv1.3', 'ticket', { untilMixed }),
    'TLSv1.2 ticket': await expectedVerdict(target, 'TLSv1.2', 'ticket', { untilMixed }),
    'TLSv1.2 session-id': await expectedVerdict(target, 'TLSv1.2', 'session-id', { untilMixed }),
  };
}

const verdictsOf = ({ results }: CheckReport) =>
  Object.fromEntries(
    results.map(({ protocol, mechanism, verdict }) => [`${protocol} ${mechanism}`, verdict]),
  );

const noteIds = ({ notes }: CheckReport) => notes.map(({ id }) => id);

interface Case extends DovecotOptions {
  readonly what: string;
  readonly security?: CheckTarget['security'];
  readonly overall: CheckReport['verdict'];
  readonly notes: readonly string[];
}

const CASES: readonly Case[] = [
  {
    what: 'in its default configuration',
    kind: 'default',
    overall: 'issues-but-refuses',
    notes: ['dovecot-one-process-per-login'],
  },
  { what: 'with one login process', kind: 'one-process', overall: 'resumes', notes: [] },
  {
    what: 'with four login processes',
    kind: 'four-processes',
    overall: 'resumes-sometimes',
    notes: ['several-ticket-keys'],
  },
  {
    what: 'without tickets',
    kind: 'no-ticket',
    overall: 'resumes',
    notes: ['stateful-tickets'],
  },
  {
    what: 'limited to TLS 1.2',
    kind: 'one-process',
    protocol: 'TLSv1.2',
    overall: 'resumes',
    notes: [],
  },
  {
    what: 'over STARTTLS',
    kind: 'one-process',
    security: 'starttls',
    overall: 'resumes',
    notes: [],
  },
];

describe.skipIf(noDovecot !== null)('the check of Dovecot', () => {
  it.each(CASES)(
    'is right about one $what',
    async ({ security = 'tls', overall, notes, ...options }) => {
      await using server = await Dovecot.start(options);
      const expected = await expectedOf(
        {
          port: security === 'tls' ? server.tlsPort : server.startTlsPort,
          caFile: server.certificate.caFile,
          protocol: 'imap',
          starttls: security === 'starttls',
        },
        options.kind === 'four-processes',
      );
      for (let run = 1; run <= RUNS; run += 1) {
        const report = await checkOnce(server, 'imap', security);
        expect(verdictsOf(report), `run ${run}`).toEqual(expected);
        expect(report.verdict, `run ${run}`).toBe(overall);
        expect(noteIds(report), `run ${run}`).toEqual(notes);
        expect(report.software).toBe('Dovecot');
        expect(report.connections).toBeLessThanOrEqual(80);
      }
    },
    LIMIT_MS,
  );
});

describe.skipIf(noPostfix !== null)('the check of Postfix', () => {
  let server: Postfix;
  beforeAll(async () => {
    server = await Postfix.start();
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  it.each(['tls', 'starttls'] as const)(
    'is right over %s, and says that it renews nothing',
    async (security) => {
      const expected = await expectedOf({
        port: security === 'tls' ? server.tlsPort : server.startTlsPort,
        caFile: server.certificate.caFile,
        protocol: 'smtp',
        starttls: security === 'starttls',
      });
      for (let run = 1; run <= RUNS; run += 1) {
        const report = await checkOnce(server, 'smtp', security);
        expect(verdictsOf(report), `run ${run}`).toEqual(expected);
        expect(report.verdict).toBe('no-renewal');
        expect(report.summary).toContain('a resumed connection brings no new ticket');
        expect(report.results[0]).toMatchObject({ issuedOnFull: 1, issuedOnResumption: 0 });
        expect(report.software).toBe('Postfix');
      }
    },
    LIMIT_MS,
  );
});
