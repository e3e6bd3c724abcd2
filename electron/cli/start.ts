/**
 * What the npm scripts `start`, `demo` and `web` run: builds what is stale and opens
 * Electron where it is to be had, the browser elsewhere.
 */
import { resolve } from 'node:path';
import { RepriseError } from '../../shared/errors.ts';
import { buildIfStale, RENDERER, ROOT, SHELL } from '../build/build.ts';
import {
  chooseShell,
  electronPackageFolder,
  findElectron,
  runElectron,
  type StartCommand,
} from '../build/electron.ts';
import { parseOptions, startFromCommandLine, startHost, type HostOptions } from '../host/index.ts';

process.exit(await main(process.argv.slice(2)).catch(explain));

async function main([command, ...args]: readonly string[]): Promise<number> {
  if (command !== 'start' && command !== 'demo' && command !== 'web') {
    say('Use one of the npm scripts start, demo and web.');
    return 2;
  }
  return start(command, command === 'demo' ? ['--demo', ...args] : args);
}

async function start(command: StartCommand, args: readonly string[]): Promise<number> {
  const parsed = parseOptions(args);
  // Help and mistakes are answered alike, whichever shell it would have been.
  if (parsed.kind !== 'run') return startFromCommandLine(args);
  const { options } = parsed;
  await buildIfStale(ROOT, RENDERER);

  const choice = chooseShell({
    command,
    hasBrowserFlags: options.port !== null || !options.openBrowser,
    platform: process.platform,
    env: process.env,
    isRoot: process.getuid?.() === 0,
  });
  if (choice.shell === 'electron') {
    const outcome = await tryElectron(options);
    if (typeof outcome === 'number') return outcome;
    sayWhyBrowser(outcome.why);
  } else if (choice.why !== null) {
    sayWhyBrowser(choice.why);
  }
  return startHost(options);
}

/**
 * Runs Reprise in Electron, which makes its folders and takes their lock itself.
 *
 * @returns its exit code, or why it cannot be run there
 */
async function tryElectron(options: HostOptions): Promise<number | { readonly why: string }> {
  const binary = await findElectron(electronPackageFolder(), say);
  if (binary.kind === 'missing') return { why: binary.why };
  await buildIfStale(ROOT, SHELL);
  const end = await runElectron(binary.path, [
    ROOT,
    ...(options.demo ? ['--demo'] : []),
    ...(options.dataDir === null ? [] : [`--data-dir=${resolve(options.dataDir)}`]),
  ]);
  return end.kind === 'ended' ? end.code : { why: 'Electron did not start' };
}

/** Says what went wrong where it is made for the user; a defect keeps its stack. @returns 1 */
function explain(error: unknown): number {
  if (!(error instanceof RepriseError)) throw error;
  say(error.message);
  return 1;
}

function sayWhyBrowser(why: string): void {
  say(`Reprise runs in the browser, because ${why}.`);
}

/** Standard output is kept for the link. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
