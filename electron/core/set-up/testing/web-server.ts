/** For tests: an https server of many names, which remembers what it was asked, and by which name. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { ServerCertificate } from '../../demo/certificates.ts';

/** What is at a place: a file, or whatever else is to be answered. */
export type Page =
  string | Uint8Array | ((request: IncomingMessage, response: ServerResponse) => void);

/** One request, as it came. */
export interface Asked {
  /** The name in the ClientHello; `false` where there is none. */
  readonly serverName: string | false;
  readonly line: string;
  /** Names and values, in the order and case in which they came. */
  readonly headers: readonly string[];
}

function mayBreak(socket: Socket): void {
  socket.on('error', () => undefined);
}

export class WebServer {
  readonly #server: Server;
  readonly asked: Asked[] = [];
  /** Every name in a ClientHello, whether a request followed or not. */
  readonly serverNames: string[] = [];

  private constructor(server: Server, pages: Readonly<Record<string, Page>>) {
    this.#server = server;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const { method = '', url = '', httpVersion, rawHeaders, socket } = request;
      const serverName = 'servername' in socket ? (socket.servername as string | false) : false;
      this.asked.push({
        serverName,
        line: `${method} ${url} HTTP/${httpVersion}`,
        headers: rawHeaders,
      });
      const host = (request.headers.host ?? '').replace(/:\d+$/, '');
      const page = pages[`${host}${url}`];
      if (typeof page === 'function') page(request, response);
      else response.writeHead(page === undefined ? 404 : 200).end(page ?? 'Not here.');
    });
    // Whoever has found what it looked for hangs up on all others, in the middle of anything.
    server.on('tlsClientError', () => undefined);
    server.on('connection', mayBreak).on('secureConnection', mayBreak);
  }

  /** @param pages by `HOST/PATH`; what is not among them is not found */
  static async start(
    certificate: ServerCertificate,
    pages: Readonly<Record<string, Page>>,
    at: { readonly address?: string; readonly port?: number } = {},
  ): Promise<WebServer> {
    let started: WebServer | null = null;
    const server = createServer({
      cert: certificate.certPem,
      key: certificate.keyPem,
      SNICallback: (name, done) => {
        started?.serverNames.push(name);
        done(null);
      },
    });
    started = new WebServer(server, pages);
    server.listen(at.port ?? 0, at.address ?? '127.0.0.1');
    await once(server, 'listening');
    return started;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}
