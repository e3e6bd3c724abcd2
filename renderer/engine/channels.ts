/** The two ways to the engine: a port handed over by Electron's preload, a WebSocket to the host. */
import type { Channel, PageKeys } from '../../shared/channel.ts';

/** Why a page may not talk to the engine, and need not try again. */
export type Refusal =
  /** It was opened without the link that Reprise printed, or by that of an earlier start. */
  | 'needs-link'
  /** By the link that the browser was started with, which another browser has used as well. */
  | 'used-twice';

/** The page may not talk to the engine. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(`The host refused this page: ${refusal}.`);
    this.refusal = refusal;
  }
}

/** Opens a channel to the engine; rejects where it is away, with {@link RefusedError} for good. */
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
 * exchanged first and leaves the address bar: for a cookie, and for keys that are kept for all pages
 * of this origin. Later these are enough.
 */
export function hostChannels(page: Window): OpenChannel {
  // A new link pasted into the tab of an old one changes the fragment only: nothing is loaded.
  page.addEventListener('hashchange', () => {
    if (readToken(page.location.hash) !== null) page.location.reload();
  });
  return async () => {
    const token = readToken(page.location.hash);
    if (token !== null) await exchangeToken(page, token);
    const keys = readKeys(page.localStorage);
    if (keys === null) throw new RefusedError('needs-link');
    return await openSocket(page, keys);
  };
}

/** Where the keys lie. The origin is new at each start of Reprise, and they are of no use after it. */
const KEYS = 'reprise:keys';

function readKeys(storage: Storage): PageKeys | null {
  const stored = decode(storage.getItem(KEYS));
  return isKeys(stored) ? stored : null;
}

/** At a bare address another program may have written there before. */
function isKeys(stored: unknown): stored is PageKeys {
  if (typeof stored !== 'object' || stored === null) return false;
  const { key, answer } = stored as Partial<Record<keyof PageKeys, unknown>>;
  return typeof key === 'string' && typeof answer === 'string';
}

async function exchangeToken(page: Window, token: string): Promise<void> {
  const response = await page.fetch('/session', {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}` },
  });
  if (response.ok) page.localStorage.setItem(KEYS, await response.text());
  const isRefused = [401, 403, 410].includes(response.status);
  const { pathname, search, hash } = page.location;
  if (response.ok || isRefused) {
    page.history.replaceState(null, '', pathname + search + withoutToken(hash));
  }
  if (response.status === 410) throw new RefusedError('used-twice');
  // A token of an earlier run is no reason to stop: what the page has may still be good.
  if (!response.ok && !isRefused) {
    throw new Error(`The host answered ${response.status} to the token.`);
  }
}

async function openSocket(page: Window, { key, answer }: PageKeys): Promise<Channel> {
  const socket = new WebSocket(`ws://${page.location.host}/rpc`);
  const { promise, resolve } = Promise.withResolvers<string | CloseEvent>();
  socket.addEventListener('open', () => {
    socket.send(JSON.stringify({ t: 'key', key }));
  });
  socket.addEventListener(
    'message',
    ({ data }: MessageEvent<string>) => {
      resolve(data);
    },
    { once: true },
  );
  socket.addEventListener('close', resolve);
  const first = await promise;
  if (first === JSON.stringify({ t: 'answer', answer })) return socketChannel(socket);
  socket.close();
  // Not our host: it has ended, and another program has its port.
  if (typeof first === 'string') throw new RefusedError('needs-link');
  if (first.code === KEY_REFUSED) throw new RefusedError('needs-link');
  // A browser does not say why a WebSocket failed to open; the host says how the session stands.
  const { status } = await page.fetch('/session', { cache: 'no-store' });
  if (status === 410) throw new RefusedError('used-twice');
  // 421: it has been started again on this port, and by another name.
  if (status === 401 || status === 421) throw new RefusedError('needs-link');
  throw new Error('The host is starting, or has too many pages open.');
}

/** RFC 6455, section 7.4.1: "policy violation"; here before the first answer. */
const KEY_REFUSED = 1008;

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
