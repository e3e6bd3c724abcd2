/** A line between client and server that breaks after so many bytes, wherever that is in TLS. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Where and how the line breaks. */
export interface Cut {
  /** Whose bytes are counted. */
  readonly of: 'server' | 'client';
  /** So many pass; what follows them does not. */
  readonly afterBytes: number;
  /** `reset` ends both sides, `silence` keeps them open, `noise` sends the receiver nonsense. */
  readonly by: 'reset' | 'silence' | 'noise';
}

/** No TLS record begins like this, and it is more than any record that has begun can take. */
const NOISE = Buffer.alloc(20_000, 0xa5);

export class CuttingProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  #cut: Cut | null;
  #passedToClients = 0;
  readonly #reached = Promise.withResolvers<void>();

  private constructor(server: Server, target: number, cut: Cut | null) {
    this.#server = server;
    this.#target = target;
    this.#cut = cut;
    server.on('connection', (socket) => {
      this.#join(socket);
    });
  }

  /**
   * @param target the port of the server behind it
   * @param cut `null` for lines that only count
   */
  static async start(target: number, cut: Cut | null = null): Promise<CuttingProxy> {
    const server = createServer({ noDelay: true });
    const proxy = new CuttingProxy(server, target, cut);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Resolves when a line has broken. */
  get reached(): Promise<void> {
    return this.#reached.promise;
  }

  /** Bytes of the server that went on to clients, or into the buffers of the system on the way there. */
  get passedToClients(): number {
    return this.#passedToClients;
  }

  /** From now on nothing passes on the lines that there are, and none ends; later ones are well. */
  fallSilent(): void {
    for (const socket of this.#sockets) {
      socket.unpipe();
      socket.resume();
    }
  }

  /** Later lines do not break. */
  heal(): void {
    this.#cut = null;
  }

  #join(client: Socket): void {
    const server = connect({ port: this.#target, host: '127.0.0.1', noDelay: true });
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      // Whatever breaks the one side ends the other; nobody else needs to know.
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    this.#pass(client, server, 'client');
    this.#pass(server, client, 'server');
  }

  #pass(from: Socket, to: Socket, side: Cut['of']): void {
    const cut = this.#cut;
    if (cut === null || cut.of !== side) {
      from.pipe(to);
      if (side === 'server')
        from.on('data', ({ length }: Buffer) => (this.#passedToClients += length));
      return;
    }
    let left = cut.afterBytes;
    let isCut = false;
    if (left === 0) {
      isCut = true;
      this.#break(cut, from, to);
    }
    from.on('data', (bytes: Buffer) => {
      if (isCut) return;
      to.write(bytes.subarray(0, left));
      left -= bytes.length;
      if (left > 0) return;
      isCut = true;
      this.#break(cut, from, to);
    });
  }

  #break({ by }: Cut, from: Socket, to: Socket): void {
    if (by === 'reset') {
      // What was passed on is to arrive before the end does.
      to.write('', () => {
        to.resetAndDestroy();
        from.resetAndDestroy();
      });
    } else if (by === 'noise') {
      to.write(NOISE);
    }
    this.#reached.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
