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
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { PageKeys } from '../../shared/channel.ts';
import type { Channel } from '../../shared/rpc.ts';
import { systemClock, type Clock } from '../core/clock.ts';
import { pageHeaders, type BuiltPage } from '../build/page.ts';
import { Credentials, type HostSecrets, type Session } from './credentials.ts';
import { listenOnLoopback, LOOPBACK, nameOfRun } from './loopback.ts';
import type { OpeningLinks } from './opening.ts';
import { expectKey } from './page-proof.ts';
import { judgeRequest, SESSION_ENDED, type GuardRules, type Verdict } from './request-guard.ts';
import { webSocketChannel } from './web-socket-channel.ts';

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
  /** Of scripts that stand in the page itself. */
  readonly scriptHashes?: readonly string[];
  readonly clock?: Clock;
  /** In place of random ones. */
  readonly secrets?: HostSecrets | undefined;
  /** The opening link has been used: once, as it is meant to be, or again. */
  readonly onOpened?: (use: 'first' | 'again') => void;
}

/** A running server; it owns its sockets. */
export interface HostServer {
  readonly port: number;
  /** The link for the user, token included, at an origin that is this run's alone. */
  readonly dashboardUrl: string;
  /** The same at the bare address, for browsers that do not know where names below `localhost` are. */
  readonly addressUrl: string;
  /** Links that work once, within a minute, for the browser that is started. */
  openingLinks(): OpeningLinks;
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
  const { port, stopListening } = await listenOnLoopback(http, deps.port);

  // The URL's own spelling: browsers leave out port 80.
  const atAddress = new URL(`http://${LOOPBACK}:${port}`);
  const atName = new URL(`http://${nameOfRun()}:${port}`);
  const cookieName = `reprise_${port}`;
  const rules: GuardRules = {
    address: atAddress.host,
    name: atName.host,
    cookieName,
    isToken: (candidate) => credentials.isToken(candidate),
    mayRedeem: (candidate) => credentials.mayRedeem(candidate),
    sessionOf: (cookie) => credentials.sessionOf(cookie),
  };
  const headersOf = (host: string) =>
    pageHeaders({ connectTo: [`ws://${host}`], scriptHashes: deps.scriptHashes ?? [] });
  // The name is told to nobody who does not know it.
  const headers = headersOf(atAddress.host);
  const headersAtName = headersOf(atName.host);
  const webSockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
  });
  let attach: ((channel: Channel) => void) | null = null;
  /** Those of pages, by the session that let them in. */
  const pages = new Map<WebSocket, Session>();
  /** Those of them that have not shown its key yet. */
  const unproven = new Set<WebSocket>();
  const redeem = (token: string, held: Session | null, response: ServerResponse): void => {
    const isOpening = !credentials.isToken(token);
    const redeemed = credentials.redeem(token, held);
    switch (redeemed.kind) {
      case 'session': {
        const { cookie, key, answer } = redeemed.session;
        response.setHeader(
          'Set-Cookie',
          `${cookieName}=${cookie}; HttpOnly; SameSite=Strict; Path=/`,
        );
        sendKeys(response, { key, answer });
        if (isOpening) deps.onOpened?.('first');
        break;
      }
      case 'known':
        sendText(response, 401, 'This link has been used. Open the link that Reprise printed.');
        break;
      case 'used-twice':
        for (const [socket, session] of pages) if (session === redeemed.ended) socket.terminate();
        deps.onOpened?.('again');
        sendText(response, 410, SESSION_ENDED);
        break;
      case 'ended':
        sendText(response, 410, SESSION_ENDED);
        break;
    }
  };
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
    const own = request.headers.host === atName.host ? headersAtName : headers;
    for (const [name, value] of Object.entries(own)) response.setHeader(name, value);
    const verdict = judgeRequest(factsOf(request, false), rules);
    switch (verdict.kind) {
      case 'page':
        sendPage(response, deps.page, verdict.path);
        break;
      case 'redeem':
        redeem(verdict.token, verdict.held, response);
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
      // Whoever has a cookie and no key must not keep out those who have both.
      const [oldest] = unproven;
      if (oldest === undefined) {
        refuse(socket, 503, 'Too many pages are open.');
        return;
      }
      unproven.delete(oldest);
      oldest.terminate();
    }
    const { session } = verdict;
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      letGo(socket);
      if (session === null) {
        accept(webSocketChannel(webSocket, clock));
        return;
      }
      pages.set(webSocket, session);
      unproven.add(webSocket);
      webSocket.once('close', () => {
        pages.delete(webSocket);
        unproven.delete(webSocket);
      });
      expectKey(webSocket, session, clock, () => {
        unproven.delete(webSocket);
        accept(webSocketChannel(webSocket, clock));
      });
    });
  });

  return {
    port,
    dashboardUrl: `${atName.origin}/#token=${credentials.token}`,
    addressUrl: `${atAddress.origin}/#token=${credentials.token}`,
    openingLinks: () => {
      const hash = `#token=${credentials.issueOpeningToken()}`;
      return { atName: `${atName.origin}/${hash}`, atAddress: `${atAddress.origin}/${hash}` };
    },
    serve: (accept) => {
      attach = accept;
    },
    close: async () => {
      attach = null;
      for (const socket of refused) socket.destroy();
      stopListening();
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

function sendKeys(response: ServerResponse, keys: PageKeys): void {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(keys));
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
