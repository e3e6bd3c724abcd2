/**
 * What another user of this machine sees of a program that starts a browser: its arguments, and all
 * that /proc and the file system let them read. In a browser, this goes on in `opening-link.spec.ts`.
 */
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bearer } from '../fixtures/program/attack-target.ts';
import { request, sendRaw } from '../fixtures/program/raw-http.ts';
import { RepriseProcess, type RepriseOptions } from '../fixtures/program/reprise-process.ts';

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprise-second-user-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Runs a shell command as another user. */
function asNobody(command: string, ...args: string[]): { stdout: string; stderr: string } {
  return spawnSync('/bin/sh', ['-c', command, 'sh', ...args], {
    uid: NOBODY,
    gid: NOBODY,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
}

/** A browser that notes what it was started with, and stays until {@link letGo}. */
async function browser(): Promise<void> {
  await writeFile(
    join(folder, 'xdg-open'),
    `#!/bin/sh\necho "$1" > ${folder}/part && mv ${folder}/part ${folder}/started\n` +
      `while [ -d ${folder} ] && [ ! -e ${folder}/let-go ]; do sleep 0.1; done\n`,
    { mode: 0o755 },
  );
}

async function startWith(options: RepriseOptions) {
  await browser();
  const reprise = await RepriseProcess.start({ ...options, browser: folder });
  const startedWith = () => readFile(join(folder, 'started'), 'utf8').catch(() => '');
  await expect.poll(startedWith, { timeout: 30_000 }).not.toBe('');
  return { reprise, address: (await startedWith()).trim() };
}

describe.skipIf(!isRoot)('another user of this machine (needs root, to be one)', () => {
  it.each<[string, () => Promise<RepriseOptions>]>([
    [
      'a data folder that others may enter',
      async () => {
        const dataDir = join(folder, 'data');
        await mkdir(dataDir);
        for (const path of [folder, dataDir]) await chmod(path, 0o755);
        return { dataDir };
      },
    ],
    ['the demo', () => Promise.resolve({ script: 'demo' })],
  ])('gets no secret from arguments, environments and files: %s', async (_, options) => {
    const { reprise, address } = await startWith(await options());
    try {
      const seen = asNobody(
        'for it in /proc/[0-9]*/cmdline; do tr "\\0" "\\n" < "$it"; done',
      ).stdout;
      // The attacker sees what there is to be seen.
      expect(seen.split('\n')).toContain(address);
      expect(seen).not.toContain(reprise.token);
      for (const [secret] of seen.matchAll(/(?<![\w-])[\w-]{43}(?![\w-])/g)) {
        const headers = { Host: `127.0.0.1:${reprise.port}`, ...bearer(secret) };
        const session = { ...headers, Origin: `http://127.0.0.1:${reprise.port}` };
        const { status } = await sendRaw(reprise.port, request('POST /session', session));
        expect(status, 'a text in the arguments is a token').toBe(401);
      }

      const file = fileURLToPath(address);
      expect(await readFile(file, 'utf8')).toContain('#token=');
      const reading = asNobody('cat "$1" "/proc/$2/environ"', file, String(reprise.pid));
      expect(reading.stdout).toBe('');
      expect(reading.stderr.match(/Permission denied/g)).toHaveLength(2);
    } finally {
      await writeFile(join(folder, 'let-go'), '');
      expect(await reprise.interrupt()).toMatchObject({ code: 0 });
      await reprise.cleanUp();
    }
    await expect(readFile(fileURLToPath(address))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('a browser that does not come', () => {
  it('is missed on the terminal, which says what to do and no secret', async () => {
    await writeFile(join(folder, 'xdg-open'), '#!/bin/sh\nexit 3\n', { mode: 0o755 });
    const reprise = await RepriseProcess.start({ browser: folder, dataDir: join(folder, 'data') });
    await expect.poll(() => reprise.stderr, { timeout: 30_000 }).toContain('No browser has opened');
    expect(reprise.stderr).toContain('Open the link that is printed above');
    expect(reprise.stderr).not.toContain(reprise.token);
    await reprise.interrupt();
    await reprise.cleanUp();
  });
});
