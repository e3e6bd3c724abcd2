/**
 * `node electron/host/main.ts`: the engine behind a page in the browser. Joins the host to the real
 * program around it: its arguments, streams, signals and engine.
 */
import { join } from 'node:path';
import { visible } from '../../shared/visible.ts';
import { readVersion, ROOT } from '../build/build.ts';
import { createApp } from '../core/app.ts';
import { stderrLog } from '../core/log/index.ts';
import { openBrowser } from './open-browser.ts';
import { parseOptions, type HostOptions } from './options.ts';
import { runHost, type HostDeps } from './run.ts';

/** Runs the host as `args` say. @returns the exit code; 2 for arguments that make no sense */
export async function startFromCommandLine(
  args: readonly string[],
  overrides: Partial<HostDeps> = {},
): Promise<0 | 1 | 2> {
  const parsed = parseOptions(args);
  if (parsed.kind === 'run') return startHost(parsed.options, overrides);
  if (parsed.kind === 'help') {
    print(parsed.text);
    return 0;
  }
  complain(parsed.message);
  return 2;
}

/** Runs the host with the real engine until a signal, or with what is put in its place. @returns the exit code */
export async function startHost(
  options: HostOptions,
  overrides: Partial<HostDeps> = {},
): Promise<0 | 1> {
  return runHost(options, {
    version: await readVersion(),
    pageFolder: join(ROOT, 'dist/renderer'),
    createApp,
    openBrowser,
    print,
    complain,
    log: stderrLog(),
    signals: process,
    ...overrides,
  });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function complain(line: string): void {
  process.stderr.write(`${visible(line)}\n`);
}

if (import.meta.main) process.exit(await startFromCommandLine(process.argv.slice(2)));
