import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whyNoDovecot } from '../../fixtures/servers/dovecot-binary.ts';
import { Dovecot } from '../../fixtures/servers/dovecot.ts';
import {
  PassThrough,
  ProcessFinder,
  RelayChain,
  ServerAddresses,
  WatchLog,
} from '../../../electron/core/your-client/index.ts';
import { runCheck } from '../../../electron/core/server-check/index.ts';
import {
  buildAsioPrograms,
  missingToBuild,
  runAsioProgram,
  startAsioServer,
  type AsioProgram,
} from './programs.ts';

const missing = missingToBuild();
const why = missing.length > 0 ? `Missing here: ${missing.join(', ')}.` : whyNoDovecot();
if (why !== null) process.stderr.write(`SKIPPED: boost::asio programs. ${why}\n`);

const CONNECTIONS = 4;
const ALL = ['full', 'resumed', 'resumed', 'resumed'];
const NONE = ['full', 'full', 'full', 'full'];

describe.skipIf(why !== null)('boost::asio at a real Dovecot', () => {
  let programs: string;
  let dovecot: Dovecot;
  beforeAll(async () => {
    [programs, dovecot] = await Promise.all([
      buildAsioPrograms(),
      Dovecot.start({ kind: 'one-process' }),
    ]);
  }, 600_000);
  afterAll(async () => {
    await dovecot[Symbol.asyncDispose]();
  });

  /** What the program says of its handshakes, on whose way a pass-through sees the same. */
  const says = async (program: AsioProgram, ...words: string[]) => {
    const isStartTls = words.includes('starttls');
    const log = new WatchLog(() => undefined);
    await using chain = await RelayChain.open();
    await using pass = await PassThrough.start(
      {
        host: '127.0.0.1',
        port: isStartTls ? dovecot.startTlsPort : dovecot.tlsPort,
        addresses: new ServerAddresses('127.0.0.1', null),
        listenAddress: '127.0.0.1',
        listenPort: 0,
        processes: new ProcessFinder(),
        chain,
      },
      log,
    );
    const said = await runAsioProgram(programs, program, {
      host: '127.0.0.1',
      port: pass.listening.port,
      caFile: dovecot.certificate.caFile,
      connections: CONNECTIONS,
      words,
    });
    const seen = log.connections();
    expect(seen.map(({ outcome }) => outcome.kind)).toEqual(said);
    const version = words.includes('tls1.2') ? 'TLSv1.2' : 'TLSv1.3';
    const begins = isStartTls ? 'starttls' : 'tls';
    expect(seen).toMatchObject(said.map(() => ({ serverName: 'localhost', version, begins })));
    return said;
  };

  /** What the right client and the server check say of a server that asks for certificates. */
  const bothSay = async (...words: 'context'[]) => {
    await using server = await startAsioServer(programs, dovecot.certificate, words);
    const said = await runAsioProgram(programs, 'right', {
      host: '127.0.0.1',
      port: server.port,
      caFile: dovecot.certificate.caFile,
      connections: 3,
      words: ['tls1.2'],
    }).catch(String);
    const report = await runCheck({
      target: {
        protocol: 'imap',
        host: '127.0.0.1',
        port: server.port,
        security: 'tls',
        servername: 'localhost',
      },
      trust: { kind: 'ca', pem: dovecot.certificate.caPem },
      attempts: 4,
      signal: new AbortController().signal,
      program: { name: 'Reprise', version: 'test', engine: 'test' },
    });
    return { said, report };
  };

  describe.each([
    ['TLS 1.3', []],
    ['TLS 1.2', ['tls1.2']],
  ] as const)('%s', (version, words) => {
    const is13 = version === 'TLS 1.3';

    it.each(['implicit', 'starttls'])('resumes with the right cache, %s', async (way) => {
      expect(await says('right', way, ...words)).toEqual(ALL);
    });

    it('makes full handshakes while the cache is off', async () => {
      expect(await says('right', 'off', ...words)).toEqual(NONE);
    });

    it.each([
      ['none', NONE],
      ['after-handshake', is13 ? NONE : ALL],
      ['after-greeting', ALL],
      ['destroyed', NONE],
      ['destroyed-after-greeting', NONE],
      ['flags', ALL],
      ['closed-at-once', NONE],
    ])('resumes as expected by %s', async (mode, expected) => {
      expect(await says('wrong-turns', mode, ...words)).toEqual(expected);
    });
  });

  describe('a server that asks for certificates', () => {
    it('breaks off what would resume without a session ID context, and the check says so', async () => {
      const { said, report } = await bothSay();
      expect(said).toContain('Error');
      expect(report.verdict).toBe('issues-but-refuses');
      expect(report.notes.map(({ id }) => id)).toContain('session-id-context-missing');
    });

    it('resumes with one', async () => {
      const { said, report } = await bothSay('context');
      expect(said).toEqual(['full', 'resumed', 'resumed']);
      expect(report.verdict).toBe('resumes');
      expect(report.notes.map(({ id }) => id)).not.toContain('session-id-context-missing');
    });
  });
});
