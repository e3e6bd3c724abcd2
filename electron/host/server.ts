/**
 * The HTTP server of the browser host: the built page, the session and the WebSocket, on
 * loopback. Every request passes `request-guard.ts` first.
 */
import {
  createServer,
  STATUS_CODES,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { RepriseError } from '../../shared/errors.ts';
import type { Channel } from '../../shared/rpc.ts';
import { systemClock, type Clock } from '../core/clock.ts';
import { pageHeaders, type BuiltPage } from '../build/page.ts';
import { Credentials, type HostSecrets } from './credentials.ts';
import { judgeRequest, type GuardRules, type Verdict } from './request-guard.ts';
import { webSocketChannel } from './web-socket-channel.ts';

/** Never another address: whoever can reach the port can try the door. */
const LOOPBACK = '127.0.0.1';

/** A CA file of 1 MiB fits, escaped as JSON. */
const MAX_FRAME_BYTES = 2 * 1024 * 1024;
/** Each open page holds one; more are a page that leaks them, or an attack. */
const MAX_WEB_SOCKETS = 16;
/** A browser opens six connections for each page. WebSockets are counted apart. */
const MAX_CONNECTIONS = 128;
/** Everything that we are sent is small, and sent at once. */
const HTTP_LIMITS = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 5000,
  // Node looks every 30 s by itself, and would leave one that sends its header by drops for 40.
  connectionsCheckingInterval: 1000,
} as const;
/** How long a page has to answer the WebSocket's close, and anyone to take a refusal. */
const CLOSE_GRACE_MS = 250;

export interface HostServerDeps {
  /** 0 for any free one. */
  readonly port: number;
  readonly page: BuiltPage;
  readonly clock?: Clock;
  /** In place of random ones. */
  readonly secrets?: HostSecrets | undefined;
}

/** A running server; it owns its sockets. */
export interface HostServer {
  readonly port: number;
  /** The link for the user, token included. */
  readonly dashboardUrl: string;
  /** A link that works once, for a minute: it will stand in a browser's arguments. */
  openingUrl(): string;
  /** From now on WebSockets are accepted and handed over; before, they are told to wait. */
  serve(attach: (channel: Channel) => void): void;
  /** Ends every connection. */
  close(): Promise<void>;
}

/**
 * Takes the port and answers requests.
 *
 * @throws RepriseError where the port cannot be had
 */
export async function startHostServer(deps: HostServerDeps): Promise<HostServer> {
  const clock = deps.clock ?? systemClock;
  const credentials = new Credentials(clock, deps.secrets);
  const http = createServer(HTTP_LIMITS);
  const letGo = limitConnections(http, MAX_CONNECTIONS);
  const port = await listenOnLoopback(http, deps.port);

  // The URL's own spelling of the authority: browsers leave out port 80.
  const { host: authority, origin } = new URL(`http://${LOOPBACK}:${port}`);
  const cookieName = `reprise_${port}`;
  const rules: GuardRules = {
    authority,
    origin,
    cookieName,
    isToken: (candidate) => credentials.isToken(candidate),
    mayOpen: (candidate) => credentials.mayOpen(candidate),
    isCookie: (candidate) => credentials.isCookie(candidate),
  };
  const headers = pageHeaders([`ws://${authority}`]);
  const webSockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
  });
  let attach: ((channel: Channel) => void) | null = null;
  // Node's server lets go of a connection that asks for an upgrade: it closes these no more.
  const refused = new Set<Duplex>();
  const refuse = (socket: Duplex, status: number, reason: string) => {
    refused.add(socket);
    const timer = clock.after(CLOSE_GRACE_MS, () => {
      socket.destroy();
    });
    socket.once('close', () => {
      timer.cancel();
      refused.delete(socket);
    });
    refuseUpgrade(socket, status, reason);
  };

  http.on('request', (request: IncomingMessage, response: ServerResponse) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const verdict = judgeRequest(factsOf(request, false), rules);
    switch (verdict.kind) {
      case 'page':
        sendPage(response, deps.page, verdict.path);
        break;
      case 'open-session':
        credentials.redeem(verdict.token);
        response.setHeader(
          'Set-Cookie',
          `${cookieName}=${credentials.cookie}; HttpOnly; SameSite=Strict; Path=/`,
        );
        sendNothing(response);
        break;
      case 'session-is-open':
        sendNothing(response);
        break;
      case 'refused':
        sendText(response, verdict.status, verdict.reason);
        break;
      case 'rpc':
        // Only an upgrade can be judged so; were it otherwise, silence would hang the client.
        sendText(response, 400, 'This is for WebSockets.');
        break;
    }
  });

  http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const verdict = judgeRequest(factsOf(request, true), rules);
    if (verdict.kind !== 'rpc') {
      refuse(socket, ...refusalOf(verdict));
      return;
    }
    const accept = attach;
    if (accept === null) {
      refuse(socket, 503, 'Reprise is starting.');
      return;
    }
    if (webSockets.clients.size >= MAX_WEB_SOCKETS) {
      refuse(socket, 503, 'Too many pages are open.');
      return;
    }
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      letGo(socket);
      accept(webSocketChannel(webSocket, clock));
    });
  });

  return {
    port,
    dashboardUrl: `${origin}/#token=${credentials.token}`,
    openingUrl: () => `${origin}/#token=${credentials.issueOpeningToken()}`,
    serve: (accept) => {
      attach = accept;
    },
    close: async () => {
      attach = null;
      for (const socket of refused) socket.destroy();
      await Promise.all([closeHttp(http), closeWebSockets(webSockets, clock)]);
    },
  };
}

