/** Runs Reprise in Electron, as a child of the npm script. */
import { spawn } from 'node:child_process';
import { systemClock } from '../core/clock.ts';
import { stopSignal } from './stop-signal.ts';
import { electronEnvironment } from './electron-binary.ts';

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
