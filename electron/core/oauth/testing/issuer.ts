/** For tests: an authorization server with a script, over https on loopback, which remembers what it was sent. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { createAuthority } from '../../demo/certificates.ts';
import { theInternet, type Internet } from '../../set-up/index.ts';
import { WebServer } from '../../set-up/testing/web-server.ts';

/** An answer of one of its endpoints. */
export interface Scripted {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON of it, but for a text, which is sent as it is; `null` for no answer at all. */
  readonly body: object | string | null;
}

type Script = (form: URLSearchParams) => Scripted | Promise<Scripted>;

export class ScriptedIssuer implements AsyncDisposable {
  readonly internet: Internet;
  readonly #web: WebServer;
  /** What came to the token endpoint, oldest first. */
  readonly asked: URLSearchParams[] = [];
  readonly revoked: URLSearchParams[] = [];
  /** In place of what is right. */
  token: Script = () => ({
    body: { access_token: 'a-token', token_type: 'Bearer', expires_in: 3600 },
  });
  metadata: Script = () => ({ body: this.facts });
  onRevoked: () => void = () => undefined;
  /** Requests for metadata. */
  lookedUp = 0;

  private constructor(web: WebServer, internet: Internet) {
    this.#web = web;
    this.internet = internet;
  }

  static async start(): Promise<ScriptedIssuer> {
    const authority = await createAuthority('An authority for issuers');
    const certificate = await authority.issue({ dnsNames: ['localhost'], ipAddresses: [] });
    let started: ScriptedIssuer | null = null;
    const answer =
      (script: (issuer: ScriptedIssuer) => Script) =>
      (request: IncomingMessage, response: ServerResponse): void => {
        if (started !== null) void reply(request, response, script(started));
      };
    const metadata = answer((issuer) => (form) => {
      issuer.lookedUp += 1;
      return issuer.metadata(form);
    });
    const web = await WebServer.start(certificate, {
      'localhost/.well-known/oauth-authorization-server': metadata,
      'localhost/token': answer((issuer) => (form) => {
        issuer.asked.push(form);
        return issuer.token(form);
      }),
      'localhost/revoke': answer((issuer) => (form) => {
        issuer.revoked.push(form);
        issuer.onRevoked();
        return { body: '' };
      }),
    });
    const trust = { kind: 'ca', pem: authority.certPem } as const;
    started = new ScriptedIssuer(web, { ...theInternet, trust });
    return started;
  }

  get issuer(): string {
    return `https://localhost:${String(this.#web.port)}`;
  }

  /** What its metadata says. */
  get facts() {
    const { issuer } = this;
    return {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      revocation_endpoint: `${issuer}/revoke`,
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#web[Symbol.asyncDispose]();
  }
}

async function reply(
  request: IncomingMessage,
  response: ServerResponse,
  script: Script,
): Promise<void> {
  const {
    status = 200,
    headers = {},
    body,
  } = await script(new URLSearchParams(await text(request)));
  if (body === null) return;
  const isText = typeof body === 'string';
  response.writeHead(status, {
    'content-type': isText ? 'text/html' : 'application/json',
    ...headers,
  });
  response.end(isText ? body : JSON.stringify(body));
}
