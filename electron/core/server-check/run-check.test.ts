import type { Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkReportSchema, type CheckReport, type CheckTarget } from '../../../shared/check.ts';
import {
  createAuthority,
  fault,
  startDemoServers,
  startImapServer,
  type ImapServer,
} from '../demo/testing/index.ts';
import type { Resolve } from './addresses.ts';
import { CheckCancelled } from '../failures/index.ts';
import { GAP_MS, MAX_CONNECTIONS } from './limits.ts';
import { TestProxy } from '../proxy/testing/test-proxy.ts';
import type { Way } from '../proxy/index.ts';
import { runCheck, type CheckOptions } from './run-check.ts';
import {
  startTestMailServer,
  type TestMailServer,
  type TestMailServerOptions,
} from './testing/mail-server.ts';
import { startRawServer } from './testing/raw-server.ts';

const LIMIT_MS = 60_000;

/** Everything that would begin a login, in any of the protocols. */
const LOGIN = /\b(LOGIN|AUTH|AUTHENTICATE|USER|PASS|APOP)\b/i;

async function check(
  server: { readonly caPem: string },
  target: CheckTarget,
  more: Partial<CheckOptions> = {},
): Promise<CheckReport> {
  const report = await runCheck({
    target,
    trust: { kind: 'ca', pem: server.caPem },
    attempts: 4,
    signal: new AbortController().signal,
    program: { name: 'Reprise', version: 'test', engine: 'test' },
    ...more,
  });
  // Whatever came of it, it is the documented document.
  expect(checkReportSchema.parse(report)).toEqual(report);
  return report;
}

async function started(options: TestMailServerOptions = {}): Promise<TestMailServer> {
  const server = await startTestMailServer(options);
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]();
  });
  return server;
}

const targetOf = ({ host, port, servername }: ImapServer): CheckTarget => ({
  protocol: 'imap',
  host,
  port,
  security: 'tls',
  servername,
});

const verdicts = ({ results }: CheckReport) =>
  Object.fromEntries(
    results.map(({ protocol, mechanism, verdict }) => [`${protocol} ${mechanism}`, verdict]),
  );

/** A server that treats each connection as told, to be checked. */
async function rawServer(serve: (socket: Socket) => void) {
  const { port, sockets } = await startRawServer(serve);
  const target: CheckTarget = {
    protocol: 'imap',
    host: '127.0.0.1',
    port,
    security: 'tls',
    servername: null,
  };
  return { target, sockets };
}

describe('the check of the demo servers', () => {
  it(
    'gives the right verdict on each',
    async () => {
      await using demo = await startDemoServers({ messageEveryMs: null, line: null });
      const reports = new Map<string, CheckReport>();
      for (const { label, host, port, security, servername } of demo.servers) {
        reports.set(
          label,
          await check(demo, { protocol: 'imap', host, port, security, servername }),
        );
      }
      const of = (label: string) => {
        const report = reports.get(label);
        return report === undefined ? null : { verdict: report.verdict, ...verdicts(report) };
      };
      const only13 = { 'TLSv1.2 ticket': 'not-offered', 'TLSv1.2 session-id': 'not-offered' };
      expect(of('TLS 1.3 tickets')).toEqual({
        verdict: 'resumes',
        'TLSv1.3 ticket': 'resumes',
        ...only13,
      });
      expect(of('TLS 1.2 tickets')).toMatchObject({
        verdict: 'resumes',
        'TLSv1.3 ticket': 'not-offered',
        'TLSv1.2 ticket': 'resumes',
      });
      expect(of('Session IDs')).toEqual({
        verdict: 'resumes',
        'TLSv1.3 ticket': 'not-offered',
        'TLSv1.2 ticket': 'nothing-issued',
        'TLSv1.2 session-id': 'resumes',
      });
      expect(of('Issues but refuses')).toEqual({
        verdict: 'issues-but-refuses',
        'TLSv1.3 ticket': 'issues-but-refuses',
        ...only13,
      });
      expect(of('Nothing to resume')).toEqual({
        verdict: 'nothing-issued',
        'TLSv1.3 ticket': 'nothing-issued',
        ...only13,
      });
      expect(of('STARTTLS')).toEqual({
        verdict: 'resumes',
        'TLSv1.3 ticket': 'resumes',
        ...only13,
      });
      expect(reports.get('TLS 1.3 tickets')?.software).toBe('Reprise demo server');
    },
    LIMIT_MS,
  );

  it('tells a server that renews no ticket', async () => {
    await using server = await startImapServer({ renewTickets: false, protocol: 'TLSv1.3' });
    const report = await check(server, targetOf(server));
    expect(report.verdict).toBe('no-renewal');
    expect(report.results[0]).toMatchObject({
      issuedOnResumption: 0,
      attempts: 4,
      resumed: 4,
      sameTicketTwice: true,
    });
  });

  it.each([
    [9 * 86_400, 'lifetime-over-7-days'],
    [2 * 86_400, 'lifetime-over-1-day'],
  ])('reads a lifetime of %i s, and notes it', async (lifetimeSeconds, note) => {
    await using server = await startImapServer({ lifetimeSeconds, protocol: 'TLSv1.2' });
    const report = await check(server, targetOf(server));
    expect(
      report.results.find(
        ({ mechanism, protocol }) => mechanism === 'ticket' && protocol === 'TLSv1.2',
      ),
    ).toMatchObject({ lifetimeSeconds });
    expect(report.notes).toContainEqual(
      expect.objectContaining({ id: note, confidence: 'measured' }),
    );
  });
});

