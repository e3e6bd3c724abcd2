import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const main = fileURLToPath(new URL('main.ts', import.meta.url));

async function run(...args: string[]) {
  const child = spawn(process.execPath, [main, ...args]);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { code: code as unknown, stdout, stderr };
}

describe('the real program', () => {
  it('ends with 2 and one sentence for arguments that make no sense', async () => {
    expect(await run('--port', '70000')).toEqual({
      code: 2,
      stdout: '',
      stderr:
        '--port takes a whole number from 0 to 65535, not "70000". Use --help to see the options.\n',
    });
  });

  it('ends with 0 after its help', async () => {
    expect(await run('--help')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('--no-open'),
      stderr: '',
    });
  });
});