function factsOf(request: IncomingMessage, isUpgrade: boolean) {
  return {
    method: request.method ?? '',
    target: request.url ?? '',
    // Node keeps the first of several; RFC 9112, section 3.2, allows no more than one.
    headers: { ...request.headers, host: request.headersDistinct['host']?.join(', ') },
    isUpgrade,
  };
}

function sendPage(response: ServerResponse, page: BuiltPage, path: string): void {
  const file = page.get(path);
  if (file === undefined) {
    sendText(response, 404, 'There is nothing here.');
    return;
  }
  response.writeHead(200, {
    'Content-Type': file.contentType,
    'Content-Length': file.bytes.byteLength,
    'Cache-Control': file.cacheControl,
  });
  response.end(file.bytes);
}

function sendNothing(response: ServerResponse): void {
  response.writeHead(204, { 'Cache-Control': 'no-store' }).end();
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Cache-Control': 'no-store',
  });
  response.end(`${text}\n`);
}

function refusalOf(verdict: Verdict): [status: number, reason: string] {
  return verdict.kind === 'refused'
    ? [verdict.status, verdict.reason]
    : [400, 'This is not for WebSockets.'];
}

function refuseUpgrade(socket: Duplex, status: number, reason: string): void {
  // The client may be gone already; there is nothing left to tell it.
  socket.on('error', () => {
    socket.destroy();
  });
  const body = `${reason}\n`;
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n` +
      'Content-Type: text/plain; charset=utf-8\r\n' +
      `Content-Length: ${Buffer.byteLength(body)}\r\n` +
      'X-Content-Type-Options: nosniff\r\n' +
      'Connection: close\r\n\r\n' +
      body,
    // A client that never closes its own half would hold the connection, and one of the few places.
    () => {
      socket.destroy();
    },
  );
}

async function closeHttp(http: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  http.close(() => {
    resolve();
  });
  http.closeAllConnections();
  await promise;
}

async function closeWebSockets(webSockets: WebSocketServer, clock: Clock): Promise<void> {
  const closing = [...webSockets.clients].map(async (socket) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    socket.once('close', () => {
      resolve();
    });
    socket.close(1001, 'Reprise is stopping.');
    const timer = clock.after(CLOSE_GRACE_MS, () => {
      socket.terminate();
    });
    await promise;
    timer.cancel();
  });
  await Promise.all(closing);
}

/**
 * Listens on `port` of 127.0.0.1 and says which one it became.
 *
 * @param port 0 for any free one
 * @throws RepriseError where the port cannot be had
 */
async function listenOnLoopback(server: Server, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen({ host: LOOPBACK, port, exclusive: true }, resolve);
  try {
    await promise;
  } catch (cause) {
    throw new RepriseError('internal', explain(cause, port), { cause });
  } finally {
    server.off('error', reject);
  }
  return (server.address() as AddressInfo).port;
}

function explain(cause: unknown, port: number): string {
  const code = (cause as NodeJS.ErrnoException).code;
  const remedy = 'Choose another one with --port N, or let the system choose with --port 0.';
  if (code === 'EADDRINUSE') {
    return `Port ${port} is in use, perhaps by a Reprise that already runs. ${remedy}`;
  }
  if (code === 'EACCES') return `Port ${port} may not be used by this user. ${remedy}`;
  return `Port ${port} of ${LOOPBACK} cannot be used (${String(code)}). ${remedy}`;
}

/**
 * Bounds how many connections the HTTP server holds, so that nobody can keep the page out by
 * holding them all: the oldest makes room. A browser's request is answered within milliseconds of
 * its connection, so it is the connections that wait for nothing that go.
 *
 * @returns stops counting a connection that has become a WebSocket: those have a limit of their own
 */
function limitConnections(http: Server, most: number): (socket: Duplex) => void {
  // In the order in which they came.
  const held = new Set<Duplex>();
  http.on('connection', (socket) => {
    held.add(socket);
    socket.once('close', () => held.delete(socket));
    const [oldest] = held;
    if (held.size <= most || oldest === undefined) return;
    held.delete(oldest);
    oldest.destroy();
  });
  return (socket) => held.delete(socket);
}
