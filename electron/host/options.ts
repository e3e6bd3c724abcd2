/** The command line of the browser host, as plain values. */
import { parseArgs } from 'node:util';

/** What the command line asks for. */
export interface HostOptions {
  /** 0 lets the system choose; `null` where none was given. */
  readonly port: number | null;
  readonly openBrowser: boolean;
  /** `null` stands for the usual place, see `data-folder.ts`. */
  readonly dataDir: string | null;
  /** Built-in servers and accounts only; nothing of the user's is touched. */
  readonly demo: boolean;
}

/** Options, a wish for help, or one sentence on what is wrong with the arguments. */
export type ParsedOptions =
  | { readonly kind: 'run'; readonly options: HostOptions }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'wrong'; readonly message: string };

/** Fixed, so that it can be forwarded to another machine, and is known to a firewall. */
export const DEFAULT_PORT = 7993;

const MAX_PORT = 65_535;

const USAGE = `Options:
  --port N        listen on port N of this machine alone (0 = any free port; default ${DEFAULT_PORT})
  --no-open       do not open a browser
  --data-dir DIR  keep accounts and settings in DIR
  --demo          run the built-in demo servers, touch nothing of yours
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
        help: { type: 'boolean', short: 'h' },
      },
    }));
  } catch (error) {
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
  return {
    kind: 'run',
    options: {
      port,
      openBrowser: values['no-open'] !== true,
      dataDir,
      demo: values.demo === true,
    },
  };
}

function readPort(text: string): number | undefined {
  if (!/^\d{1,5}$/.test(text)) return undefined;
  const port = Number(text);
  return port <= MAX_PORT ? port : undefined;
}

function wrong(message: string): ParsedOptions {
  return { kind: 'wrong', message: `${message} Use --help to see the options.` };
}

/** What `parseArgs` says is wrong: it throws TypeErrors whose first sentence is made for the user. */
export function firstSentence(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const sentence = text.split(/\. |\n/, 1)[0] ?? text;
  return sentence.endsWith('.') ? sentence : `${sentence}.`;
}
