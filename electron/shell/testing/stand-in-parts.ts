/** The objects that the stand-in of `electron-stand-in.ts` is made of. */
import { EventEmitter } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { BrowserWindowConstructorOptions } from 'electron';

/** An event whose default can be prevented, as Electron's are. */
export class StandInEvent {
  defaultPrevented = false;
  preventDefault(): void {
    this.defaultPrevented = true;
  }
}

/** Electron's port around Node's. */
class PortMain extends EventEmitter {
  readonly port: MessagePort;

  constructor(port: MessagePort) {
    super();
    this.port = port;
    port.on('close', () => this.emit('close'));
  }

  start(): void {
    this.port.on('message', (data: unknown) => this.emit('message', { data, ports: [] }));
  }

  postMessage(message: unknown): void {
    this.port.postMessage(message, []);
  }

  close(): void {
    this.port.close();
  }
}

/** Two joined ports, as Electron's `MessageChannelMain`. */
export class ChannelMain {
  readonly port1: PortMain;
  readonly port2: PortMain;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.port1 = new PortMain(port1);
    this.port2 = new PortMain(port2);
  }
}

/** What `utilityProcess.fork` gives; nothing runs in it. */
export class StandInUtilityProcess extends EventEmitter {
  readonly file: string;
  readonly args: readonly string[];
  readonly stdio: string;
  isKilled = false;

  constructor(file: string, args: readonly string[], stdio: string) {
    super();
    this.file = file;
    this.args = args;
    this.stdio = stdio;
  }

  kill(): boolean {
    this.isKilled = true;
    return true;
  }
}

/** How a preload hears of the main process. */
export type IpcListener = (event: { readonly ports: readonly MessagePort[] }) => void;

/** A frame as the main process sees it. */
export class StandInFrame {
  readonly frameToken = crypto.randomUUID();
  origin: string;
  parent: StandInFrame | null;
  readonly preloadListeners = new Map<string, IpcListener>();

  constructor(origin: string, parent: StandInFrame | null = null) {
    this.origin = origin;
    this.parent = parent;
  }

  postMessage(channel: string, _message: unknown, transfer: readonly PortMain[] = []): void {
    this.preloadListeners.get(channel)?.({ ports: transfer.map(({ port }) => port) });
  }
}

/** What a window shows, as the main process sees it. */
export class StandInContents extends EventEmitter {
  mainFrame = new StandInFrame('null');
  openHandler: ((details: { readonly url: string }) => { readonly action: string }) | null = null;

  reloads = 0;

  reload(): void {
    this.reloads += 1;
  }

  setWindowOpenHandler(handler: StandInContents['openHandler']): void {
    this.openHandler = handler;
  }
}

/** A window that shows nothing. */
export class StandInWindow extends EventEmitter {
  readonly options: BrowserWindowConstructorOptions;
  readonly webContents = new StandInContents();
  readonly loaded: string[] = [];
  readonly calls: string[] = [];

  constructor(
    options: BrowserWindowConstructorOptions,
    onMade: (contents: StandInContents) => void,
  ) {
    super();
    this.options = options;
    onMade(this.webContents);
  }

  loadURL(url: string): Promise<void> {
    this.loaded.push(url);
    return Promise.resolve();
  }

  show(): void {
    this.calls.push('show');
  }

  focus(): void {
    this.calls.push('focus');
  }

  restore(): void {
    this.calls.push('restore');
  }

  isMinimized(): boolean {
    return true;
  }
}
