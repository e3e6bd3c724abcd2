/** `npm run dev` on a copy of the sources, which are changed while the page is open. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dashboard } from '../fixtures/browser/dashboard.ts';
import { REPOSITORY } from '../fixtures/program/repository.ts';
import { expect, test as base } from 'playwright/test';

interface Dev {
  readonly url: string;
  /** Changes a file of the copy. */
  readonly change: (path: string, from: string, to: string) => Promise<void>;
}

const test = base.extend<{ readonly dev: Dev }>({
  // oxlint-disable-next-line eslint/no-empty-pattern -- Playwright reads the pattern
  dev: async ({}, use) => {
    const root = await mkdtemp(join(tmpdir(), 'reprise-dev-'));
    for (const name of ['electron', 'renderer', 'shared', 'package.json', 'tsconfig.json']) {
      await cp(join(REPOSITORY, name), join(root, name), { recursive: true });
    }
    // A folder of its own, for what Vite keeps there.
    const packages = join(REPOSITORY, 'node_modules');
    await mkdir(join(root, 'node_modules'));
    for (const name of await readdir(packages)) {
      if (name !== '.cache') await symlink(join(packages, name), join(root, 'node_modules', name));
    }
    const program = spawn(process.execPath, ['electron/cli/dev.ts'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [output] = (await once(program.stdout.setEncoding('utf8'), 'data')) as [string];
    await use({
      url: output.trim().replace(/^Dashboard: /, ''),
      change: async (path, from, to) => {
        const text = await readFile(join(root, path), 'utf8');
        expect(text).toContain(from);
        await writeFile(join(root, path), text.replace(from, to));
      },
    });
    program.kill('SIGINT');
    expect(await once(program, 'exit')).toEqual([0, null]);
    await rm(root, { recursive: true });
  },
});

test('a saved style and a changed engine reach the page as it is, and no other page gets through', async ({
  dev,
  page,
}) => {
  const dashboard = new Dashboard(page);
  await dashboard.open(dev.url);
  await expect(dashboard.account('TLS 1.3 tickets')).toBeVisible();
  await page.evaluate(() => Object.assign(window, { isStillHere: true }));

  const savedAt = performance.now();
  await dev.change('renderer/ui/base.css', '', 'h1 { letter-spacing: 7px !important; }\n');
  await expect(page.getByRole('heading', { level: 1 })).toHaveCSS('letter-spacing', '7px');
  test.info().annotations.push({
    type: 'from saved CSS to screen',
    description: `${Math.round(performance.now() - savedAt)} ms`,
  });

  await dev.change('electron/core/demo/demo-servers.ts', 'TLS 1.3 tickets', 'Changed tickets');
  await expect(dashboard.account('Changed tickets')).toBeVisible({ timeout: 30_000 });
  expect(await page.evaluate(() => 'isStillHere' in window)).toBe(true);

  const { origin, hash } = new URL(dev.url);
  const session = (from: string) =>
    fetch(`${origin}/session`, {
      method: 'POST',
      headers: { authorization: `Bearer ${hash.slice('#token='.length)}`, origin: from },
    });
  expect((await session('http://evil.example')).status).toBe(403);
  expect((await session(origin)).status).toBe(200);
});
