/** The command line of the browser host, as plain values. */
import { parseArgs } from 'node:util';
import type { Simulation } from '../core/demo/simulated-accounts.ts';

/** What the command line asks for. */
export interface HostOptions {
  /** 0 lets the system choose; `null` where none was given. */
  readonly port: number | null;
  readonly openBrowser: boolean;
  /** `null` stands for the usual place, see `data-folder.ts`. */
  readonly dataDir: string | null;
  /** Built-in servers and accounts only; nothing of the user's is touched. */
  readonly demo: boolean;
  /** Connections that are simulated in place of the demo servers; `null` for none. */
  readonly simulation: Simulation | null;
}

/** Options, a wish for help, or one sentence on what is wrong with the arguments. */
export type ParsedOptions =
  | { readonly kind: 'run'; readonly options: HostOptions }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'wrong'; readonly message: string };

/** Fixed, so that bookmarks, the theme and the browser's permissions stay. */
export const DEFAULT_PORT = 7993;

const MAX_PORT = 65_535;

/** More than this says nothing about the program any more. */
const MAX_CONNECTIONS = 10_000;
const MAX_RATE = 10_000;
/** Handshakes in a second, where only connections were asked for. */
const USUAL_RATE = 10;

const USAGE = `Options:
  --port N        listen on port N of 127.0.0.1 (0 = any free port; default ${DEFAULT_PORT})
  --no-open       do not open a browser
  --data-dir DIR  keep accounts and settings in DIR
  --demo          run the built-in demo servers, touch nothing of yours
  --connections N with --demo: N simulated connections in place of the servers
  --rate N        with --connections: N simulated handshakes a second (default ${USUAL_RATE})
  --help          show this
The first two are about the page in the browser: with them, npm start does not open Electron.`;

/** Reads the arguments after the program's name. Touches nothing outside of them. */
export function parseOptions(args: readonly string[]): ParsedOptions {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        'no-open': { type: 'boolean' },
        'data-dir': { type: 'string' },
        demo: { type: 'boolean' },
        connections: { type: 'string' },
        rate: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }));
  } catch (error) {
    // parseArgs throws TypeErrors whose first sentence is made for the user.
    return wrong(firstSentence(error));
  }
  if (values.help === true) return { kind: 'help', text: USAGE };
  const port = values.port === undefined ? null : readPort(values.port);
  if (port === undefined) {
    return wrong(`--port takes a whole number from 0 to ${MAX_PORT}, not "${values.port}".`);
  }
  const dataDir = values['data-dir'] ?? null;
  if (dataDir !== null && (dataDir.trim() === '' || dataDir.includes('\0'))) {
    return wrong('--data-dir takes the path of a folder.');
  }
  const simulation = readSimulation(values);
  if (typeof simulation === 'string') return wrong(simulation);
  return {
    kind: 'run',
    options: {
      port,
      openBrowser: values['no-open'] !== true,
      dataDir,
      demo: values.demo === true,
      simulation,
    },
  };
}

function readPort(text: string): number | undefined {
  if (!/^\d{1,5}$/.test(text)) return undefined;
  const port = Number(text);
  return port <= MAX_PORT ? port : undefined;
}

/** @returns `null` where none is asked for, or a sentence on what is wrong */
function readSimulation(values: {
  readonly demo?: boolean;
  readonly connections?: string;
  readonly rate?: string;
}): Simulation | null | string {
  if (values.connections === undefined) {
    return values.rate === undefined ? null : '--rate is for use with --connections.';
  }
  if (values.demo !== true) {
    return '--connections is for the demo: run npm run demo -- --connections N.';
  }
  const connections = readCount(values.connections, MAX_CONNECTIONS);
  if (connections === null) {
    return `--connections takes a whole number from 1 to ${MAX_CONNECTIONS}, not "${values.connections}".`;
  }
  if (values.rate === undefined) return { connections, rate: USUAL_RATE };
  const rate = readCount(values.rate, MAX_RATE);
  return rate === null
    ? `--rate takes a whole number from 1 to ${MAX_RATE}, not "${values.rate}".`
    : { connections, rate };
}

function readCount(text: string, most: number): number | null {
  if (!/^\d{1,6}$/.test(text)) return null;
  const count = Number(text);
  return count >= 1 && count <= most ? count : null;
}

function wrong(message: string): ParsedOptions {
  return { kind: 'wrong', message: `${message} Use --help to see the options.` };
}

function firstSentence(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const sentence = text.split(/\. |\n/, 1)[0] ?? text;
  return sentence.endsWith('.') ? sentence : `${sentence}.`;
}
