/** What `npm run check` says of servers that look like something else at first. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  createAuthority,
  startImapServer,
  type ImapServerOptions,
} from '../../electron/core/demo/testing/index.ts';
import {
  startTestMailServer,
  type TestMailServerOptions,
} from '../../electron/core/server-check/testing/mail-server.ts';
import { checkReportSchema, type CheckReport } from '../../shared/check.ts';
import { RoundRobin } from '../fixtures/network/round-robin.ts';
import { SessionBreaker, wherever } from '../fixtures/network/session-breaker.ts';
import { Postfix, whyNoPostfix } from '../fixtures/servers/postfix.ts';
import { checkCommand } from '../fixtures/program/check-command.ts';

const LIMIT_MS = 120_000;

const noPostfix = whyNoPostfix();
if (noPostfix !== null) process.stderr.write(`SKIPPED: two Postfixes in turn. ${noPostfix}\n`);

/** What the command says of a server on loopback. */
async function checked(
  url: string,
  caPem: string,
  ...options: readonly string[]
): Promise<CheckReport> {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-check-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, caPem);
  const { stdout } = await checkCommand([url, '--ca', caFile, '--json', ...options]);
  return checkReportSchema.parse(JSON.parse(stdout));
}

/** Demo servers that are met in turn behind one port. */
async function inTurn(backends: readonly ImapServerOptions[]): Promise<CheckReport> {
  const authority = await createAuthority();
  const servers = await Promise.all(
    backends.map((options) => startImapServer({ authority, ...options })),
  );
  onTestFinished(async () => {
    for (const server of servers) await server[Symbol.asyncDispose]();
  });
  await using balancer = await RoundRobin.start(servers.map(({ port }) => port));
  return await checked(`imap://localhost:${balancer.port}`, authority.certPem);
}

const row = (report: CheckReport, name: string) =>
  report.results.find(({ protocol, mechanism }) => `${protocol} ${mechanism}` === name);
const share = (report: CheckReport, name: string) => {
  const { resumed = 0, attempts = 1 } = row(report, name) ?? {};
  return resumed / attempts;
};
const ids = ({ notes }: CheckReport) => notes.map(({ id }) => id);

describe('two or more backends behind one port, met in turn', () => {
  // One ticket at a time keeps step with them.
  const postfix = { protocol: 'TLSv1.2', renewTickets: false } as const;

  it.each([
    ['two with TLS 1.2 tickets', [postfix, postfix], 'TLSv1.2 ticket', 1 / 2],
    ['three with TLS 1.2 tickets', [postfix, postfix, postfix], 'TLSv1.2 ticket', 1 / 3],
    [
      'two with TLS 1.3 tickets',
      [{ protocol: 'TLSv1.3' }, { protocol: 'TLSv1.3' }],
      'TLSv1.3 ticket',
      1 / 2,
    ],
    [
      'two with session IDs',
      [{ sessions: 'session-ids' }, { sessions: 'session-ids' }],
      'TLSv1.2 session-id',
      1 / 2,
    ],
    [
      'three with session IDs',
      [{ sessions: 'session-ids' }, { sessions: 'session-ids' }, { sessions: 'session-ids' }],
      'TLSv1.2 session-id',
      1 / 3,
    ],
  ] as const)(
    '%s resume sometimes, about as often as that',
    async (_what, backends, name, truth) => {
      const report = await inTurn(backends);
      expect(row(report, name)?.verdict).toBe('resumes-sometimes');
      expect(report.verdict).toBe('resumes-sometimes');
      expect(Math.abs(share(report, name) - truth)).toBeLessThan(0.2);
      expect(report.connections).toBeLessThanOrEqual(80);
    },
    LIMIT_MS,
  );

  it.skipIf(noPostfix !== null)(
    'two Postfixes, with one TLS 1.3 ticket each and a certificate each, resume half the time',
    async () => {
      await using one = await Postfix.start();
      await using other = await Postfix.start();
      await using balancer = await RoundRobin.start([one.tlsPort, other.tlsPort]);
      const trusted = one.certificate.caPem + other.certificate.caPem;
      const report = await checked(`smtp://localhost:${balancer.port}`, trusted);
      expect(row(report, 'TLSv1.3 ticket')).toMatchObject({
        verdict: 'resumes-sometimes',
        issuedOnFull: 1,
        ticketKeys: 2,
      });
      expect(Math.abs(share(report, 'TLSv1.3 ticket') - 1 / 2)).toBeLessThan(0.2);
      expect(ids(report)).toEqual(['several-ticket-keys', 'several-certificates']);
    },
    LIMIT_MS,
  );

  it(
    'two with a certificate each, of which one is not trusted, are told apart',
    async () => {
      await using one = await startImapServer();
      await using other = await startImapServer();
      await using balancer = await RoundRobin.start([one.port, other.port]);
      const report = await checked(`imap://localhost:${balancer.port}`, one.caPem);
      expect(report.problem?.code).toBe('certificate');
      const [note, ...more] = report.notes;
      expect(note?.id).toBe('several-certificates');
      expect(note?.evidence).toContain(report.problem?.certificate?.fingerprint256);
      expect(more).toEqual([]);
    },
    LIMIT_MS,
  );
});

