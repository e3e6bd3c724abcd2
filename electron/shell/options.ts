/** The command line of the Electron program, as plain values. */
import { parseArgs } from 'node:util';
import type { Simulation } from '../core/demo/simulated-accounts.ts';

/** What the command line asks for. */
export interface ShellOptions {
  /** In place of Electron's own folder for this program. */
  readonly dataDir: string | null;
  /** Built-in servers and accounts only; nothing of the user's is touched. */
  readonly demo: boolean;
  /** Connections that are simulated in place of the demo servers; `null` for none. */
  readonly simulation: Simulation | null;
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
      connections: { type: 'string' },
      rate: { type: 'string' },
    },
  });
  const dataDir = values['data-dir'];
  const [connections, rate] = [Number(values['connections']), Number(values['rate'])];
  // Whoever starts it with these has looked at them, see the host's options.
  const simulation = connections > 0 && rate > 0 ? { connections, rate } : null;
  return {
    dataDir: typeof dataDir === 'string' && dataDir !== '' ? dataDir : null,
    demo: values['demo'] === true,
    simulation,
  };
}