describe('what the check says to a server', () => {
  it.each([
    ['imap', 'tls', ['c2 ID NIL', 'c9 LOGOUT']],
    ['imap', 'starttls', ['c1 STARTTLS', 'c2 ID NIL', 'c9 LOGOUT']],
    ['smtp', 'tls', ['QUIT']],
    ['smtp', 'starttls', ['EHLO [127.0.0.1]', 'QUIT', 'STARTTLS']],
    ['pop3', 'tls', ['QUIT']],
    ['pop3', 'starttls', ['QUIT', 'STLS']],
  ] as const)(
    'is, over %s with %s, nothing that begins a login',
    async (protocol, security, said) => {
      const server = await started({ protocol, security });
      const report = await check(server, server.target);
      expect(report.problem).toBeNull();
      expect(verdicts(report)).toMatchObject({
        'TLSv1.2 ticket': 'resumes',
        // Node's server names sessions and keeps none, which tickets would hide.
        'TLSv1.2 session-id': 'issues-but-refuses',
      });
      expect([...new Set(server.lines)].toSorted()).toEqual([...said]);
      expect(server.lines.filter((line) => LOGIN.test(line))).toEqual([]);
      // A goodbye on each connection.
      const byes = server.lines.filter((line) => /LOGOUT|QUIT/.test(line));
      expect(byes).toHaveLength(server.connections);
      expect(report.connections).toBe(server.connections);
    },
    LIMIT_MS,
  );

  it('gives its software the name that it gives itself', async () => {
    const [imap, smtp] = [await started(), await started({ protocol: 'smtp' })];
    expect((await check(imap, imap.target)).software).toBe('Testmail 1.2');
    expect((await check(smtp, smtp.target)).software).toBe('Exim 4.96');
  });

  it(
    'comes on one connection at a time, with a gap, and never on too many',
    async () => {
      const server = await started();
      await check(server, server.target, { attempts: 50 });
      expect(server.mostOpen).toBe(1);
      expect(server.connections).toBeGreaterThan(40);
      expect(server.connections).toBeLessThanOrEqual(MAX_CONNECTIONS);
      // One cannot end before the server took it, nor the next begin before the gap is over; timers
      // may be a millisecond early.
      const apart = server.times
        .slice(1)
        .map(({ startedAt }, index) => startedAt - (server.times[index]?.startedAt ?? 0));
      expect(Math.min(...apart)).toBeGreaterThan(GAP_MS - 2);
    },
    LIMIT_MS,
  );
});

describe('a check that is not welcome', () => {
  it('stops when the server complains, with what is known', async () => {
    const busy = '* BYE Too many connections from your address';
    const server = await started({ greeting: (n) => (n > 6 ? busy : null) });
    const report = await check(server, server.target);
    expect(report.stopped).toContain(busy);
    expect(server.connections).toBe(7);
    expect(report.results).toHaveLength(1);
    expect(report.problem).toBeNull();
  });

  it('names the certificate that it lacks, where the server says so in its greeting', async () => {
    const line = '* BYE No required SSL certificate';
    const server = await started({ greeting: () => line, asksForCertificate: true });
    const report = await check(server, server.target);
    expect(report).toMatchObject({ verdict: null, problem: { code: 'client-certificate' } });
    const other = await started({ greeting: () => line });
    expect(await check(other, other.target)).toMatchObject({ problem: { code: 'complaint' } });
  });

  it('says so where it is turned away at once', async () => {
    const server = await started({ protocol: 'smtp', greeting: () => '421 Busy, come back later' });
    const report = await check(server, server.target);
    expect(report).toMatchObject({
      verdict: 'unreachable',
      problem: { code: 'complaint', serverLine: '421 Busy, come back later' },
      connections: 1,
    });
  });
});

