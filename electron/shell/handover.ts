/** Gives the page its end of a port to the engine, when it asks and is who it should be. */
import type { BrowserWindow, IpcMainEvent } from 'electron';
import type { Channel } from '../../shared/rpc.ts';
import type { Log } from '../core/log/log.ts';
import { ASK_FOR_PORT, PORT_HANDED_OVER } from './bridge.ts';
import type { ElectronMain } from './electron-main.ts';
import { PAGE_ORIGIN } from './page-origin.ts';
import { portChannel } from './port-channel.ts';
import { mayHavePort } from './sender-check.ts';

/** What is needed to hand over ports. */
export interface HandoverDeps {
  readonly electron: Pick<ElectronMain, 'ipcMain' | 'MessageChannelMain'>;
  /** The window that is open now; `null` where none is. */
  readonly currentWindow: () => BrowserWindow | null;
  /** Takes the engine's end. */
  readonly attach: (channel: Channel) => void;
  readonly log: Log;
}

/** From now on the window's page may ask. A page that asks again loses its earlier port. */
export function handOverPorts({ electron, currentWindow, attach, log }: HandoverDeps): void {
  let current: Channel | null = null;
  electron.ipcMain.on(ASK_FOR_PORT, (event: IpcMainEvent) => {
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
