/** The main program of Electron; built into `dist/shell/main.cjs`. */
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  MessageChannelMain,
  powerMonitor,
  protocol,
  safeStorage,
  session,
  shell,
} from 'electron';
import { helpLinks } from '../core/accounts/index.ts';
import { createApp } from '../core/app.ts';
import { stderrLog } from '../core/log/log.ts';
import { startShell } from './start-shell.ts';

void startShell(
  {
    app,
    BrowserWindow,
    dialog,
    ipcMain,
    Menu,
    MessageChannelMain,
    powerMonitor,
    protocol,
    safeStorage,
    session,
    shell,
  },
  {
    // Before packaging these begin with the program's folder, which is no option and does no harm.
    args: process.argv.slice(1),
    platform: process.platform,
    createApp,
    helpLinks,
    log: stderrLog(),
  },
);
