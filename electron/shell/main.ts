/** The main program of Electron; built into `dist/shell/main.cjs`. */
import * as electron from 'electron';
import { helpLinks } from '../core/set-up/index.ts';
import { createApp } from '../core/app.ts';
import { stderrLog } from '../core/log/index.ts';
import { startShell } from './start-shell.ts';

const log = stderrLog();
startShell(electron, {
  // Before packaging these begin with the program's folder, which is no option and does no harm.
  args: process.argv.slice(1),
  platform: process.platform,
  createApp,
  helpLinks,
  log,
}).catch((error: unknown) => {
  log.error('Reprise could not start', error);
  electron.app.exit(1);
});
