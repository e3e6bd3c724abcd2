/**
 * For the test of the built main program: bundled, this takes the place of the `electron` package.
 * It opens the page as a browser would, waits until every connection is idle and quits; the
 * process ends with the code that the program gave.
 */
import type { Patch, Snapshot } from '../../../shared/state.ts';
import { connectEngine } from '../../../shared/rpc.ts';
import { electronStandIn } from './electron-stand-in.ts';
import { pageChannel } from './page-channel.ts';
import { PAGE_ORIGIN } from '../page-protocol.ts';

const standIn = electronStandIn({ appPath: process.env['APP_PATH'] ?? '' });

export const {
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
} = standIn.electron;

// The program runs on once this module has been loaded, and Electron becomes ready after that.
setImmediate(standIn.becomeReady);
app.on('browser-window-created', () => {
  setImmediate(() => void usePage());
});
void standIn.exited.then((code) => {
  for (const text of standIn.errorBoxes) process.stderr.write(`${text}\n`);
  process.exit(code);
});

async function usePage(): Promise<void> {
  const [window] = standIn.windows;
  if (window === undefined) throw new Error('There is no window.');
  const page = standIn.loadPage(window, PAGE_ORIGIN);
  page.finishLoading();
  const [port] = page.ports;
  if (port === undefined) throw new Error('The page was given no port.');

  const patched: ((patch: Patch) => void)[] = [];
  const client = connectEngine(pageChannel(port), {
    patch: (patch) => {
      for (const resolve of patched.splice(0)) resolve(patch);
      return Promise.resolve();
    },
  });
  let state: Snapshot;
  for (;;) {
    const { promise, resolve } = Promise.withResolvers<Patch>();
    patched.push(resolve);
    state = await client.engine.getState();
    if (state.connections.length > 0 && state.connections.every(isIdle)) break;
    await promise;
  }
  process.stdout.write(`${state.connections.length} connections are idle\n`);
  standIn.quit();
}

function isIdle(connection: Snapshot['connections'][number]): boolean {
  return connection.state.kind === 'idle';
}
