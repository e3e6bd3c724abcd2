/** The two ways to the engine: a port handed over by Electron's preload, a WebSocket to the host. */
import type { Channel } from '../../shared/channel.ts';

/** The page may not talk to the engine: it was opened without the link that Reprise printed. */
export class NeedsLinkError extends Error {
  override readonly name = 'NeedsLinkError';
}

/** Opens a channel to the engine; rejects where it is away, with {@link NeedsLinkError} for good. */
export type OpenChannel = () => Promise<Channel>;

/** A message port as a channel; the port's other end is in Electron's main process. */
export function portChannel(port: MessagePort): Channel {
  const closers: (() => void)[] = [];
  const closed = () => {
    for (const close of closers.splice(0)) close();
  };
  // The standard's event for "the other end has gone"; TypeScript's DOM does not know it yet.
  port.addEventListener('close', closed);
  return {
    post: (frame) => {
      port.postMessage(frame);
    },
    listen: (onFrame) => {
      port.addEventListener('message', (event: MessageEvent<unknown>) => {
        onFrame(event.data);
      });
      port.start();
    },
    onClose: (close) => closers.push(close),
    close: () => {
      port.close();
      closed();
    },
  };
}

/**
 * Waits for ports that the preload hands over: one when the page has loaded by itself, another one
 * whenever it is asked to.
 *
 * @param target the window that they are posted to
 */
export function electronChannels(target: Window): OpenChannel {
  const ports: MessagePort[] = [];
  const waiting: ((port: MessagePort) => void)[] = [];
  target.addEventListener('message', (event: MessageEvent<unknown>) => {
    // Only the preload and the page itself can post here; frames and openers are ruled out.
    if (event.source !== target || !isHandover(event.data)) return;
    const port = event.ports[0];
    if (port === undefined) return;
    const take = waiting.shift();
    if (take === undefined) ports.push(port);
    else take(port);
  });
  let isFirst = true;
  return async () => {
    if (!isFirst && ports.length === 0) {
      target.postMessage({ type: 'reprise:connect' }, target.location.origin);
    }
    isFirst = false;
    const port =
      ports.shift() ?? (await new Promise<MessagePort>((resolve) => waiting.push(resolve)));
    return portChannel(port);
  };
}

function isHandover(message: unknown): boolean {
  return (
    typeof message === 'object' &&
    message !== null &&
    'type' in message &&
    message.type === 'reprise:port'
  );
}

/** An open WebSocket as a channel of JSON text frames. */
function socketChannel(socket: WebSocket): Channel {
  return {
    post: (frame) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
    },
    listen: (onFrame) => {
      socket.addEventListener('message', (event: MessageEvent<unknown>) => {
        onFrame(decode(event.data));
      });
    },
    onClose: (closed) => {
      socket.addEventListener('close', closed, { once: true });
    },
    close: () => {
      socket.close();
    },
  };
}

function decode(text: unknown): unknown {
  if (typeof text !== 'string') return text;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

/**
 * Opens WebSockets to the host that served the page. The token in the address, if there is one, is
 * exchanged for a cookie first and leaves the address bar; later the cookie is enough.
 */
export function hostChannels(page: Window): OpenChannel {
  // A new link pasted into the tab of an old one changes the fragment only: nothing is loaded.
  page.addEventListener('hashchange', () => {
    if (readToken(page.location.hash) !== null) page.location.reload();
  });
  return async () => {
    const token = readToken(page.location.hash);
    if (token !== null) await exchangeToken(page, token);
    return await openSocket(page);
  };
}

async function exchangeToken(page: Window, token: string): Promise<void> {
  const response = await page.fetch('/session', {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}` },
  });
  const { pathname, search, hash } = page.location;
  if (response.ok || response.status === 401 || response.status === 403) {
    page.history.replaceState(null, '', pathname + search + withoutToken(hash));
  }
  // A token of an earlier run is no reason to stop: the cookie may still be good.
  if (!response.ok && response.status !== 401 && response.status !== 403) {
    throw new Error(`The host answered ${response.status} to the token.`);
  }
}

async function openSocket(page: Window): Promise<Channel> {
  const socket = new WebSocket(`ws://${page.location.host}/rpc`);
  const isOpen = await new Promise<boolean>((resolve) => {
    socket.addEventListener('open', () => {
      resolve(true);
    });
    socket.addEventListener('close', () => {
      resolve(false);
    });
  });
  if (isOpen) return socketChannel(socket);
  // A browser does not say why a WebSocket failed; the host says whether the cookie is good.
  const session = await page.fetch('/session', { cache: 'no-store' });
  if (session.status === 401) {
    throw new NeedsLinkError('The host refused this page: it has no valid session.');
  }
  throw new Error('The host is starting, or has too many pages open.');
}

/** The token of `#token=…`; `null` where there is none. */
export function readToken(hash: string): string | null {
  const token = fragments(hash).find((part) => part.startsWith('token='));
  return token === undefined ? null : token.slice('token='.length);
}

/** The fragment without its token, everything else kept as it was. */
export function withoutToken(hash: string): string {
  const kept = fragments(hash).filter((part) => !part.startsWith('token='));
  return kept.length === 0 ? '' : `#${kept.join('&')}`;
}

function fragments(hash: string): string[] {
  return hash
    .replace(/^#/, '')
    .split('&')
    .filter((part) => part !== '');
}
