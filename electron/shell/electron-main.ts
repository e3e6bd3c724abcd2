/**
 * The parts of Electron that the shell uses. They come in by parameter, so that everything here
 * also runs on the stand-in of `electron-stand-in.ts`.
 */
import type * as electron from 'electron';

/** Electron's main-process module, as far as it is used. */
export type ElectronMain = Pick<
  typeof electron,
  | 'app'
  | 'BrowserWindow'
  | 'dialog'
  | 'ipcMain'
  | 'Menu'
  | 'MessageChannelMain'
  | 'powerMonitor'
  | 'protocol'
  | 'safeStorage'
  | 'session'
  | 'shell'
>;
