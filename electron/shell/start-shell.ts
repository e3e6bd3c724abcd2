/** The Electron program from its start to its end. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type * as electron from 'electron';
import { RepriseError } from '../../shared/errors.ts';
import { loadBuiltPage, themedPage } from '../build/page.ts';
import { closeInTurn } from '../build/stopping.ts';
import type { App, AppDeps } from '../core/app.ts';
import { serverAddress } from '../../shared/server-names.ts';
import { hopsOfPac } from '../core/proxy/index.ts';
import { systemClock, type Clock } from '../core/clock.ts';
import type { Log } from '../core/log/index.ts';
import { makeDataFolder, takeDataFolder } from '../core/storage/index.ts';
import { handOverPorts } from './handover.ts';
import { denyPermissions, limitPages } from './page-limits.ts';
import { answerPageRequest, PAGE_SCHEME, PAGE_URL, pageScheme } from './page-protocol.ts';
import { chooseProtection } from './protection.ts';
import { menuTemplate, windowOptions } from './window.ts';

/** As in `build/package-config.ts`: by it Windows knows whose notifications these are. */
const APP_ID = 'app.reprise.desktop';

/**
 * An AppImage starts Electron so where the system denies unknown programs what the sandbox is made
 * of, as Ubuntu does since 24.04; without it, a page that was taken over could read every file.
 */
const NO_SANDBOX =
  'This system does not let Reprise lock up its page in a sandbox. Install the .deb package, which asks the system for that, or run Reprise in the browser.';

/** Electron opens nothing itself: it asks the system, which may have no browser. */
const NO_BROWSER =
  'The system could not show a page in your browser. Choose a default browser in its settings, then try again; a sign-in with a code needs none on this computer.';

/**
 * Electron's main-process module, as far as it is used. It comes in by parameter, so that everything
 * here also runs on the stand-in of `testing/electron-stand-in.ts`.
 */
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
  | 'utilityProcess'
>;

/** What the shell works with besides Electron; tests put others in place of the real ones. */
export interface ShellDeps {
  /** The arguments after the program's name. */
  readonly args: readonly string[];
  readonly platform: NodeJS.Platform;
  readonly createApp: (deps: AppDeps) => Promise<App>;
  /** Links that a page may have shown in the user's browser, besides those where somebody signs in. */
  readonly helpLinks: ReadonlySet<string>;
  readonly log: Log;
  readonly clock?: Clock;
}

/**
 * Runs Reprise in Electron. Everything up to the first `await` has to happen before Electron is
 * ready, so this must be called at once. Resolves when the window is there, or when there will be
 * none.
 */
export async function startShell(electron: ElectronMain, deps: ShellDeps): Promise<void> {
  const { app } = electron;
  const options = parseShellOptions(deps.args);
  let opened: string | null = null;
  try {
    if (deps.platform === 'win32') app.setAppUserModelId(APP_ID);
    const dataDir = options.dataDir ?? (options.demo ? temporaryFolder(app, deps.log) : null);
    // Electron refuses one that is missing.
    if (dataDir !== null) {
      const path = resolve(dataDir);
      opened = makeDataFolder(path, { isForReprise: false });
      app.setPath('userData', path);
    }
  } catch (error) {
    fail(electron, error, deps.log);
    return;
  }
  // The lock is per data folder: a demo may run beside the real thing.
  if (!app.requestSingleInstanceLock()) {
    app.exit(0);
    return;
  }
  electron.protocol.registerSchemesAsPrivileged([pageScheme]);
  app.enableSandbox();
  let running: App | null = null;
  const isKnown = (url: string) => deps.helpLinks.has(url) || running?.isSignInPage(url) === true;
  limitPages(app, isKnown, (url) => {
    electron.shell.openExternal(url).catch((error: unknown) => {
      deps.log.warn(`The browser could not be opened: ${String(error)}`);
      running?.warn('browser', NO_BROWSER);
    });
  });

  let window: electron.BrowserWindow | null = null;
  let open: (() => void) | null = null;
  app.on('second-instance', () => {
    // On macOS a program goes on without one.
    if (window === null) open?.();
    else if (window.isMinimized()) window.restore();
    window?.focus();
  });

  await app.whenReady();
  try {
    if (app.isPackaged && app.commandLine.hasSwitch('no-sandbox')) {
      throw new RepriseError('internal', NO_SANDBOX);
    }
    denyPermissions(electron.session.defaultSession);
    const built = await loadBuiltPage(join(app.getAppPath(), 'dist', 'renderer'));
    const clock = deps.clock ?? systemClock;
    const dataFolder = app.getPath('userData');
    // A demo keeps nothing there.
    const repaired = options.demo ? [] : keepToOurselves(app, dataFolder);
    const engine = await deps.createApp({
      version: app.getVersion(),
      shell: 'electron',
      dataDir: dataFolder,
      repaired: opened === null ? repaired : [opened, ...repaired],
      ...(await chooseProtection(electron.safeStorage, deps.platform, dataFolder)),
      log: deps.log,
      clock,
      power: electron.powerMonitor,
      systemProxies: async ({ host, port }) =>
        hopsOfPac(
          await electron.session.defaultSession.resolveProxy(
            `https://${serverAddress({ host, port })}/`,
          ),
        ),
      // Node's own fork would be this program again: packaged, it does not run as Node.
      startReader: (file) =>
        electron.utilityProcess.fork(file, [], {
          serviceName: 'Reprise certificate authorities',
          stdio: 'ignore',
        }),
      demoOnly: options.demo,
    });
    running = engine;
    const page = themedPage(built, () => engine.theme());
    electron.protocol.handle(PAGE_SCHEME, (request) => answerPageRequest(page, request));
    endWithEngine(electron, engine, deps.log, clock);
    handOverPorts({
      electron,
      currentWindow: () => window,
      attach: (channel) => {
        engine.attach(channel);
      },
      log: deps.log,
    });
    electron.Menu.setApplicationMenu(
      electron.Menu.buildFromTemplate(menuTemplate(deps.platform, app.isPackaged)),
    );
    open = () => {
      window = openWindow(electron, deps.log);
      window.once('closed', () => {
        window = null;
      });
      // Windows ends its session without asking the program to quit.
      window.on('session-end', () => {
        engine.close().catch((error: unknown) => {
          deps.log.error('The engine could not be closed', error);
        });
      });
    };
    app.on('window-all-closed', () => {
      // On macOS a program goes on without windows, and its connections with it.
      if (deps.platform !== 'darwin') app.quit();
    });
    app.on('activate', () => {
      if (window === null) open?.();
    });
    open();
  } catch (error) {
    fail(electron, error, deps.log);
  }
}

