/**
 * A stand-in for the `electron` module, for tests on machines without Electron's binary.
 *
 * It is no browser: a "page" is an object that the preload's `bridge` runs against, and nothing
 * enforces what the real Electron enforces. What is real: events in their order, and the message
 * ports, which are Node's own of `node:worker_threads`, so frames are truly cloned and arrive later.
 */
import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import type { MessagePort } from 'node:worker_threads';
import type { BrowserWindowConstructorOptions } from 'electron';
import { bridge, type PageMessage, type PageWindow } from '../bridge.ts';
import type { ElectronMain } from '../start-shell.ts';
import {
  ChannelMain,
  StandInEvent,
  StandInFrame,
  StandInUtilityProcess,
  StandInWindow,
  type IpcListener,
} from './stand-in-parts.ts';

/** The page's side: its window, what the preload exposed, and the ports that reached it. */
export interface StandInPage {
  readonly frame: StandInFrame;
  readonly exposed: Record<string, unknown>;
  readonly ports: MessagePort[];
  /** The page's scripts have run. */
  readonly finishLoading: () => void;
  /** The page posts a message to a window, its own unless another one is named. */
  readonly post: (data: unknown, source?: unknown) => void;
}

/** The stand-in and what tests look at. */
export interface ElectronStandIn {
  /** To be passed where the `electron` module is expected. */
  readonly electron: ElectronMain;
  readonly app: EventEmitter;
  /** For the names of the channels that somebody listens on. */
  readonly ipcMain: EventEmitter;
  readonly windows: StandInWindow[];
  /** Names of calls in their order, such as `ready` and `registerSchemesAsPrivileged`. */
  readonly order: string[];
  readonly paths: Map<string, string>;
  readonly errorBoxes: string[];
  readonly openedLinks: string[];
  readonly permissions: PermissionHandlers;
  readonly utilityProcesses: readonly StandInUtilityProcess[];
  /** Emits `suspend` and `resume`. */
  readonly powerMonitor: EventEmitter;
  /** Resolves with the code that the program ends with. */
  readonly exited: Promise<number>;
  readonly becomeReady: () => void;
  /** As if the user chose *Quit*. */
  readonly quit: () => void;
  /** Asks the protocol that was registered for the page. */
  readonly fetchPage: (url: string, method?: string) => Promise<Response>;
  /** Runs the preload in a new document of `origin`, in the window's main frame or one inside. */
  readonly loadPage: (window: StandInWindow, origin: string, isSubframe?: boolean) => StandInPage;
}

/** What was given to the session's `set…Handler` calls. */
export interface PermissionHandlers {
  request?: (
    contents: null,
    permission: string,
    decide: (isGranted: boolean) => void,
    details: object,
  ) => void;
  check?: (contents: null, permission: string, origin: string, details: object) => boolean;
  device?: (details: object) => boolean;
}

/** What differs from one machine to another. */
export interface StandInCircumstances {
  readonly appPath: string;
  readonly isFirstInstance?: boolean;
  readonly isPackaged?: boolean;
  /** Of Chromium, on the command line. */
  readonly switches?: readonly string[];
  readonly safeStorage?: object;
  /** What the system says of every server, as a PAC file would. */
  readonly proxies?: string;
  /** The button that the user presses. */
  readonly answer?: string;
  /** The system has nothing to show a page with. */
  readonly hasNoBrowser?: boolean;
}

