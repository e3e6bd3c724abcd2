/** A program under check that is started by the lab, and again while the plan is not at its end. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

/** What stands in a command for what only the lab knows. */
export interface RunPlaces {
  readonly host: string;
  readonly port: number;
  /** Another port of the same server. */
  readonly port2: number | null;
  /** Another name of the lab. */
  readonly host2: string | null;
  readonly ca: string;
  readonly user: string;
  readonly password: string;
}

/** A program that makes no connection for so long is ended, and started again. */
const QUIET_LIMIT_MS = 30_000;
/** Runs that bring nothing new, one after another. */
const MOST_VAIN_RUNS = 4;
/** To end by itself, once it was asked to. */
const LEAVE_MS = 2000;
/** Of what it says, to tell why it made no connection. */
const KEPT_OUTPUT = 2000;

/** How it went. */
export type RunsEnd =
  | { readonly kind: 'plan-over' }
  /** It made connections, and more of them would show nothing new. */
  | { readonly kind: 'no-more'; readonly runs: number }
  | { readonly kind: 'no-connection'; readonly code: number | null; readonly output: string }
  | { readonly kind: 'stopped' };

/** What tells how far the lab is. */
export interface RunsView {
  readonly count: number;
  /** Connections that are not over. */
  readonly open: number;
  /** Something that is different whenever the plan has come further. */
  readonly mark: string;
  readonly isOver: boolean;
  beginRun(): void;
}

/** Names that a command may hold, in braces. */
const PLACE = /\{(host2?|port2?|ca|user|password)\}/g;

/** @returns the names in braces that a command holds */
export function placesIn(command: string): ReadonlySet<string> {
  return new Set([...command.matchAll(PLACE)].map(([, name = '']) => name));
}

/** A command of the shell, with everything in its place. */
export function filledIn(command: string, places: RunPlaces): string {
  return command.replaceAll(PLACE, (whole, name: keyof RunPlaces) => {
    const value = places[name];
    return value === null ? whole : quoted(String(value));
  });
}

/** Starts it, again and again, until the plan is over or nothing new comes of it. */
export async function runClient(
  command: string,
  lab: RunsView,
  signal: AbortSignal,
): Promise<RunsEnd> {
  let vain = 0;
  for (let runs = 1; ; runs += 1) {
    const before = { count: lab.count, mark: lab.mark };
    lab.beginRun();
    const { code, output } = await runOnce(command, lab, signal);
    if (lab.isOver) return { kind: 'plan-over' };
    if (signal.aborted) return { kind: 'stopped' };
    vain = lab.mark === before.mark ? vain + 1 : 0;
    if (lab.count === 0 && lab.count === before.count)
      return { kind: 'no-connection', code, output };
    if (vain >= MOST_VAIN_RUNS) return { kind: 'no-more', runs };
  }
}

async function runOnce(
  command: string,
  lab: RunsView,
  signal: AbortSignal,
): Promise<{ readonly code: number | null; readonly output: string }> {
  // A group of its own, so that whatever it starts ends with it.
  const child = spawn(command, {
    shell: true,
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-KEPT_OUTPUT);
    });
  }
  // Not `close`: what it has left behind may hold its output open.
  const ended = once(child, 'exit').catch(() => undefined);
  const over = new AbortController();
  await Promise.race([ended, watchOver(lab, AbortSignal.any([signal, over.signal]))]);
  over.abort();
  await end(child, ended);
  return { code: child.exitCode, output: output.trim() };
}

/**
 * Resolves when there is nothing more to wait for: the plan is over, with every connection, or nothing
 * has come for long.
 */
async function watchOver(lab: RunsView, signal: AbortSignal): Promise<void> {
  let count = lab.count;
  let sinceMs = performance.now();
  while (!signal.aborted && !(lab.isOver && lab.open === 0)) {
    await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
    if (lab.count !== count) {
      count = lab.count;
      sinceMs = performance.now();
    } else if (performance.now() - sinceMs > QUIET_LIMIT_MS) return;
  }
}

const LOOK_MS = 50;

async function end(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  kill(child, 'SIGTERM');
  const late = new AbortController();
  await Promise.race([
    ended,
    delay(LEAVE_MS, undefined, { signal: late.signal }).catch(() => undefined),
  ]);
  late.abort();
  if (child.exitCode !== null || child.signalCode !== null) return;
  kill(child, 'SIGKILL');
  await ended;
}

function kill({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch {
    // Gone already.
  }
}

/** For the shell: paths may hold anything. */
function quoted(value: string): string {
  if (/^[\w@%+=:,./-]+$/.test(value)) return value;
  return process.platform === 'win32'
    ? `"${value}"`
    : `'${value.replaceAll("'", String.raw`'\''`)}'`;
}
