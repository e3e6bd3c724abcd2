/** For tests: the shell on the stand-in for Electron, with a small engine. */
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lineLog } from '../../core/log/index.ts';
import { EngineStub } from '../../core/testing/engine-stub.ts';
import { electronStandIn, type StandInCircumstances } from './electron-stand-in.ts';
import { startShell, type ShellDeps } from '../start-shell.ts';

/** What differs from one test to another: the machine, and what the shell is given. */
export type ShellSetUp = [Partial<StandInCircumstances>, Partial<ShellDeps>];

/** A folder with what is built, as far as the shell reads it; for the test to remove. */
export async function makeBuiltProgram(): Promise<string> {
  const appPath = await mkdtemp(join(tmpdir(), 'reprise-shell-'));
  await mkdir(join(appPath, 'dist', 'renderer'), { recursive: true });
  await writeFile(join(appPath, 'dist', 'renderer', 'index.html'), '<!doctype html>');
  return appPath;
}

/** The shell on the stand-in, which is not ready yet. */
export function startedShell(
  appPath: string,
  circumstances: Partial<StandInCircumstances> = {},
  overrides: Partial<ShellDeps> = {},
) {
  const engine = new EngineStub();
  const logged: string[] = [];
  const standIn = electronStandIn({ appPath, ...circumstances });
  const started = startShell(standIn.electron, {
    args: [],
    platform: 'linux',
    createApp: engine.create,
    helpLinks: new Set(['https://support.example/app-passwords']),
    log: lineLog(
      (line) => logged.push(line),
      () => new Date(0),
    ),
    ...overrides,
  });
  return { engine, logged, started, ...standIn };
}

/** The shell with its window. */
export async function shellWithWindow(...args: Parameters<typeof startedShell>) {
  const shell = startedShell(...args);
  shell.becomeReady();
  await shell.started;
  const [window] = shell.windows;
  if (window === undefined) throw new Error('There is no window.');
  return { ...shell, window };
}