/** A server that speaks both versions. */
async function served(options: TestMailServerOptions): Promise<CheckReport> {
  await using server = await startTestMailServer(options);
  return await checked(`${options.protocol ?? 'imap'}://localhost:${server.port}`, server.caPem);
}

describe('a server that looks better or worse than it is', () => {
  it(
    'lets sessions live for a second: that is what it is told, not that its keys are several',
    async () => {
      const report = await inTurn([{ lifetimeSeconds: 1 }]);
      // A second that is nearly over when the ticket comes is short even for the check.
      expect(row(report, 'TLSv1.3 ticket')?.resumed).toBeGreaterThan(0);
      expect(row(report, 'TLSv1.3 ticket')).toMatchObject({ lifetimeSeconds: 1, ticketKeys: 1 });
      expect(ids(report)).toEqual(['lifetime-short']);
    },
    LIMIT_MS,
  );

  it(
    'resumes under TLS 1.2 only, which no client of today speaks with it: the sentence says so',
    async () => {
      const report = await served({ sessions: 'ids' });
      expect(report.verdict).toBe('resumes');
      expect(report.summary).toMatch(/under TLS 1\.2 only\. Under TLS 1\.3, .* full handshake\./);
      expect(ids(report)).toEqual(['only-under-tls12']);
    },
    LIMIT_MS,
  );

  it(
    'fills in session IDs and keeps none: that is no promise that it breaks',
    async () => {
      const report = await served({ sessions: 'ids-not-kept', protocol: 'smtp' });
      expect(report.verdict).toBe('nothing-issued');
      expect(report.summary).not.toContain('takes none of them up');
      expect(report.notes).toMatchObject([
        {
          id: 'session-id-not-kept',
          advice: { configuration: 'tls_resumption_hosts = *' },
        },
      ]);
    },
    LIMIT_MS,
  );
});

describe('a server that gives names of sessions and forgets them, as nginx without a cache does', () => {
  it(
    'is told so, not that one process needs no change',
    async () => {
      const report = await served({ sessions: 'names-not-kept' });
      expect(report.verdict).toBe('issues-but-refuses');
      expect(row(report, 'TLSv1.3 ticket')).toMatchObject({ ticketBytes: 32, resumed: 0 });
      expect(report.notes).toMatchObject([
        {
          id: 'session-id-not-kept',
          evidence: expect.stringContaining('tickets of 32 octets') as string,
        },
      ]);
    },
    LIMIT_MS,
  );
});

describe('a session ID at several backends whose tickets resume', () => {
  it(
    'is not tried until the check ends at its limit',
    async () => {
      const report = await inTurn([{}, {}]);
      expect(row(report, 'TLSv1.3 ticket')?.verdict).toBe('resumes-sometimes');
      expect(report.stopped).toBeNull();
    },
    LIMIT_MS,
  );
});

describe('a way that breaks when a session is offered', () => {
  const cases = [
    ['a reset', 'reset', 'TLSv1.3', 'tls'],
    ['a reset', 'reset', 'TLSv1.2', 'tls'],
    ['an end behind STARTTLS', 'end', 'TLSv1.3', 'starttls'],
    ['an alert', 'alert', 'TLSv1.3', 'tls'],
    ['silence', 'silence', 'TLSv1.3', 'tls'],
    ['silence after the beginning of an answer', 'silence-after-answer', 'TLSv1.3', 'tls'],
  ] as const;

  it.each(cases)(
    'by %s is told from a server that refuses (%s, %s, %s)',
    async (_what, how, protocol, security) => {
      await using server = await startImapServer({ protocol, security });
      await using way = await SessionBreaker.start(server.port, wherever(how));
      const options = security === 'starttls' ? ['--starttls'] : [];
      const report = await checked(`imap://localhost:${way.port}`, server.caPem, ...options);
      expect(report).toMatchObject({ stopped: null, verdict: 'issues-but-refuses' });
      expect(report.summary).toContain('the connection breaks off when one is offered');
      expect(row(report, `${protocol} ticket`)).toMatchObject({
        verdict: 'issues-but-refuses',
        resumed: 0,
        brokenHandshakes: 3,
      });
      expect(ids(report)).toContain('session-id-context-missing');
    },
    LIMIT_MS,
  );
});
