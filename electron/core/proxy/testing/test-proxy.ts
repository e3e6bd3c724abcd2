/** For tests: a proxy on loopback that does what it is told, and remembers what it was asked. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import type { Proxy, ProxyKind, ProxySignIn } from '../way.ts';

/** What the proxy is to be like; what is left out gives a well-behaved one. */
export interface TestProxyOptions {
  readonly kind: ProxyKind;
  /** Whom it lets in; anybody where it is left out. */
  readonly signIn?: ProxySignIn;
  /** Where everything leads to that it is asked for; by default to that port of loopback. */
  readonly port?: number;
  /** What it says to the request in place of connecting, and whether it closes then. */
  readonly instead?: { readonly bytes: string | Buffer; readonly closes?: boolean };
  /** What it says to whoever connects, instead of speaking any protocol. */
  readonly greeting?: string | Buffer;
  /** Waits for the server's first words, and sends them in one piece with its own answer. */
  readonly joins?: boolean;
}

/** The proxy itself; names lead to loopback, whatever they are. */
export class TestProxy implements AsyncDisposable {
  /** What it was asked for, such as `imap.example.org:993`, oldest first. */
  readonly asked: string[] = [];
  /** As `user:password`. */
  readonly signIns: string[] = [];
  /** What clients said through it, by connection: all that anybody on the way sees. */
  readonly sent: Buffer[] = [];
  connections = 0;
  readonly #options: TestProxyOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(options: TestProxyOptions) {
    this.#options = options;
    this.#server = createServer((client) => {
      this.connections += 1;
      this.#keep(client);
      this.#serve(client).catch(() => client.destroy());
    });
  }

  static async start(options: TestProxyOptions): Promise<TestProxy> {
    const proxy = new TestProxy(options);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** As a client is told of it. */
  get address(): Proxy {
    const { kind, signIn = null } = this.#options;
    return { kind, host: '127.0.0.1', port: this.port, signIn };
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
  }

  async #serve(client: Socket): Promise<void> {
    const { kind, greeting } = this.#options;
    if (greeting !== undefined) client.end(greeting);
    else await (kind === 'socks5' ? this.#socks(client) : this.#http(client));
  }

  /** RFC 1928 and 1929. */
  async #socks(client: Socket): Promise<void> {
    const { signIn } = this.#options;
    const [, count = 0] = await read(client, 2);
    const methods = await read(client, count);
    const method = signIn === undefined ? 0 : 2;
    if (!methods.includes(method)) {
      client.end(Buffer.of(5, 0xff));
      return;
    }
    client.write(Buffer.of(5, method));
    if (signIn !== undefined && !(await this.#letsIn(client, signIn))) return;
    const [, , , type = 0] = await read(client, 4);
    const [length = 0] = type === 3 ? await read(client, 1) : [type === 4 ? 16 : 4];
    const bytes = await read(client, length);
    const host = type === 3 ? bytes.toString() : bytes.join('.');
    const port = (await read(client, 2)).readUInt16BE();
    this.asked.push(`${host}:${String(port)}`);
    await this.#answer(client, port, Buffer.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0));
  }

  async #letsIn(client: Socket, { user, password }: ProxySignIn): Promise<boolean> {
    const [, userLength = 0] = await read(client, 2);
    const saidUser = await read(client, userLength);
    const [length = 0] = await read(client, 1);
    const said = `${saidUser.toString()}:${(await read(client, length)).toString()}`;
    this.signIns.push(said);
    const isRight = said === `${user}:${password}`;
    client.write(Buffer.of(1, isRight ? 0 : 1));
    if (!isRight) client.end();
    return isRight;
  }

  async #http(client: Socket): Promise<void> {
    const { signIn } = this.#options;
    let head = '';
    while (!head.endsWith('\r\n\r\n')) head += (await read(client, 1)).toString('latin1');
    const [, target = ''] = /^CONNECT (\S+) HTTP\/1\.1\r\n/.exec(head) ?? [];
    const [, basic = ''] = /^proxy-authorization: Basic (\S+)/im.exec(head) ?? [];
    const said = Buffer.from(basic, 'base64').toString();
    if (said !== '') this.signIns.push(said);
    this.asked.push(target);
    if (signIn !== undefined && said !== `${signIn.user}:${signIn.password}`) {
      client.end('HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic realm="here"\r\n\r\n');
      return;
    }
    const port = Number(target.split(':').at(-1));
    await this.#answer(client, port, Buffer.from('HTTP/1.1 200 Connection established\r\n\r\n'));
  }

  async #answer(client: Socket, port: number, answer: Buffer): Promise<void> {
    const { instead, joins = false } = this.#options;
    if (instead !== undefined) {
      client.write(instead.bytes);
      if (instead.closes !== false) client.end();
      return;
    }
    const server = connect({ host: '127.0.0.1', port: this.#options.port ?? port });
    this.#keep(server);
    await once(server, 'connect');
    const first = joins ? ((await once(server, 'data')) as [Buffer])[0] : Buffer.alloc(0);
    client.write(Buffer.concat([answer, first]));
    const index = this.sent.push(Buffer.alloc(0)) - 1;
    const onlooker = new PassThrough();
    onlooker.on('data', (chunk: Buffer) => {
      this.sent[index] = Buffer.concat([this.sent[index] ?? Buffer.alloc(0), chunk]);
    });
    client.pipe(onlooker).pipe(server);
    server.pipe(client);
    server.on('close', () => client.destroy());
    client.on('close', () => server.destroy());
  }
}

/** The next so many bytes; never settles where they do not come. */
async function read(socket: Socket, bytes: number): Promise<Buffer> {
  if (bytes === 0) return Buffer.alloc(0);
  for (;;) {
    const chunk = socket.read(bytes) as Buffer | null;
    if (chunk !== null) return chunk;
    await once(socket, 'readable');
  }
}
