/** `node electron/host/main.ts`: the engine behind a page in the browser. */
import { startFromCommandLine } from './command-line.ts';

process.exit(await startFromCommandLine(process.argv.slice(2)));
