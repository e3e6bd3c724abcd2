/**
 * For tests: an IMAP server that is nothing but answers to lines, to say what servers in the field say
 * and no good one does. It believes everybody, and has every mailbox. The scripted server beside it is a
 * real one, with faults at its steps.
 */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createSecureContext, TLSSocket, type SecureContext } from 'node:tls';
import { type CertificateAuthority, createAuthority } from '../certificates.ts';

/** Lines, parted by line breaks, in which `~` at the start stands for the tag; nothing where it is empty. */
type Answer = string | ((args: string) => string);

export interface LineServerOptions {
  readonly authority?: CertificateAuthority;
  readonly security?: 'tls' | 'starttls';
  readonly password?: string;
  readonly greeting?: string;
  readonly capabilities?: string;
  /**
   * By command, in upper case; `DONE` is one, and `RESPONSE` to a challenge. Others are answered as the
   * plainest server would.
   */
  readonly answers?: Readonly<Record<string, Answer>>;
}

const PLAINEST: Readonly<Record<string, Answer>> = {
  ID: '* ID NIL\n~ OK done',
  NAMESPACE: '* NAMESPACE (("" "/")) NIL NIL\n~ OK done',
  LIST: '* LIST () "/" INBOX\n~ OK done',
  EXAMINE: '* 3 EXISTS\n~ OK done',
  AUTHENTICATE: '+ ',
  RESPONSE: '~ OK signed in',
  IDLE: '+ idling',
  LOGOUT: '* BYE bye\n~ OK done',
};

const BYE = /^\* BYE/im;

/** An answer that ends with this ends the connection. */
export const HANG_UP = '\0';

export async function startLineServer(options: LineServerOptions = {}): Promise<LineServer> {
  const authority = options.authority ?? (await createAuthority());
  const { certPem, keyPem } = await authority.issue();
  const server = new LineServer(
    authority.certPem,
    createSecureContext({ cert: certPem, key: keyPem }),
    options,
  );
  await server.listen();
  return server;
}

/** Made by {@link startLineServer}. */
export class LineServer implements AsyncDisposable {
  readonly user = 'robin@example.org';
  readonly password: string;
  readonly host = '127.0.0.1';
  readonly servername = 'localhost';
  readonly security: 'tls' | 'starttls';
  readonly caPem: string;
  /** Every command that came with its arguments, oldest first; the lines of AUTHENTICATE as well. */
  readonly lines: string[] = [];
  /** Of the latest command. */
  tag = '';
  /** Handshakes that came to their end. */
  handshakes = 0;
  readonly #server = createServer();
  readonly #context: SecureContext;
  readonly #options: LineServerOptions;
  #answers: Readonly<Record<string, Answer>>;
  readonly #sockets = new Set<Socket>();
  readonly #says = new Set<(line: string) => void>();
  readonly #waiting = new Set<() => void>();

