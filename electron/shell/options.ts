/** The command line of the Electron program, as plain values. */
import { parseArgs } from 'node:util';

/** What the command line asks for. */
export interface ShellOptions {
  /** In place of Electron's own folder for this program. */
  readonly dataDir: string | null;
  /** Built-in servers and accounts only; nothing of the user's is touched. */
  readonly demo: boolean;
}

/** Reads the arguments. What is not known is Chromium's, such as `--ozone-platform`. */
export function parseShellOptions(args: readonly string[]): ShellOptions {
  const { values } = parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    options: {
      'data-dir': { type: 'string' },
      demo: { type: 'boolean' },
    },
  });
  const dataDir = values['data-dir'];
  return {
    dataDir: typeof dataDir === 'string' && dataDir !== '' ? dataDir : null,
    demo: values['demo'] === true,
  };
}
