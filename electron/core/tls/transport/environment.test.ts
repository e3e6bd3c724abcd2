/** The environment may tell Node to trust anybody; it does not tell Reprise. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { createAuthority, startImapServer } from '../../demo/testing/index.ts';

const PROGRAM = `
  import { connectOnce } from '../testing/connect-once.ts';
  import { SessionCache } from '../cache/session-cache.ts';
  const { PORT, CA } = process.env;
  const cache = new SessionCache();
  const trust = { kind: 'ca', pem: CA };
  const { handshake, close } = await connectOnce({ cache, port: Number(PORT), trust });
  await close();
  console.log(handshake.outcome.kind, cache.held().length);
`;

it.each(['self-signed', 'wrong-name', 'other-authority', 'expired'] as const)(
  'refuses a certificate that is %s under NODE_TLS_REJECT_UNAUTHORIZED=0',
  async (certificate) => {
    const authority = await createAuthority();
    await using server = await startImapServer({ authority, certificate });
    const program = spawn(
      process.execPath,
      ['--no-warnings', '--input-type=module', '--eval', PROGRAM],
      {
        cwd: fileURLToPath(new URL('.', import.meta.url)),
        env: {
          ...process.env,
          NODE_TLS_REJECT_UNAUTHORIZED: '0',
          PORT: String(server.port),
          CA: authority.certPem,
        },
      },
    );
    const [output, errors] = await Promise.all([text(program.stdout), text(program.stderr)]);
    expect(errors).toBe('');
    expect(output.trim()).toBe('failed 0');
  },
);