  constructor(caPem: string, context: SecureContext, options: LineServerOptions) {
    this.caPem = caPem;
    this.#context = context;
    this.#options = options;
    this.#answers = options.answers ?? {};
    this.security = options.security ?? 'tls';
    this.password = options.password ?? 'a-good-password';
    this.#server.on('connection', (raw: Socket) => {
      this.#sockets.add(raw);
      raw.setNoDelay();
      // A client may go when it likes.
      raw.on('error', () => raw.destroy());
      raw.on('close', () => {
        this.#sockets.delete(raw);
        this.#changed();
      });
      const stream = this.security === 'tls' ? this.#secure(raw) : raw;
      const { greeting = '* OK ready' } = options;
      stream.write(`${greeting}\r\n`);
      if (BYE.test(greeting)) stream.end();
      this.#serve(stream, stream === raw ? raw : null);
    });
  }

  async listen(): Promise<void> {
    this.#server.listen(0, this.host);
    await once(this.#server, 'listening');
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Connections. */
  get open(): number {
    return this.#sockets.size;
  }

  /** How often a password was sent. */
  get signIns(): number {
    return this.sent('LOGIN').length + this.sent('RESPONSE').length;
  }

  /** The commands that came of this kind, with their arguments. */
  sent(command: string): readonly string[] {
    return this.lines.filter((line) => line.split(' ', 1)[0] === command);
  }

  /** Says something on all connections, unasked. */
  say(line: string): void {
    for (const say of this.#says) say(line);
  }

  /** Says something on all connections, and ends them. */
  hangUp(line: string): void {
    this.say(`${line}${HANG_UP}`);
  }

  /** For the commands of all connections from now on. */
  answer(answers: LineServerOptions['answers'] = {}): void {
    this.#answers = answers;
  }

  /** Resolves once `condition` holds, which is asked again whenever something came. */
  until(condition: (server: LineServer) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!condition(this)) return;
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
      check();
    });
  }

  #secure(raw: Socket): TLSSocket {
    const socket = new TLSSocket(raw, { isServer: true, secureContext: this.#context });
    socket.on('error', () => raw.destroy());
    socket.on('secure', () => {
      this.handshakes += 1;
    });
    return socket;
  }

  #answerTo(command: string, args: string, isInTheClear: boolean): string {
    const { capabilities = 'IMAP4rev1 IDLE NAMESPACE AUTH=PLAIN ID' } = this.#options;
    const offered = isInTheClear ? 'IMAP4rev1 STARTTLS LOGINDISABLED' : capabilities;
    const own = this.#answers[command];
    if (own !== undefined) return typeof own === 'function' ? own(args) : own;
    if (command === 'CAPABILITY') return `* CAPABILITY ${offered}\n~ OK done`;
    const plainest = PLAINEST[command] ?? '~ OK done';
    return typeof plainest === 'function' ? plainest(args) : plainest;
  }

  /** @param raw what TLS is to run over once that is asked for; `null` where it does already */
  #serve(stream: Socket, raw: Socket | null): void {
    const say = (text: string): void => {
      if (!stream.writable) return;
      stream.write(`${text.replace(HANG_UP, '').replaceAll('\n', '\r\n')}\r\n`);
      if (text.endsWith(HANG_UP)) stream.end();
    };
    this.#says.add(say);
    stream.on('close', () => this.#says.delete(say));
    let tag = '';
    let isChallenged = false;
    /** A literal of so many bytes is under way, after this. */
    let literal: { readonly bytes: number; readonly before: string } | null = null;
    const take = (command: string, args: string): void => {
      this.tag = tag;
      this.lines.push(args === '' ? command : `${command} ${args}`);
      const answer = this.#answerTo(command, args, raw !== null);
      const text = answer.replace(HANG_UP, '');
      isChallenged = command === 'AUTHENTICATE' && answer.startsWith('+ ');
      if (text !== '') say(text.replaceAll(/^~/gm, tag));
      if (BYE.test(answer) || answer.endsWith(HANG_UP)) stream.end();
      if (command === 'STARTTLS' && raw !== null && answer.includes('OK')) {
        stream.removeAllListeners('data');
        this.#says.delete(say);
        this.#serve(this.#secure(raw), null);
      }
      this.#changed();
    };
    // A character a byte: literals are counted in these.
    let heard = '';
    stream.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1');
      for (;;) {
        if (literal !== null) {
          const { bytes, before } = literal;
          if (heard.length < bytes) return;
          heard = `${before}<${heard.slice(0, bytes)}>${heard.slice(bytes)}`;
          literal = null;
        }
        const end = heard.indexOf('\r\n');
        if (end === -1) return;
        const line = Buffer.from(heard.slice(0, end), 'latin1').toString();
        const [, before, bytes] = /^(.*)\{(\d+)\}$/.exec(heard.slice(0, end)) ?? [];
        heard = heard.slice(end + 2);
        if (before !== undefined) {
          literal = { bytes: Number(bytes), before };
          say('+ go on');
        } else if (isChallenged) {
          take('RESPONSE', line);
        } else if (line === 'DONE') {
          // It has no tag of its own.
          take('DONE', '');
        } else {
          const [, its = '', command = '', args = ''] = /^(\S+) (\S+) ?(.*)$/.exec(line) ?? [];
          tag = its;
          take(command.toUpperCase(), args);
        }
      }
    });
  }

  #changed(): void {
    for (const check of this.#waiting) check();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
