/**
 * For tests: a mail server of a few lines, whose answer to each command can be another one. It signs
 * in whoever comes and remembers what it was sent. The demo server in `demo/testing/` is a real one,
 * with faults at its steps; this one says whatever servers in the field say.
 */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { createAuthority } from '../../demo/testing/index.ts';

/** What is said to a command, `~` being its tag; nothing where it is empty. */
type Answer = string | ((args: string) => string);

export interface LineServerOptions {
  readonly security?: 'tls' | 'starttls';
  readonly greeting?: string;
  /** In place of the usual ones. */
  readonly capabilities?: string;
  /** By command; those that are left out are answered as usual. */
  readonly answers?: Readonly<Record<string, Answer>>;
}

export class LineServer implements AsyncDisposable {
  readonly user = 'robin@example.org';
  readonly password = 'a-good-password';
  readonly host = '127.0.0.1';
  readonly servername = 'localhost';
  readonly security: 'tls' | 'starttls';
  readonly caPem: string;
  /** What clients sent, oldest first, without tags; the lines of AUTHENTICATE as well. */
  readonly lines: string[] = [];
  readonly #server = createServer();
  readonly #sockets = new Set<Socket>();
  #options: LineServerOptions;

  private constructor(options: LineServerOptions, caPem: string) {
    this.#options = options;
    this.security = options.security ?? 'tls';
    this.caPem = caPem;
  }

  static async start(options: LineServerOptions = {}): Promise<LineServer> {
    const authority = await createAuthority();
    const server = new LineServer(options, authority.certPem);
    const { certPem, keyPem } = await authority.issue();
    const context = createSecureContext({ cert: certPem, key: keyPem });
    server.#server.on('connection', (raw: Socket) => {
      server.#sockets.add(raw);
      raw.on('error', () => raw.destroy());
      const secure = (): TLSSocket => {
        const socket = new TLSSocket(raw, { isServer: true, secureContext: context });
        socket.on('error', () => raw.destroy());
        return socket;
      };
      if (server.security === 'tls') server.#serve(secure(), null, true);
      else server.#serve(raw, secure, true);
    });
    server.#server.listen(0, server.host);
    await once(server.#server, 'listening');
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** How often a password was sent. */
  get signIns(): number {
    return this.lines.filter((line) => /^(?:LOGIN |RESPONSE )/.test(line)).length;
  }

  /** Says this to everybody who is connected. */
  say(line: string): void {
    for (const say of this.#says) say(line);
  }

  /** For the commands of all connections from now on. */
  answer(answers: LineServerOptions['answers'] = {}): void {
    this.#options = { ...this.#options, answers };
  }

  readonly #says = new Set<(line: string) => void>();

  #serve(stream: Socket, secure: (() => TLSSocket) | null, isNew: boolean): void {
    const say = (text: string): void => {
      if (stream.writable) stream.write(`${text}\r\n`);
    };
    const capabilities = this.#options.capabilities ?? 'IMAP4rev1 IDLE NAMESPACE AUTH=PLAIN ID';
    const offered = secure === null ? capabilities : `IMAP4rev1 STARTTLS LOGINDISABLED`;
    const usual: Readonly<Record<string, string>> = {
      CAPABILITY: `* CAPABILITY ${offered}\r\n~ OK done`,
      ID: '* ID NIL\r\n~ OK done',
      NAMESPACE: '* NAMESPACE (("" "/")) NIL NIL\r\n~ OK done',
      LIST: '* LIST () "/" INBOX\r\n~ OK done',
      EXAMINE: '* 3 EXISTS\r\n~ OK done',
      AUTHENTICATE: '+ ',
      RESPONSE: '~ OK signed in',
      IDLE: '+ idling',
      LOGOUT: '* BYE\r\n~ OK done',
    };
    let tag = '';
    let waitsFor: 'RESPONSE' | 'DONE' | { bytes: number; before: string } | null = null;
    const take = (command: string, args: string): void => {
      this.lines.push(`${command}${args === '' ? '' : ` ${args}`}`);
      const own = this.#options.answers?.[command];
      const answer = typeof own === 'function' ? own(args) : (own ?? usual[command] ?? '~ OK done');
      if (answer === '+ ') waitsFor = 'RESPONSE';
      if (answer === '+ idling') waitsFor = 'DONE';
      if (answer !== '') say(answer.replaceAll(/^~/gm, tag));
      if (/^\* BYE/im.test(answer)) stream.end();
      if (command === 'STARTTLS' && secure !== null && answer.includes('OK')) {
        stream.removeAllListeners('data');
        this.#says.delete(say);
        this.#serve(secure(), null, false);
      }
    };
    let heard = '';
    stream.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1');
      for (;;) {
        if (typeof waitsFor === 'object' && waitsFor !== null) {
          if (heard.length < waitsFor.bytes) return;
          heard = `${waitsFor.before}<${heard.slice(0, waitsFor.bytes)}>${heard.slice(waitsFor.bytes)}`;
          waitsFor = null;
        }
        const end = heard.indexOf('\r\n');
        if (end === -1) return;
        const line = heard.slice(0, end);
        heard = heard.slice(end + 2);
        const [, before, bytes] = /^(.*)\{(\d+)\}$/.exec(line) ?? [];
        if (before !== undefined) {
          waitsFor = { bytes: Number(bytes), before };
          say('+ go on');
        } else if (waitsFor === 'RESPONSE') {
          waitsFor = null;
          take('RESPONSE', line);
        } else if (waitsFor === 'DONE') {
          waitsFor = null;
          say(`${tag} OK done`);
        } else {
          const [, its = '', command = '', args = ''] = /^(\S+) (\S+) ?(.*)$/.exec(line) ?? [];
          tag = its;
          take(command.toUpperCase(), args);
        }
      }
    });
    stream.on('close', () => this.#says.delete(say));
    this.#says.add(say);
    if (isNew) say(this.#options.greeting ?? '* OK ready');
    if (isNew && /^\* BYE/i.test(this.#options.greeting ?? '')) stream.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
