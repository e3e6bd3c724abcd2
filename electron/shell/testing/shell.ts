/** For tests: the shell on the stand-in for Electron, with a small engine. */
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EngineApi } from '../../../shared/contract.ts';
import type { Snapshot } from '../../../shared/state.ts';
import { serveEngine } from '../../../shared/rpc.ts';
import type { ThemeChoice } from '../../../shared/settings.ts';
import type { App, AppDeps } from '../../core/app.ts';
import { lineLog } from '../../core/log/log.ts';
import { electronStandIn, type StandInCircumstances } from './electron-stand-in.ts';
import { startShell, type ShellDeps } from '../start-shell.ts';

/** An engine that answers two calls and sends one patch. */
export class Engine implements App {
  deps: AppDeps | null = null;
  /** One for each channel, resolved when it has closed. */
  readonly ends: Promise<void>[] = [];
  closed = 0;
  chosenTheme: ThemeChoice = 'system';

  attach(channel: Parameters<App['attach']>[0]): void {
    const answers: Partial<EngineApi> = {
      getState: () => Promise.resolve({ version: 7 } as Snapshot),
      setReuse: () => Promise.resolve({ forgotten: 2 }),
    };
    const { client, closed } = serveEngine(channel, answers as EngineApi, () => undefined);
    this.ends.push(closed);
    // The page may be gone before it applied the patch.
    client.patch({ version: 8 }).catch(() => undefined);
  }

  theme(): ThemeChoice {
    return this.chosenTheme;
  }

  close(): Promise<void> {
    this.closed += 1;
    return Promise.resolve();
  }
}

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
  const engine = new Engine();
  const logged: string[] = [];
  const standIn = electronStandIn({ appPath, ...circumstances });
  const started = startShell(standIn.electron, {
    args: [],
    platform: 'linux',
    createApp: (deps) => {
      engine.deps = deps;
      return Promise.resolve(engine);
    },
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
