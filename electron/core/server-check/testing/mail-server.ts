/** For tests: a mail server of any protocol that records every line that it is sent. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { constants, randomBytes } from 'node:crypto';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { CheckTarget, MailProtocol } from '../../../../shared/check.ts';
import type { Security } from '../../../../shared/model.ts';
import { hookTicketKeys } from '../../demo/index.ts';
import { createAuthority, type CertificateAuthority } from '../../demo/testing/index.ts';

/** What a server is to be like. */
export interface TestMailServerOptions {
  readonly protocol?: MailProtocol;
  readonly security?: Security;
  /** Default 127.0.0.1. */
  readonly host?: string;
  readonly port?: number;
  readonly authority?: CertificateAuthority;
  /** The secret of its tickets; a server without one has its own. */
  readonly ticketKeys?: Buffer;
  /**
   * Tickets (default), or none of them: then session IDs under TLS 1.2 alone, which it keeps as
   * Courier does, or fills in and forgets as Exim does; or names of sessions that it forgets under
   * either version, as nginx does with `ssl_session_tickets off` alone.
   */
  readonly sessions?: 'tickets' | 'ids' | 'ids-not-kept' | 'names-not-kept';
  /** Asks for a client's certificate, and goes on without. */
  readonly asksForCertificate?: boolean;
  /** The greeting of connection number `n`, in place of the right one. */
  readonly greeting?: (n: number) => string | null;
  readonly hideStarttls?: boolean;
}

const GREETINGS: Readonly<Record<MailProtocol, string>> = {
  imap: '* OK [CAPABILITY IMAP4rev1 ID STARTTLS AUTH=PLAIN] ready',
  smtp: '220 localhost ESMTP Exim 4.96',
  pop3: '+OK Dovecot ready.',
};

/** A running server. */
export interface TestMailServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly caPem: string;
  readonly target: CheckTarget;
  /** Every line that came, over whatever layer. */
  readonly lines: readonly string[];
  readonly connections: number;
  /** The most connections that were open at once. */
  readonly mostOpen: number;
  readonly open: number;
  /** When each connection was accepted, in ms. */
  readonly times: readonly { startedAt: number }[];
  readonly ticketKeys: Buffer;
}

/** Starts it. */
export async function startTestMailServer(
  options: TestMailServerOptions = {},
): Promise<TestMailServer> {
  const { protocol = 'imap', security = 'tls', host = '127.0.0.1', sessions = 'tickets' } = options;
  const authority = options.authority ?? (await createAuthority());
  const certificate = await authority.issue({ ipAddresses: ['127.0.0.1', '127.0.0.2'] });
  const ticketKeys = options.ticketKeys ?? randomBytes(48);
  const secureContext = createSecureContext({
    cert: certificate.certPem,
    key: certificate.keyPem,
    sessionIdContext: 'test',
    ticketKeys,
    ...(sessions === 'names-not-kept' ? { secureOptions: constants.SSL_OP_NO_TICKET } : {}),
  });
  if (sessions === 'ids' || sessions === 'ids-not-kept') {
    const key = { name: randomBytes(16), hmac: randomBytes(16), aes: randomBytes(16) };
    hookTicketKeys(secureContext, { issues: false, renews: false }, key);
  }
  const lines: string[] = [];
  const sockets = new Set<Socket>();
  const times: { startedAt: number }[] = [];
  let mostOpen = 0;

  const serve = (socket: Socket, n: number, isSecured: boolean, raw: Socket): void => {
    let text = '';
    socket.on('error', () => {
      socket.destroy();
    });
    const say = (line: string): void => {
      if (socket.writable) socket.write(`${line}\r\n`);
    };
    const upgrade = (): void => {
      socket.removeAllListeners('data');
      secure(raw, n);
    };
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
        const line = text.slice(0, end);
        text = text.slice(end + 2);
        lines.push(line);
        answer(line, say, upgrade, socket);
      }
    });
    if (isSecured && security === 'starttls') return;
    say(options.greeting?.(n) ?? GREETINGS[protocol]);
  };
  const answer = (
    line: string,
    say: (line: string) => void,
    upgrade: () => void,
    socket: Socket,
  ) => {
    const [first = '', second = ''] = line.split(' ');
    const command = (protocol === 'imap' ? second : first).toUpperCase();
    const ok = { imap: `${first} OK`, smtp: '220', pop3: '+OK' }[protocol];
    if (command === 'STARTTLS' || command === 'STLS') {
      if (options.hideStarttls === true) {
        say(protocol === 'imap' ? `${first} BAD no` : '-ERR no');
        return;
      }
      say(`${ok} go ahead`);
      upgrade();
    } else if (command === 'EHLO') {
      say('250-localhost');
      say(options.hideStarttls === true ? '250 SIZE' : '250 STARTTLS');
    } else if (command === 'ID') {
      say('* ID ("name" "Testmail" "version" "1.2")');
      say(`${first} OK done`);
    } else {
      if (protocol === 'imap') say('* BYE bye');
      say(`${protocol === 'smtp' ? '221' : ok} bye`);
      socket.end();
    }
  };
  const secure = (raw: Socket, n: number): void => {
    const tls = new TLSSocket(raw, {
      isServer: true,
      server,
      secureContext,
      requestCert: options.asksForCertificate ?? false,
      rejectUnauthorized: false,
    });
    tls.on('error', () => {
      raw.destroy();
    });
    tls.once('secure', () => {
      serve(tls, n, true, raw);
    });
  };
  const server: Server = createServer({ noDelay: true }, (raw) => {
    times.push({ startedAt: performance.now() });
    sockets.add(raw);
    mostOpen = Math.max(mostOpen, sockets.size);
    raw.on('error', () => {
      raw.destroy();
    });
    raw.once('close', () => {
      sockets.delete(raw);
    });
    if (security === 'tls') secure(raw, times.length);
    else serve(raw, times.length, false, raw);
  });
  if (sessions === 'ids') keepSessions(server);
  server.listen(options.port ?? 0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    host,
    port,
    caPem: authority.certPem,
    target: { protocol, host, port, security, servername: 'localhost' },
    lines,
    ticketKeys,
    times,
    get connections() {
      return times.length;
    },
    get mostOpen() {
      return mostOpen;
    },
    get open() {
      return sockets.size;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}

function keepSessions(server: Server): void {
  const kept = new Map<string, Buffer>();
  server.on('newSession', (id: Buffer, session: Buffer, done: () => void) => {
    kept.set(id.toString('hex'), session);
    done();
  });
  server.on('resumeSession', (id: Buffer, found: (e: null, session: Buffer | null) => void) => {
    found(null, kept.get(id.toString('hex')) ?? null);
  });
}
