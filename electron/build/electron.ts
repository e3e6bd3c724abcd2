/**
 * Electron's program: whether to try it, where it is, and one run of it. The npm package holds none:
 * it is fetched when it is first wanted, by the package's own `install.js`, which prints a stack
 * trace where it cannot.
 */
import { spawn } from 'node:child_process';
import { access, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { systemClock } from '../core/clock.ts';
import { stopSignal } from './stopping.ts';

/** What an npm script asks for. */
export type StartCommand = 'start' | 'demo' | 'web';

/** What the choice rests on. */
export interface Circumstances {
  readonly command: StartCommand;
  /** `--port` or `--no-open` was given: both are about the page in the browser. */
  readonly hasBrowserFlags: boolean;
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Runs as root, on systems that have one. */
  readonly isRoot: boolean;
}

/** `why` is what the user did not ask for and should be told; `null` where they did ask. */
export type Choice =
  { readonly shell: 'electron' } | { readonly shell: 'host'; readonly why: string | null };

/** Decides before anything is fetched or started. */
export function chooseShell(circumstances: Circumstances): Choice {
  const { command, hasBrowserFlags, platform, env, isRoot } = circumstances;
  if (command === 'web' || hasBrowserFlags) return { shell: 'host', why: null };
  const hasDisplays = platform === 'darwin' || platform === 'win32';
  if (!hasDisplays && !isSet(env['DISPLAY']) && !isSet(env['WAYLAND_DISPLAY'])) {
    return { shell: 'host', why: 'this machine has no display' };
  }
  // Chromium's sandbox does not work for root, and without it a page could reach everything.
  if (isRoot) return { shell: 'host', why: 'Electron does not run safely as root' };
  return { shell: 'electron' };
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}

/** About 120 MB; a line so slow that this is too short had better not wait for a first look. */
const FETCH_LIMIT_MS = 5 * 60_000;
/** Failures are quicker than this; what takes longer is a download, which the user is told of. */
const QUIET_MS = 1500;
/** `electron --version` answers at once, without a display. */
const PROBE_LIMIT_MS = 15_000;

/** Where the package's script puts the program with all that belongs to it. */
export function electronDistFolder(packageFolder: string): string {
  return process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(packageFolder, 'dist');
}

/** The path of a program that starts, or why there is none. */
export type ElectronBinary =
  | { readonly kind: 'found'; readonly path: string }
  | { readonly kind: 'missing'; readonly why: string };

/** The folder of the `electron` package; `null` where it is not installed. */
export function electronPackageFolder(): string | null {
  try {
    return dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  } catch {
    // Development packages were left out of the installation.
    return null;
  }
}

/**
 * Finds Electron's program, fetching it where it is missing, and makes sure that it starts: on a
 * machine without its libraries it does not.
 *
 * @param note tells the user something while they wait
 */
export async function findElectron(
  packageFolder: string | null,
  note: (line: string) => void,
): Promise<ElectronBinary> {
  if (packageFolder === null) return { kind: 'missing', why: 'Electron is not installed' };
  let path = await installedPath(packageFolder);
  if (path === null) {
    const late = setTimeout(() => {
      note('Fetching Electron (once, about 120 MB)…');
    }, QUIET_MS);
    const fetched = await succeeds(
      process.execPath,
      [join(packageFolder, 'install.js')],
      FETCH_LIMIT_MS,
    );
    clearTimeout(late);
    path = fetched ? await installedPath(packageFolder) : null;
  }
  if (path === null) return { kind: 'missing', why: 'Electron could not be downloaded' };
  if (!(await succeeds(path, ['--version'], PROBE_LIMIT_MS))) {
    return { kind: 'missing', why: 'Electron does not start on this machine' };
  }
  return { kind: 'found', path };
}

/** Where the package says that its program lies, if it is there. */
async function installedPath(packageFolder: string): Promise<string | null> {
  try {
    const name = await readFile(join(packageFolder, 'path.txt'), 'utf8');
    const path = join(electronDistFolder(packageFolder), name);
    await access(path);
    return path;
  } catch {
    // One of the two files is not there: it was never fetched, or not to its end.
    return null;
  }
}

/** Whether a program ends with 0 within a time; what it prints is dropped. */
async function succeeds(program: string, args: string[], limitMs: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const child = spawn(program, args, {
    stdio: 'ignore',
    timeout: limitMs,
    killSignal: 'SIGKILL',
    env: electronEnvironment(process.env),
  });
  child.once('error', () => {
    resolve(false);
  });
  child.once('exit', (code) => {
    resolve(code === 0);
  });
  return promise;
}

/** The environment without the switch that makes Electron a plain Node. */
export function electronEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { ELECTRON_RUN_AS_NODE: _, ...rest } = env;
  return rest;
}

/** A window that opened at all has stayed longer than this. */
const FAILED_START_MS = 10_000;

/** How Electron ended. */
export type ElectronEnd =
  | { readonly kind: 'ended'; readonly code: number }
  /** It fell over before it can have shown anything. */
  | { readonly kind: 'did-not-start' };

/** Starts Electron with `args` and waits for its end; signals are passed on. */
export async function runElectron(path: string, args: readonly string[]): Promise<ElectronEnd> {
  const startedAt = systemClock.monotonic();
  const stop = stopSignal(process, systemClock);
  // In a process group of its own, where there are any: the terminal sends Ctrl-C to everyone, and
  // Chromium takes a second signal as a wish to be killed.
  const child = spawn(path, args, {
    stdio: 'inherit',
    detached: process.platform !== 'win32',
    env: electronEnvironment(process.env),
  });
  let wasAsked = false;
  const passOn = async () => {
    await stop.requested;
    wasAsked = true;
    child.kill('SIGTERM');
    await stop.insisted;
    child.kill('SIGKILL');
  };
  void passOn();

  const { promise, resolve } = Promise.withResolvers<ElectronEnd>();
  child.once('error', () => {
    resolve({ kind: 'did-not-start' });
  });
  child.once('exit', (code, signal) => {
    const isQuick = systemClock.monotonic() - startedAt < FAILED_START_MS;
    resolve(judgeEnd({ code, signal, wasAsked, isQuick }));
  });
  const end = await promise;
  stop.release();
  return end;
}

/** What the end of the process means. Reprise itself ends with 0, or with 1 and a reason. */
export function judgeEnd(end: {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly wasAsked: boolean;
  readonly isQuick: boolean;
}): ElectronEnd {
  if (end.wasAsked) return { kind: 'ended', code: 0 };
  const isOurs = end.code === 0 || end.code === 1;
  if (!isOurs && end.isQuick) return { kind: 'did-not-start' };
  return { kind: 'ended', code: end.code ?? 1 };
}
