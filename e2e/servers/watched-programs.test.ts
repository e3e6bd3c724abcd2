/**
 * Mail programs of Debian, Python's imaplib, and Node with and without our cache, each through the
 * pass-through to a real Dovecot: what is said of them is what was measured with its keys.
 */
import { connect as connectTls } from 'node:tls';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { WatchReport } from '../../shared/your-client.ts';
import { connectTls as connectReusing, SessionCache } from '../../electron/core/tls/index.ts';
import { temporaryFolder } from '../../electron/core/storage/testing/temporary-folder.ts';
import {
  MAIL_PROGRAMS,
  whyNoProgram,
  type MailProgram,
} from '../fixtures/clients/mail-programs.ts';
import { WatchCommand } from '../fixtures/program/watch-command.ts';
import { Dovecot, type DovecotOptions } from '../fixtures/servers/dovecot.ts';
import { whyNoDovecot, whyNoOtherProtocols } from '../fixtures/servers/dovecot-binary.ts';

const TEST_LIMIT_MS = 180_000;
const PASSWORD = 'correct horse';
const USERS = ['ann', 'bob', 'cat'];
type Security = 'tls' | 'starttls';

const SERVERS = {
  'TLS 1.3': { kind: 'one-process', protocol: 'TLSv1.3' },
  'TLS 1.2 tickets': { kind: 'one-process', protocol: 'TLSv1.2' },
  'TLS 1.2 IDs': { kind: 'no-ticket', protocol: 'TLSv1.2' },
} as const satisfies Record<string, DovecotOptions>;

type Way = `${keyof typeof SERVERS} ${Security}`;

const CURL: Readonly<Partial<Record<Way, string>>> = {
  'TLS 1.3 tls': 'the first full, then every one resumed by TLS 1.3 ticket',
  // It takes no tickets; this Dovecot has IDs for such clients.
  'TLS 1.2 tickets tls': 'the first full, then every one resumed by Session ID',
  'TLS 1.2 tickets starttls': 'the first full, then every one resumed by Session ID',
  'TLS 1.2 IDs tls': 'the first full, then every one resumed by Session ID',
  'TLS 1.2 IDs starttls': 'the first full, then every one resumed by Session ID',
};

/** What they did, one connection after another, where it is not {@link NEVER}. */
const RESUMES: Readonly<Record<string, typeof CURL>> = { curl: CURL, 'curl for POP3': CURL };
const NEVER = 'every one full, no session was ever offered';

const why = whyNoDovecot() ?? whyNoOtherProtocols();

/** What is said of what goes through a pass-through to one of Dovecot's ports. */
async function watched(
  serverPort: number,
  protocol: string,
  use: (port: number, command: WatchCommand) => Promise<void>,
): Promise<{ readonly report: WatchReport; readonly said: string }> {
  await using command = new WatchCommand([
    `${protocol}://127.0.0.1:${serverPort}`,
    '--port',
    '0',
    '--json',
  ]);
  await use(await command.port(), command);
  await command.until(/^3 /m);
  const report = await command.report();
  return { report, said: command.said };
}

describe.skipIf(why !== null)(
  `through the pass-through to Dovecot${why === null ? '' : `: ${why}`}`,
  () => {
    describe.each(Object.entries(SERVERS))('%s', (name, options) => {
      it(
        'programs are told by name, and by what they do',
        async () => {
          await using dovecot = await Dovecot.start({
            ...options,
            otherProtocols: true,
            users: Object.fromEntries(USERS.map((user) => [user, PASSWORD])),
          });
          const { others, tlsPort, startTlsPort, certificate } = dovecot;
          if (others === null) throw new Error('It serves IMAP alone.');
          const places = { imap: { tls: tlsPort, startTls: startTlsPort }, ...others };
          const found: Record<string, string> = {};
          const expected: Record<string, string> = {};
          for (const [title, program] of Object.entries<MailProgram>(MAIL_PROGRAMS)) {
            const missing = whyNoProgram(program);
            if (missing !== null) {
              process.stderr.write(`LEFT OUT: ${missing}\n`);
              continue;
            }
            for (const security of ['tls', 'starttls'] as const) {
              const { tls, startTls } = places[program.protocol];
              await using folder = await temporaryFolder();
              const { report, said } = await watched(
                security === 'tls' ? tls : startTls,
                program.protocol,
                (port) =>
                  program.run({
                    host: 'localhost',
                    port,
                    security,
                    caFile: certificate.caFile,
                    users: USERS,
                    password: PASSWORD,
                    folder: folder.path,
                  }),
              );
              const key = `${title} ${security}`;
              const does = RESUMES[title]?.[`${name} ${security}` as Way] ?? NEVER;
              found[key] = report.summary;
              expected[key] = `3 connections of ${program.process}: ${does}.`;
              expect(report.connections.every(({ begins }) => begins === security)).toBe(true);
              // Its arguments are not read.
              expect(said).not.toContain(PASSWORD);
            }
          }
          expect(found).toEqual(expected);
          expect(Object.keys(found).length).toBeGreaterThan(0);
        },
        TEST_LIMIT_MS,
      );

      it(
        'Node without a cache never resumes, and with ours always does',
        async () => {
          await using dovecot = await Dovecot.start(options);
          const { caPem } = dovecot.certificate;
          const bare = await watched(dovecot.tlsPort, 'imap', async (port) => {
            for (let round = 0; round < 3; round += 1) {
              const socket = connectTls({
                host: '127.0.0.1',
                port,
                servername: 'localhost',
                ca: caPem,
              });
              await once(socket, 'data');
              await once(socket.end(), 'close');
            }
          });
          expect(bare.report.summary).toBe(`3 connections of node: ${NEVER}.`);
          const cache = new SessionCache();
          const ours = await watched(dovecot.tlsPort, 'imap', async (port) => {
            for (let round = 0; round < 3; round += 1) {
              const peer = {
                account: 'test',
                user: 'ann',
                name: 'localhost',
                port,
                security: 'tls',
                trust: { kind: 'ca', pem: caPem },
              } as const;
              const { socket } = await connectReusing(cache, peer, { host: '127.0.0.1', port });
              await once(socket, 'data');
              await once(socket.end(), 'close');
            }
          });
          const { summary } = ours.report;
          expect(summary).toMatch(
            /^3 connections of node: the first full, then every one resumed by /,
          );
          expect(summary).not.toContain('offered twice');
        },
        TEST_LIMIT_MS,
      );
    });
  },
);
