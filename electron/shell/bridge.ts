/**
 * What the preload does: it lets the page know that it is in Electron, and passes on the port to
 * the engine. The page gets no way to send IPC of its own.
 *
 * Bundled into the sandboxed preload, so it may import nothing but types.
 */
import type { ContextBridge, IpcRenderer } from 'electron';

/** Sent to the main process. */
export const ASK_FOR_PORT = 'reprise:connect';
/** Sent to the preload with the port, and by it to the page. */
export const PORT_HANDED_OVER = 'reprise:port';

/** The page's window, as far as it is used; this project has no types of the DOM. */
export interface PageWindow {
  readonly location: { readonly origin: string };
  addEventListener(type: 'DOMContentLoaded', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: PageMessage) => void): void;
  postMessage(message: unknown, targetOrigin: string, transfer: readonly unknown[]): void;
}

/** A message that arrived at the window. */
export interface PageMessage {
  readonly source: unknown;
  readonly data: unknown;
}

/**
 * Announces the shell as `window.reprise`, asks for a port when the page's scripts have run (before,
 * nobody would hear of it) and whenever the page posts `{ type: 'reprise:connect' }` to itself,
 * and posts each port to the page with `{ type: 'reprise:port' }`.
 */
export function bridge(
  electron: {
    readonly contextBridge: Pick<ContextBridge, 'exposeInMainWorld'>;
    readonly ipcRenderer: Pick<IpcRenderer, 'on' | 'send'>;
  },
  page: PageWindow,
): void {
  const { contextBridge, ipcRenderer } = electron;
  contextBridge.exposeInMainWorld('reprise', { shell: 'electron' });
  ipcRenderer.on(PORT_HANDED_OVER, (event) => {
    page.postMessage({ type: PORT_HANDED_OVER }, page.location.origin, event.ports);
  });
  page.addEventListener('DOMContentLoaded', () => {
    ipcRenderer.send(ASK_FOR_PORT);
  });
  page.addEventListener('message', ({ source, data }) => {
    if (source === page && isRequest(data)) ipcRenderer.send(ASK_FOR_PORT);
  });
}

function isRequest(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'type' in data && data.type === ASK_FOR_PORT;
}