const resolveThree: Resolve = () =>
  Promise.resolve([
    { address: '127.0.0.1', family: 4 },
    { address: '127.0.0.2', family: 4 },
    { address: '127.0.0.3', family: 4 },
  ]);

/** Two servers on one port. */
async function two(ticketKeys: 'shared' | 'each') {
  const authority = await createAuthority();
  const first = await started({ authority });
  const second = await started({
    authority,
    host: '127.0.0.2',
    port: first.port,
    ...(ticketKeys === 'shared' ? { ticketKeys: first.ticketKeys } : {}),
  });
  const report = await check(
    first,
    { ...first.target, host: 'localhost' },
    { resolve: resolveThree },
  );
  return { report, second };
}

describe('several addresses', () => {
  const ONLY_LINUX = 'only Linux has all of 127.0.0.0/8 without being told';

  it(
    'with a shared key take up each other’s sessions',
    async ({ skip }) => {
      skip(process.platform !== 'linux', ONLY_LINUX);
      const { report } = await two('shared');
      expect(report.acrossAddresses.length).toBeGreaterThan(0);
      expect(report.acrossAddresses.every(({ resumed }) => resumed)).toBe(true);
      expect(report.verdict).not.toBe('unreachable');
    },
    LIMIT_MS,
  );

  it(
    'with a key each do not, and an address that is down is said last',
    async ({ skip }) => {
      skip(process.platform !== 'linux', ONLY_LINUX);
      const { report, second } = await two('each');
      expect(report.acrossAddresses.some(({ resumed }) => !resumed)).toBe(true);
      expect(report.notes.map(({ id }) => id)).toContain('not-shared-between-addresses');
      expect(report.results.map(({ address }) => address)).toEqual([
        ...Array<string>(3).fill('127.0.0.1'),
        ...Array<string>(3).fill(second.host),
        ...Array<string>(3).fill('127.0.0.3'),
      ]);
      expect(report.results.at(-1)?.verdict).toBe('unreachable');
      expect(report.connections).toBeLessThanOrEqual(MAX_CONNECTIONS);
    },
    LIMIT_MS,
  );
});

/** Closes those connections when their handshake begins. */
const closing = (which: (n: number) => boolean) =>
  startImapServer({
    protocol: 'TLSv1.3',
    script: (n) => (which(n) ? { handshake: fault.close } : {}),
  });

describe('handshakes that break off', () => {
  it('whenever a session is offered are told from a server that refuses', async () => {
    // The contact, three full handshakes, and then three with a session.
    await using server = await closing((n) => n >= 5 && n <= 7);
    const report = await check(server, targetOf(server));
    expect(report.results[0]).toMatchObject({
      verdict: 'issues-but-refuses',
      attempts: 3,
      brokenHandshakes: 3,
    });
    expect(report.notes).toMatchObject([
      { id: 'session-id-context-missing', confidence: 'likely' },
    ]);
    expect(report.verdict).toBe('issues-but-refuses');
  });

  it('from some connection on are a server that has had enough', async () => {
    await using server = await closing((n) => n >= 5);
    const report = await check(server, targetOf(server));
    expect(report.stopped).toContain('stopped answering');
    expect(report.results).toEqual([]);
    expect(report.verdict).toBeNull();
  });

  it('at the first of a version do not mean that it is not spoken', async () => {
    await using server = await closing((n) => n >= 2);
    const report = await check(server, targetOf(server));
    expect(report.stopped).toContain('stopped answering');
    expect(report.results).toEqual([]);
  });
});

const resolveNothing: Resolve = () =>
  Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));

