/**
 * Reprise's own way to a mail server, as a program: imapflow on the transport that reuses sessions.
 *
 *   node reprise-client.ts saving|private|shared tls|starttls HOST PORT CA-FILE COUNT
 */
import { readFileSync } from 'node:fs';
import { ImapFlow } from 'imapflow';
import {
  createReuseTransport,
  MAX_AGE_MS,
  SessionCache,
  type SessionPolicy,
} from '../../../electron/core/tls/index.ts';

const [sharing, way, host = '', port = '', caFile = '', count = ''] = process.argv.slice(2);
const cache = new SessionCache();
cache.setPolicy('ann', { sharing: sharing as SessionPolicy['sharing'], maxAgeMs: MAX_AGE_MS });
for (let connection = 1; connection <= Number(count); connection += 1) {
  const client = new ImapFlow({
    host,
    port: Number(port),
    ...(way === 'tls' ? { secure: true } : { secure: false, doSTARTTLS: true }),
    auth: { user: 'ann', pass: 'any-password-will-do' },
    logger: false,
    transport: createReuseTransport({
      cache,
      account: 'ann',
      trust: { kind: 'ca', pem: readFileSync(caFile, 'utf8') },
    }),
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.mailboxOpen('INBOX');
    await client.logout();
  } catch (error) {
    // As it should be, where nobody vouches for a certificate.
    process.stderr.write(`${String(error)}\n`);
  }
}