function fail(electron: ElectronMain, error: unknown, log: Log): void {
  electron.dialog.showErrorBox('Reprise could not start', explain(error, log));
  electron.app.exit(1);
}

/** Reads the arguments. What is not known is Chromium's, such as `--ozone-platform`. */
function parseShellOptions(args: readonly string[]): {
  /** In place of Electron's own folder for this program. */
  readonly dataDir: string | null;
  /** Built-in servers and accounts only; nothing of the user's is touched. */
  readonly demo: boolean;
} {
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

function openWindow(electron: ElectronMain, log: Log): electron.BrowserWindow {
  const { app } = electron;
  const window = new electron.BrowserWindow(
    windowOptions({
      preload: join(app.getAppPath(), 'dist', 'shell', 'preload.cjs'),
      isPackaged: app.isPackaged,
    }),
  );
  window.once('ready-to-show', () => {
    window.show();
  });
  window.webContents.on('render-process-gone', (_, { reason }) => {
    if (reason === 'clean-exit') return;
    log.error(`The page's process ended: ${reason}`);
    void offerReload(electron, window, log);
  });
  window.loadURL(PAGE_URL).catch((error: unknown) => {
    log.error('The page could not be loaded', error);
  });
  return window;
}

/** A page whose process has ended stays white: its connections go on in the engine meanwhile. */
async function offerReload(
  electron: ElectronMain,
  window: electron.BrowserWindow,
  log: Log,
): Promise<void> {
  try {
    const { response } = await electron.dialog.showMessageBox(window, {
      type: 'error',
      message: 'The page of Reprise has ended unexpectedly. Your connections go on.',
      buttons: ['Reload', 'Quit'],
    });
    if (response === 0) window.webContents.reload();
    else electron.app.quit();
  } catch (error) {
    log.error('The page could not be loaded anew', error);
  }
}

/** Holds the program's end back until the engine has logged out everywhere, but not for long. */
function endWithEngine(electron: ElectronMain, engine: App, log: Log, clock: Clock): void {
  let isEnding = false;
  const end = async () => {
    await closeInTurn([() => engine.close()], log, clock);
    electron.app.exit(0);
  };
  electron.app.on('before-quit', (event) => {
    event.preventDefault();
    if (isEnding) return;
    isEnding = true;
    void end();
  });
}

/**
 * Electron's own lock, of a single instance, knows nothing of a host that works on the same folder.
 *
 * @returns sentences on what was open to other users until now
 * @throws RepriseError `storage` where it cannot be used, or another Reprise has it
 */
function keepToOurselves(app: ElectronMain['app'], dataFolder: string): readonly string[] {
  const taken = takeDataFolder(dataFolder, { isForReprise: true });
  app.once('quit', () => {
    taken[Symbol.dispose]();
  });
  return taken.repaired;
}

function explain(error: unknown, log: Log): string {
  if (error instanceof RepriseError) return error.message;
  log.error('Reprise could not start', error);
  return 'Something went wrong inside Reprise. Start it from a terminal to see what.';
}

/**
 * For a demo, gone when the program is. Synchronous: the folder has to be set before Electron is
 * ready, and nothing is waited for when it quits.
 */
function temporaryFolder(app: ElectronMain['app'], log: Log): string {
  const path = mkdtempSync(join(tmpdir(), 'reprise-demo-'));
  // The last event there is, at `app.exit` too: before it Chromium still writes there.
  app.once('quit', () => {
    try {
      rmSync(path, { recursive: true, force: true });
    } catch (error) {
      // Windows keeps files that are still open.
      log.warn(`The demo’s folder ${path} could not be removed: ${String(error)}`);
    }
  });
  return path;
}
