/** Gives the page its end of a port to the engine, when it asks and is who it should be. */
import type * as electron from 'electron';
import type { Channel } from '../../shared/rpc.ts';
import type { Log } from '../core/log/index.ts';
import { ASK_FOR_PORT, PORT_HANDED_OVER } from './bridge.ts';
import { PAGE_ORIGIN } from './page-protocol.ts';

/** What is needed to hand over ports. */
export interface HandoverDeps {
  readonly electron: Pick<typeof electron, 'ipcMain' | 'MessageChannelMain'>;
  /** The window that is open now; `null` where none is. */
  readonly currentWindow: () => electron.BrowserWindow | null;
  /** Takes the engine's end. */
  readonly attach: (channel: Channel) => void;
  readonly log: Log;
}

/** From now on the window's page may ask. A page that asks again loses its earlier port. */
export function handOverPorts({ electron, currentWindow, attach, log }: HandoverDeps): void {
  let current: Channel | null = null;
  electron.ipcMain.on(ASK_FOR_PORT, (event: electron.IpcMainEvent) => {
    const frame = event.senderFrame;
    const contents = currentWindow()?.webContents;
    if (
      frame === null ||
      contents === undefined ||
      event.sender !== contents ||
      !mayHavePort(frame, contents.mainFrame, PAGE_ORIGIN)
    ) {
      log.warn('A page that is not Reprise’s own asked for the engine and was refused.');
      return;
    }
    current?.close();
    const { port1, port2 } = new electron.MessageChannelMain();
    current = portChannel(port1);
    attach(current);
    frame.postMessage(PORT_HANDED_OVER, null, [port2]);
  });
}

/** What is known of the frame that asks. */
export interface AskingFrame {
  /** As Electron spells it; `null` for sandboxed frames. */
  readonly origin: string;
  /** Names the frame among all of its process; a new document gets a new one. */
  readonly frameToken: string;
  /** `null` for a main frame. */
  readonly parent: unknown;
}

/**
 * Whether it is the main frame of our own window, showing our own page. A frame inside of it, a
 * page that the window was led away to, or another window's page gets nothing.
 *
 * @param sender the frame that asks; `null` where it is gone already
 * @param mainFrame the window's own
 */
export function mayHavePort(
  sender: AskingFrame | null,
  mainFrame: AskingFrame,
  pageOrigin: string,
): boolean {
  return (
    sender !== null &&
    sender.parent === null &&
    sender.frameToken === mainFrame.frameToken &&
    sender.origin === pageOrigin
  );
}

/** A message port of the main process as the channel of `shared/rpc.ts`. Whichever side closes, it is closed once. */
function portChannel(port: electron.MessagePortMain): Channel {
  const closers: (() => void)[] = [];
  let isClosed = false;
  const end = () => {
    if (isClosed) return;
    isClosed = true;
    for (const closed of closers) closed();
  };
  port.once('close', end);
  return {
    post: (frame) => {
      if (!isClosed) port.postMessage(frame);
    },
    listen: (onFrame) => {
      port.on('message', ({ data }) => {
        onFrame(data);
      });
      port.start();
    },
    onClose: (closed) => {
      if (isClosed) queueMicrotask(closed);
      else closers.push(closed);
    },
    close: () => {
      // The event is about the other side only.
      port.close();
      end();
    },
  };
}
