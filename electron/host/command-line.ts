/** Joins the host to the real program around it: its arguments, streams, signals and engine. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createApp } from '../core/app.ts';
import { stderrLog } from '../core/log/log.ts';
import { openBrowser } from './open-browser.ts';
import { parseOptions, type HostOptions } from './options.ts';
import { runHost } from './run.ts';

/** The folder of `package.json`. */
const ROOT = new URL('../../', import.meta.url);

/** Runs the host as `args` say. @returns the exit code; 2 for arguments that make no sense */
export async function startFromCommandLine(
  args: readonly string[],
  create = createApp,
): Promise<0 | 1 | 2> {
  const parsed = parseOptions(args);
  if (parsed.kind === 'run') return startHost(parsed.options, create);
  if (parsed.kind === 'help') {
    print(parsed.text);
    return 0;
  }
  complain(parsed.message);
  return 2;
}

/** Runs the host with the real engine until a signal. @returns the exit code */
export async function startHost(options: HostOptions, create = createApp): Promise<0 | 1> {
  return runHost(options, {
    version: await readVersion(),
    pageFolder: fileURLToPath(new URL('dist/renderer', ROOT)),
    createApp: create,
    openBrowser,
    print,
    complain,
    log: stderrLog(),
    signals: process,
  });
}

async function readVersion(): Promise<string> {
  const text = await readFile(new URL('package.json', ROOT), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function complain(line: string): void {
  process.stderr.write(`${line}\n`);
}
