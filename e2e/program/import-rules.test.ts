/**
 * Which room may import what, as the linter holds it: each rule is broken once in a tree of small
 * files, and kept once. A rule whose pattern matches no file would be green for ever.
 */
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A file, the import in it, and whether that is allowed. */
type Case = readonly [file: string, code: string, verdict: 'forbidden' | 'allowed'];

const CASES: readonly Case[] = [
  ['shared/a.ts', "import { a } from '../electron/core/clock.ts';", 'forbidden'],
  ['shared/b.ts', "import type { A } from '../electron/core/tls/index.ts';", 'forbidden'],
  ['shared/c.ts', "import { a } from '../electron/core/tls/facts.ts';", 'forbidden'],
  ['shared/d.ts', "import type { A } from '../electron/core/tls/facts.ts';", 'allowed'],
  ['shared/n.ts', "import { normalName } from '../electron/core/tls/server-name.ts';", 'allowed'],
  ['shared/o.ts', "import { peerName } from '../electron/core/tls/peer.ts';", 'forbidden'],
  ['shared/e.ts', "import { readFile } from 'node:fs';", 'forbidden'],
  ['shared/f.ts', "import { z } from 'zod';", 'allowed'],
  ['shared/g.ts', "import { readFile } from 'fs';", 'forbidden'],
  ['shared/h.ts', "import { createRoot } from 'react-dom/client';", 'forbidden'],
  ['shared/i.ts', "import { WebSocket } from 'ws';", 'forbidden'],
  ['renderer/e.ts', "import { readFile } from 'fs';", 'forbidden'],
  ['renderer/f.ts', "import { ImapFlow } from 'imapflow';", 'forbidden'],
  ['renderer/g.ts', "import { a } from 'electron/renderer';", 'forbidden'],
  ['renderer/h.ts', "import { a } from './format.test.ts';", 'forbidden'],
  ['electron/core/log/g.ts', "import { app } from 'electron/main';", 'forbidden'],
  ['electron/host/d.ts', "import { app } from 'electron/main';", 'forbidden'],
  ['electron/core/log/a.ts', "import { app } from 'electron';", 'forbidden'],
  ['electron/core/log/b.ts', "import { a } from '../../host/main.ts';", 'forbidden'],
  ['electron/core/log/c.ts', "import { a } from '../../build/build.ts';", 'forbidden'],
  ['electron/core/log/d.ts', "import type { A } from '../../../renderer/a.ts';", 'forbidden'],
  ['electron/core/log/e.ts', "import { a } from '../../../shared/model.ts';", 'allowed'],
  ['electron/core/tls/a.ts', "import { a } from '../clock.ts';", 'forbidden'],
  ['electron/core/tls/b.ts', "import type { A } from '../../../shared/model.ts';", 'forbidden'],
  ['electron/core/tls/c.ts', "import type { A } from 'imapflow';", 'forbidden'],
  ['electron/core/tls/cache/a.ts', "import { a } from '../../tls-wire/index.ts';", 'forbidden'],
  ['electron/core/tls/cache/b.ts', "import { z } from 'zod';", 'forbidden'],
  ['electron/core/tls/cache/c.ts', "import { a } from '../peer.ts';", 'allowed'],
  ['electron/core/tls/cache/d.ts', "import { a } from 'node:timers/promises';", 'allowed'],
  ['electron/core/tls/cache/e.ts', "import { a } from '../testing/a.ts';", 'forbidden'],
  ['electron/core/tls/cache/a.test.ts', "import { a } from '../../demo/index.ts';", 'allowed'],
  ['electron/core/tls/cache/b.test.ts', "import { a } from '../testing/a.ts';", 'allowed'],
  ['electron/core/tls-wire/a.ts', "import { a } from '../tls/index.ts';", 'forbidden'],
  ['electron/core/tls-wire/b.ts', "import { a } from './a.ts';", 'allowed'],
  ['electron/build/a.ts', "import { a } from '../shell/main.ts';", 'forbidden'],
  ['electron/build/b.ts', "import { a } from '../core/app.ts';", 'allowed'],
  ['electron/host/a.ts', "import { app } from 'electron';", 'forbidden'],
  ['electron/host/b.ts', "import { a } from '../shell/main.ts';", 'forbidden'],
  ['electron/host/c.ts', "import { a } from '../core/app.ts';", 'allowed'],
  ['electron/cli/a.ts', "import { a } from '../shell/main.ts';", 'forbidden'],
  ['electron/cli/b.ts', "import { a } from '../host/main.ts';", 'allowed'],
  ['electron/shell/a.ts', "import { a } from '../host/main.ts';", 'forbidden'],
  ['electron/shell/b.ts', "import { app } from 'electron';", 'allowed'],
  ['renderer/a.ts', "import { a } from '../electron/core/clock.ts';", 'forbidden'],
  ['renderer/b.ts', "import { a } from 'node:fs';", 'forbidden'],
  ['renderer/ui/c.tsx', "import type { A } from '../../shared/model.ts';", 'allowed'],
  ['electron/core/log/f.ts', "import { a } from '../demo/testing/client.ts';", 'forbidden'],
  ['renderer/d.ts', "import { a } from './testing/entities.ts';", 'forbidden'],
  ['electron/core/log/a.test.ts', "import { a } from '../demo/testing/client.ts';", 'allowed'],
  ['electron/core/log/testing/a.ts', "import { a } from '../../demo/testing/b.ts';", 'allowed'],
  ['electron/core/log/b.test.ts', "import { a } from '../../host/main.ts';", 'forbidden'],
  ['e2e/a.ts', "import { a } from '../electron/core/demo/testing/client.ts';", 'allowed'],
  ['electron/core/circle/a.ts', "export { b } from './b.ts';", 'forbidden'],
  ['electron/core/circle/b.ts', "export { b } from './a.ts';", 'forbidden'],
];

const RULES = new Set(['eslint(no-restricted-imports)', 'import(no-cycle)']);

let folder: string;
const forbidden = new Set<string>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprise-imports-'));
  const [rooms, common] = await Promise.all(
    ['.oxlintrc.json', '.config/oxlint.json'].map(readJson),
  );
  // Without types, of which the rules of imports know nothing: that takes a minute.
  const config = { ...common, ...rooms, extends: [], options: {} };
  await writeFile(join(folder, '.oxlintrc.json'), JSON.stringify(config));
  for (const [file, code] of CASES) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), `${code}\n`);
  }
  const oxlint = join(ROOT, 'node_modules/oxlint/bin/oxlint');
  const { stdout, stderr } = spawnSync(process.execPath, [oxlint, '--format=json', '.'], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (stdout === '') throw new Error(`The linter said nothing: ${stderr}`);
  const { diagnostics } = JSON.parse(stdout) as {
    diagnostics: { code: string; filename: string }[];
  };
  for (const { code, filename } of diagnostics) {
    if (RULES.has(code)) forbidden.add(filename.replaceAll('\\', '/'));
  }
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function readJson(file: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(ROOT, file), 'utf8')) as Record<string, unknown>;
}

it.each(CASES)('in %s, %s is %s', (file, _code, verdict) => {
  expect(forbidden.has(file) ? 'forbidden' : 'allowed').toBe(verdict);
});

it('is what npm run lint goes by', async () => {
  const { scripts } = (await readJson('package.json')) as { scripts: Record<string, string> };
  expect(scripts['lint']).toContain('oxlint --deny-warnings .');
});
