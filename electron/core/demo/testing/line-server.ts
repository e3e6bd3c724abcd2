/**
 * For tests: an IMAP server that is nothing but answers to lines, to say what no good server says. It
 * believes everybody, and has every mailbox.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { type CertificateAuthority, createAuthority } from '../certificates.ts';

/**
 * What is answered to a command: lines parted by line breaks, in which `TAG` stands for its tag; nothing
 * where it is empty.
 */
type Answer = string | ((args: string) => string);

export interface LineServerOptions {
  readonly authority?: CertificateAuthority;
  readonly password?: string;
  readonly capabilities?: string;
  /** By command, in upper case; `DONE` is one. Others are answered as the plainest server would. */
  readonly answers?: Readonly<Record<string, Answer>>;
}

const PLAINEST: Readonly<Record<string, Answer>> = {
  NAMESPACE: '* NAMESPACE (("" "/")) NIL NIL\nTAG OK done',
  LIST: '* LIST () "/" INBOX\nTAG OK done',
  EXAMINE: '* 3 EXISTS\nTAG OK done',
  IDLE: '+ idling',
  LOGOUT: '* BYE bye\nTAG OK done',
};

export async function startLineServer(options: LineServerOptions = {}): Promise<LineServer> {
  const authority = options.authority ?? (await createAuthority());
  const { certPem, keyPem } = await authority.issue();
  const server = createServer({ cert: certPem, key: keyPem });
  const started = new LineServer(server, authority.certPem, options);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return started;
}

/** Made by {@link startLineServer}. */
export class LineServer implements AsyncDisposable {
  readonly user = 'lines@reprise.example';
  readonly password: string;
  readonly host = '127.0.0.1';
  readonly servername = 'localhost';
  readonly security = 'tls';
  readonly caPem: string;
  /** Every command that came with its arguments, oldest first, but for what signs in. */
  readonly lines: string[] = [];
  /** Of the latest command. */
  tag = '';
  readonly #server: Server;
  readonly #answers: Readonly<Record<string, Answer>>;
  readonly #sockets = new Set<TLSSocket>();
  readonly #waiting = new Set<() => void>();

  constructor(server: Server, caPem: string, options: LineServerOptions) {
    const { capabilities = 'IMAP4rev1 IDLE NAMESPACE AUTH=PLAIN ID', answers } = options;
    this.#server = server;
    this.caPem = caPem;
    this.password = options.password ?? 'lines-password';
    const capability = `* CAPABILITY ${capabilities}\nTAG OK done`;
    this.#answers = { ...PLAINEST, CAPABILITY: capability, ...answers };
    server.on('secureConnection', (socket) => {
      this.#serve(socket);
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get open(): number {
    return this.#sockets.size;
  }

  /** The commands that came of this kind, with their arguments. */
  sent(command: string): readonly string[] {
    return this.lines.filter((line) => line.split(' ', 1)[0] === command);
  }

  /** Says something on all connections, unasked. */
  say(line: string): void {
    for (const socket of this.#sockets) socket.write(`${line}\r\n`);
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

  #serve(socket: TLSSocket): void {
    this.#sockets.add(socket);
    socket.setNoDelay();
    // A client may go when it likes.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.#changed();
    });
    socket.write('* OK ready\r\n');
    let tag = '';
    let isSecret = false;
    const lines = createInterface({ input: socket });
    lines.on('error', () => socket.destroy());
    lines.on('line', (line) => {
      // DONE has no tag of its own, nor has the answer to a challenge.
      const [first = '', word = '', ...rest] = line.split(' ');
      const isDone = line === 'DONE';
      if (!isDone && !isSecret) tag = first;
      this.tag = tag;
      const command = isDone || isSecret ? first : word.toUpperCase();
      const isChallenge = command === 'AUTHENTICATE' && rest.length === 1;
      const args = rest.join(' ');
      if (!isSecret) this.lines.push(isDone || args === '' ? command : `${command} ${args}`);
      isSecret = isChallenge;
      const answer = isChallenge ? '+ ' : (this.#answers[command] ?? 'TAG OK done');
      const said = typeof answer === 'string' ? answer : answer(args);
      if (said !== '') socket.write(`${said.replaceAll('TAG', tag).replaceAll('\n', '\r\n')}\r\n`);
      this.#changed();
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
