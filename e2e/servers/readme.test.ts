/** The README's example, run as written against a real server. */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { whyNoDovecot } from '../fixtures/servers/dovecot-binary.ts';
import { Dovecot } from '../fixtures/servers/dovecot.ts';

const missing = whyNoDovecot();
if (missing !== null) process.stderr.write(`SKIPPED: the README's example. ${missing}\n`);

const root = fileURLToPath(new URL('../../', import.meta.url));

async function example(): Promise<string> {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const code = /<!-- example -->\s+```js\n([\s\S]*?)```/.exec(readme)?.[1];
  if (code === undefined) throw new Error('The README has no example.');
  return code;
}

describe.skipIf(missing !== null)("the README's example", () => {
  it('has less than 20 lines', async () => {
    const lines = (await example()).trim().split('\n');
    expect(lines.length).toBeLessThan(20);
  });

  it('resumes its second and third connection', async () => {
    await using server = await Dovecot.start({ kind: 'one-process' });
    const program = spawn(process.execPath, ['--input-type=module', '--eval', await example()], {
      cwd: root,
      env: {
        ...process.env,
        IMAP_HOST: 'localhost',
        IMAP_PORT: String(server.tlsPort),
        IMAP_USER: 'ann',
        IMAP_PASSWORD: server.users['ann'],
        NODE_EXTRA_CA_CERTS: server.certificate.caFile,
      },
    });
    const [output, errors] = await Promise.all([text(program.stdout), text(program.stderr)]);
    expect(errors).toBe('');
    expect(output.trim().split('\n')).toEqual([
      "{ kind: 'full', reason: 'nothing-held' }",
      "{ kind: 'resumed', mechanism: 'tls13-ticket' }",
      "{ kind: 'resumed', mechanism: 'tls13-ticket' }",
    ]);
  });
});