/** Makes a stand-in; everything in it is as right after the program's start. */
export function electronStandIn(circumstances: StandInCircumstances): ElectronStandIn {
  const order: string[] = [];
  const paths = new Map([['userData', `${circumstances.appPath}/user-data`]]);
  const windows: StandInWindow[] = [];
  const errorBoxes: string[] = [];
  const openedLinks: string[] = [];
  const permissions: PermissionHandlers = {};
  const utilityProcesses: StandInUtilityProcess[] = [];
  const ready = Promise.withResolvers<void>();
  const exited = Promise.withResolvers<number>();
  const ipcMain = new EventEmitter();
  const powerMonitor = new EventEmitter();
  let answerPage: ((request: Request) => Response | Promise<Response>) | null = null;

  const quit = () => app.emit('before-quit', new StandInEvent());
  const app = Object.assign(new EventEmitter(), {
    isPackaged: circumstances.isPackaged ?? false,
    commandLine: { hasSwitch: (name: string) => circumstances.switches?.includes(name) ?? false },
    whenReady: () => ready.promise,
    setAppUserModelId: (id: string) => order.push(`setAppUserModelId ${id}`),
    setPath: (name: string, path: string) => {
      if (!existsSync(path)) throw new Error(`Path ${path} does not exist`);
      order.push('setPath');
      paths.set(name, path);
    },
    getPath: (name: string) => paths.get(name),
    getAppPath: () => circumstances.appPath,
    getVersion: () => '1.2.3',
    requestSingleInstanceLock: () => {
      order.push('requestSingleInstanceLock');
      return circumstances.isFirstInstance ?? true;
    },
    enableSandbox: () => order.push('enableSandbox'),
    quit,
    exit: (code: number) => {
      app.emit('quit', new StandInEvent(), code);
      exited.resolve(code);
    },
  });

  class BrowserWindow extends StandInWindow {
    constructor(options: BrowserWindowConstructorOptions) {
      super(options, (contents) => app.emit('web-contents-created', new StandInEvent(), contents));
      windows.push(this);
      app.emit('browser-window-created', new StandInEvent(), this);
    }
  }

  const loadPage = (window: StandInWindow, origin: string, isSubframe = false): StandInPage => {
    const contents = window.webContents;
    const frame = new StandInFrame(origin, isSubframe ? contents.mainFrame : null);
    if (!isSubframe) contents.mainFrame = frame;
    const listeners = new EventEmitter();
    const ports: MessagePort[] = [];
    const exposed: Record<string, unknown> = {};
    const page: PageWindow = {
      location: { origin },
      addEventListener: (type: string, listener: (event: PageMessage) => void) => {
        listeners.on(type, listener);
      },
      postMessage: (data, targetOrigin, transfer) => {
        if (targetOrigin !== origin) return;
        ports.push(...(transfer as MessagePort[]));
        listeners.emit('message', { source: page, data });
      },
    };
    bridge(
      {
        contextBridge: {
          exposeInMainWorld: (key, api: unknown) => {
            exposed[key] = api;
          },
        },
        ipcRenderer: {
          on: (channel: string, listener: unknown) => {
            frame.preloadListeners.set(channel, listener as IpcListener);
          },
          send: (channel: string) => {
            ipcMain.emit(channel, { sender: contents, senderFrame: frame });
          },
        } as unknown as Electron.IpcRenderer,
      },
      page,
    );
    return {
      frame,
      exposed,
      ports,
      finishLoading: () => listeners.emit('DOMContentLoaded'),
      post: (data, source = page) => listeners.emit('message', { source, data }),
    };
  };

  const electron = {
    app,
    BrowserWindow,
    ipcMain,
    MessageChannelMain: ChannelMain,
    powerMonitor,
    dialog: {
      showErrorBox: (_: string, text: string) => errorBoxes.push(text),
      showMessageBox: (_: unknown, { buttons }: { readonly buttons: readonly string[] }) => {
        order.push(`asked: ${buttons.join(', ')}`);
        return Promise.resolve({ response: buttons.indexOf(circumstances.answer ?? '') });
      },
    },
    utilityProcess: {
      fork: (file: string, args: readonly string[], { stdio }: { readonly stdio: string }) => {
        const forked = new StandInUtilityProcess(file, args, stdio);
        utilityProcesses.push(forked);
        return forked;
      },
    },
    shell: {
      // As documented: rejects where there is no application for it, and takes 2081 characters on Windows.
      openExternal: (url: string) => {
        if (circumstances.hasNoBrowser === true || url.length > 2081)
          return Promise.reject(new Error('Failed to open: no application'));
        openedLinks.push(url);
        return Promise.resolve();
      },
    },
    Menu: { buildFromTemplate: (template: unknown) => template, setApplicationMenu: () => null },
    protocol: {
      registerSchemesAsPrivileged: () => order.push('registerSchemesAsPrivileged'),
      handle: (_: string, answer: (request: Request) => Response) => {
        answerPage = answer;
      },
    },
    safeStorage: circumstances.safeStorage ?? { isEncryptionAvailable: () => false },
    session: {
      defaultSession: {
        setPermissionRequestHandler: (handler: NonNullable<PermissionHandlers['request']>) => {
          permissions.request = handler;
        },
        setPermissionCheckHandler: (handler: NonNullable<PermissionHandlers['check']>) => {
          permissions.check = handler;
        },
        setDevicePermissionHandler: (handler: NonNullable<PermissionHandlers['device']>) => {
          permissions.device = handler;
        },
        resolveProxy: (url: string) => {
          order.push(`resolveProxy ${url}`);
          return Promise.resolve(circumstances.proxies ?? 'DIRECT');
        },
      },
    },
  };
  return {
    electron: electron as unknown as ElectronMain,
    app,
    ipcMain,
    windows,
    order,
    paths,
    errorBoxes,
    openedLinks,
    permissions,
    utilityProcesses,
    powerMonitor,
    exited: exited.promise,
    becomeReady: () => {
      order.push('ready');
      ready.resolve();
    },
    quit,
    fetchPage: async (url, method = 'GET') => {
      if (answerPage === null) throw new Error('No protocol is registered.');
      return answerPage(new Request(url, { method }));
    },
    loadPage,
  };
}