describe('a server that cannot be tested', () => {
  it('whose name does not resolve', async () => {
    const authority = await createAuthority();
    const target: CheckTarget = {
      protocol: 'imap',
      host: 'nowhere.invalid',
      port: 993,
      security: 'tls',
      servername: null,
    };
    const report = await check({ caPem: authority.certPem }, target, {
      resolve: resolveNothing,
    });
    expect(report).toMatchObject({
      verdict: 'unreachable',
      problem: { code: 'dns' },
      connections: 0,
    });
    expect(report.problem?.message).toContain('nowhere.invalid');
  });

  it.each([
    [
      'closes after the ClientHello',
      'closed',
      'not-tls',
      (socket: Socket) => socket.once('data', () => socket.end()),
    ],
    [
      'sends garbage',
      'not-tls',
      'not-tls',
      (socket: Socket) => socket.write('\u0001\u0002garbage garbage\n'),
    ],
    [
      'speaks plain text',
      'not-tls',
      'not-tls',
      (socket: Socket) => socket.write('* OK IMAP ready\r\n'),
    ],
  ] as const)('because it %s', async (_what, code, verdict, serve) => {
    const authority = await createAuthority();
    const { target } = await rawServer(serve);
    const report = await check({ caPem: authority.certPem }, target);
    expect(report).toMatchObject({ verdict, problem: { code } });
  });

  it.each([
    ['expired', /expired on/],
    ['wrong-name', /elsewhere\.example, not for localhost/],
    ['self-signed', /not trusted/],
  ] as const)('because its certificate is %s', async (kind, message) => {
    await using server = await startImapServer({ certificate: kind });
    const report = await check(server, targetOf(server));
    expect(report).toMatchObject({
      verdict: null,
      problem: { code: 'certificate' },
      connections: 1,
    });
    expect(report.problem?.message).toMatch(message);
    expect(report.problem?.certificate?.fingerprint256).toMatch(/^[0-9A-F:]{95}$/);
    expect(server.commands).toEqual([]);
  });

  it.each(['imap', 'smtp', 'pop3'] as const)('because its %s has no STARTTLS', async (protocol) => {
    const server = await started({ protocol, security: 'starttls', hideStarttls: true });
    const report = await check(server, server.target);
    expect(report).toMatchObject({ verdict: 'not-tls', problem: { code: 'no-starttls' } });
  });

  it('because something came in plain text behind the answer to STARTTLS', async () => {
    await using server = await startImapServer({
      security: 'starttls',
      script: { injectAfterStarttls: '* OK injected\r\n' },
    });
    const report = await check(server, { ...targetOf(server), security: 'starttls' });
    expect(report).toMatchObject({ verdict: 'not-tls', problem: { code: 'not-tls' } });
  });

  it('because it speaks another protocol', async () => {
    const server = await started({ protocol: 'smtp' });
    const report = await check(server, { ...server.target, protocol: 'imap' });
    expect(report).toMatchObject({ problem: { code: 'not-mail', serverLine: /ESMTP/ } });
  });
});

describe('cancelling', () => {
  it(
    'ends the check and leaves no connection open, at whichever step',
    async () => {
      const server = await started();
      for (const step of ['connecting', 'full handshake', 'attempt 2', 'second time']) {
        const cancel = new AbortController();
        const onStep = (text: string): void => {
          if (text.includes(step)) setImmediate(() => cancel.abort());
        };
        await expect(
          check(server, server.target, { signal: cancel.signal, onStep }),
        ).rejects.toBeInstanceOf(CheckCancelled);
        await expect.poll(() => server.open).toBe(0);
      }
    },
    LIMIT_MS,
  );

  it('ends the wait for a server that says nothing', async () => {
    const authority = await createAuthority();
    const cancel = new AbortController();
    const { target, sockets } = await rawServer((socket) => {
      socket.once('data', () => {
        cancel.abort();
      });
      socket.resume();
    });
    await expect(
      check({ caPem: authority.certPem }, target, { signal: cancel.signal }),
    ).rejects.toBeInstanceOf(CheckCancelled);
    await expect.poll(() => [...sockets].every(({ destroyed }) => destroyed)).toBe(true);
  });
});

it('keeps to the way of its first connection: no session goes to another one', async () => {
  await using server = await startImapServer();
  await using proxy = await TestProxy.start({ kind: 'socks5', port: server.port });
  let connections = 0;
  const flapping: Way = () => {
    connections += 1;
    return Promise.resolve(connections <= 4 ? [proxy.address] : [{ kind: 'straight' }]);
  };
  const target = { ...targetOf(server), host: 'localhost' };
  const report = await check(server, target, { way: flapping });
  expect(report.stopped).toContain('way to the server has changed');
  expect(server.stats().full + server.stats().resumed).toBe(proxy.asked.length);
});
