/**
 * Hears the answer of one sign-in (RFC 8252, section 7.3): a server on this machine's loopback, on a port
 * of its own, for as long as somebody is expected.
 *
 * Every page that is open in a browser can send requests here, and so can every program of this machine.
 * What counts is one navigation to the redirect URI that has the state of this sign-in, which nobody has
 * but whoever was sent to the issuer with it. Everything else is turned away, and the wait goes on:
 * another path or method, another `Host` (a name that was rebound to the loopback), what a page fetches or
 * embeds, a wrong state, one state twice. When it has come, nothing else is taken.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a request is judged by. */
export interface Expected {
  /** As in the redirect URI: the name of the loopback and the port. */
  readonly host: string;
  readonly state: string;
}

/** The part of a request that counts. */
export interface Heard {
  readonly method: string;
  /** The request target, undecoded. */
  readonly target: string;
  readonly headers: IncomingMessage['headers'];
}

/** What to do with a request. */
export type Verdict =
  /** It is the answer: the parameters are for openid-client, which looks at the rest of them. */
  | { readonly kind: 'answer'; readonly url: URL }
  | { readonly kind: 'refused'; readonly status: 400 | 403 | 404 | 405 | 421 };

/** Of a code and what goes with it; no issuer's comes near this. */
const LONGEST_TARGET = 12_000;

/** The whole decision; see the top of this file for what each step is for. */
export function judge({ method, target, headers }: Heard, { host, state }: Expected): Verdict {
  if (headers.host !== host) return { kind: 'refused', status: 421 };
  if (method !== 'GET') return { kind: 'refused', status: 405 };
  const isHere = target === '/' || target.startsWith('/?');
  if (!isHere || target.length > LONGEST_TARGET) return { kind: 'refused', status: 404 };
  const { 'sec-fetch-mode': mode = 'navigate', 'sec-fetch-dest': dest = 'document' } = headers;
  // A navigation by GET has no origin; what has one was made by a page.
  if (mode !== 'navigate' || dest !== 'document' || headers.origin !== undefined) {
    return { kind: 'refused', status: 403 };
  }
  const url = new URL(target, `http://${host}`);
  const { searchParams: said } = url;
  const [given = '', ...more] = said.getAll('state');
  if (more.length > 0 || !isSame(given, state)) return { kind: 'refused', status: 400 };
  const answers = [...said.getAll('code'), ...said.getAll('error')];
  return answers.length === 1 && answers[0] !== ''
    ? { kind: 'answer', url }
    : { kind: 'refused', status: 400 };
}

/** In a time that says nothing of how much of it is right. */
function isSame(given: string, state: string): boolean {
  return timingSafeEqual(digestOf(given), digestOf(state));
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** How the page ends that the browser is left with. */
export type Ending = 'done' | 'failed';

/** A sign-in's answer, and the browser that waits for a page. */
export interface Arrival {
  readonly url: URL;
  /** Gives it that page. */
  readonly show: (ending: Ending) => void;
}

/** How many ports are tried that have to be free on both addresses. */
const MOST_PORTS = 10;

/** Connections at a time: a browser opens a few. */
const MOST_CONNECTIONS = 16;

/** Whoever connects and says nothing is gone by then. */
const REQUEST_WITHIN_MS = 10_000;

/** The server of one sign-in. */
export class Loopback implements AsyncDisposable {
  /** Where the issuer is to send the browser. */
  readonly redirectUri: string;
  readonly #servers: readonly Server[];
  readonly #arrival = Promise.withResolvers<Arrival>();
  readonly #expected: Expected;
  #isOver = false;

  private constructor(servers: readonly Server[], host: string, state: string) {
    this.#servers = servers;
    this.#expected = { host, state };
    this.redirectUri = `http://${host}/`;
    for (const server of servers) {
      server.on('request', (request, response) => {
        this.#hear(request, response);
      });
    }
  }

  /**
   * Listens on 127.0.0.1 and, where there is such a thing, on ::1: a browser may take either for
   * `localhost`, and on one that is left free another program could be waiting.
   *
   * @throws Error of Node's where no port is free
   */
  static async open(name: '127.0.0.1' | 'localhost', state: string): Promise<Loopback> {
    for (let tries = 1; ; tries += 1) {
      const four = await listen('127.0.0.1', 0);
      const { port } = four.address() as AddressInfo;
      try {
        const six = await listen('::1', port);
        return new Loopback([four, six], `${name}:${String(port)}`, state);
      } catch (error) {
        // A machine without IPv6: nobody else is there either.
        const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
        if (!isTaken) return new Loopback([four], `${name}:${String(port)}`, state);
        four.close();
        if (tries >= MOST_PORTS) throw error;
      }
    }
  }

  /** The one answer. Whoever waits ends waiting by closing. */
  arrival(): Promise<Arrival> {
    return this.#arrival.promise;
  }

  /** Whoever has asked gets what is written already. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await Promise.all(
      this.#servers.map(async (server) => {
        if (!server.listening) return;
        const closed = once(server, 'close');
        server.close();
        server.closeIdleConnections();
        // A browser that reads slowly does not hold up the end.
        const late = setTimeout(() => {
          server.closeAllConnections();
        }, 500);
        await closed;
        clearTimeout(late);
      }),
    );
  }

  #hear(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url: target = '', headers } = request;
    request.resume();
    const verdict = judge({ method, target, headers }, this.#expected);
    if (verdict.kind === 'refused') {
      write(response, verdict.status, REFUSED);
      return;
    }
    if (this.#isOver) {
      // The same page once more: it has nothing to say that was not said.
      write(response, 400, REFUSED);
      return;
    }
    this.#isOver = true;
    this.#arrival.resolve({
      url: verdict.url,
      show: (ending) => {
        write(response, 200, ENDINGS[ending]);
      },
    });
  }
}

async function listen(host: string, port: number): Promise<Server> {
  const server = createServer({
    headersTimeout: REQUEST_WITHIN_MS,
    requestTimeout: REQUEST_WITHIN_MS,
    connectionsCheckingInterval: REQUEST_WITHIN_MS / 2,
    keepAlive: false,
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.maxRequestsPerSocket = 1;
  server.listen({ host, port, exclusive: true });
  await once(server, 'listening');
  // Whoever breaks off, or speaks no HTTP, is no trouble of ours.
  server.on('clientError', (_error, socket) => {
    socket.destroy();
  });
  return server;
}

/** The code is in the address: no history, and no page that is gone to from here, is to have it. */
const SCRIPT = "history.replaceState(null, '', '/');";
const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem;color-scheme:light dark}';

const hashOf = (text: string): string => `'sha256-${digestOf(text).toString('base64')}'`;

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': `default-src 'none'; script-src ${hashOf(SCRIPT)}; style-src ${hashOf(STYLE)}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  connection: 'close',
} as const;

/** Nothing that came from outside is in any of them. */
const page = (title: string, text: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title><style>${STYLE}</style><script>${SCRIPT}</script></head><body><main><h1>${title}</h1><p>${text}</p></main></body></html>`;

const ENDINGS: Readonly<Record<Ending, string>> = {
  done: page('You are signed in', 'Close this page and go back to Reprise.'),
  failed: page('This sign-in did not work', 'Go back to Reprise: it says why, and what to do.'),
};
const REFUSED = page('Nothing to see here', 'Go back to Reprise.');

function write(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, HEADERS).end(text);
}
