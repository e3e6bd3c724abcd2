/**
 * The session cache with real Dovecots: each way in which a server can be set up, TLS 1.2 and 1.3,
 * implicit TLS and STARTTLS.
 */
import { ImapFlow } from 'imapflow';
import { describe, expect, it } from 'vitest';
import {
  createReuseTransport,
  SessionCache,
  type TlsOutcome,
} from '../../electron/core/tls/index.ts';
import type { Security } from '../../shared/model.ts';
import { whyNoDovecot } from '../fixtures/servers/dovecot-binary.ts';
import { Dovecot } from '../fixtures/servers/dovecot.ts';

const missing = whyNoDovecot();
if (missing !== null) process.stderr.write(`SKIPPED: reuse with Dovecot. ${missing}\n`);

/** Signs in and out again; the outcome of the handshake in between. */
async function visit(server: Dovecot, security: Security, cache: SessionCache) {
  const outcomes: TlsOutcome[] = [];
  const client = new ImapFlow({
    host: server.host,
    port: security === 'tls' ? server.tlsPort : server.startTlsPort,
    servername: 'localhost',
    secure: security === 'tls',
    ...(security === 'starttls' ? { doSTARTTLS: true } : {}),
    auth: { user: 'ann', pass: server.users['ann'] ?? '' },
    logger: false,
    transport: createReuseTransport({
      cache,
      account: 'ann',
      trust: { kind: 'ca', pem: server.certificate.caPem },
      onEvent: (event) => {
        if (event.kind === 'handshake') outcomes.push(event.outcome);
      },
    }),
  });
  await client.connect();
  await client.logout();
  return outcomes;
}

async function visits(server: Dovecot, security: Security, count: number) {
  const cache = new SessionCache();
  const outcomes: TlsOutcome[] = [];
  for (let connection = 0; connection < count; connection += 1) {
    outcomes.push(...(await visit(server, security, cache)));
  }
  return outcomes;
}

const full = { kind: 'full', reason: 'nothing-held' };
const PROTOCOLS = [
  { protocol: 'TLSv1.3', ticket: 'tls13-ticket', withoutTicket: 'tls13-ticket' },
  { protocol: 'TLSv1.2', ticket: 'tls12-ticket', withoutTicket: 'session-id' },
] as const;
const SECURITIES = ['tls', 'starttls'] as const;

describe.skipIf(missing !== null).each(PROTOCOLS)(
  'reuse with Dovecot under $protocol',
  ({ protocol, ticket, withoutTicket }) => {
    it.each(SECURITIES)('one login process: resumes every time, %s', async (security) => {
      await using server = await Dovecot.start({ kind: 'one-process', protocol });
      const resumed = { kind: 'resumed', mechanism: ticket };
      expect(await visits(server, security, 4)).toEqual([full, resumed, resumed, resumed]);
    });

    it.each(SECURITIES)('no tickets: resumes by what the server keeps, %s', async (security) => {
      await using server = await Dovecot.start({ kind: 'no-ticket', protocol });
      const resumed = { kind: 'resumed', mechanism: withoutTicket };
      expect(await visits(server, security, 3)).toEqual([full, resumed, resumed]);
    });

    it.each(SECURITIES)(
      'the default: refuses three times, then nothing is offered, %s',
      async (security) => {
        await using server = await Dovecot.start({ kind: 'default', protocol });
        const refused = { kind: 'refused', mechanism: ticket };
        expect(await visits(server, security, 5)).toEqual([
          full,
          refused,
          refused,
          refused,
          { kind: 'full', reason: 'server-keeps-refusing' },
        ]);
      },
    );

    it.each(SECURITIES)(
      'four login processes: resumes where the same one answers, %s',
      async (security) => {
        await using server = await Dovecot.start({ kind: 'four-processes', protocol });
        const [first, ...later] = await visits(server, security, 8);
        expect(first).toEqual(full);
        // Which process answers is the kernel's choice: any of these, and nothing else.
        const possible = [
          { kind: 'resumed', mechanism: ticket },
          { kind: 'refused', mechanism: ticket },
          { kind: 'full', reason: 'server-keeps-refusing' },
        ];
        for (const outcome of later) expect(possible).toContainEqual(outcome);
      },
    );
  },
);
