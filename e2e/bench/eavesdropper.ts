/**
 * Somebody on the way: passes every byte between clients and a server, and notes which tickets the
 * clients offer. What it sees is what any observer of the network sees.
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { readClientHello } from '../../electron/core/demo/client-hello.ts';
import { sha256 } from '../../electron/core/demo/offers.ts';

export class Eavesdropper implements AsyncDisposable {
  /** Hashes of the TLS 1.3 tickets that were offered, oldest first. */
  readonly tickets: string[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((client) => {
    this.#pass(client);
  });
  readonly #target: number;

  private constructor(target: number) {
    this.#target = target;
  }

  /** Listens on a port of its own, for the server at `target`; both on loopback. */
  static async start(target: number): Promise<Eavesdropper> {
    const eavesdropper = new Eavesdropper(target);
    eavesdropper.#server.listen(0, '127.0.0.1');
    await once(eavesdropper.#server, 'listening');
    return eavesdropper;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** How many offers were of a ticket that had been offered before. */
  get repeats(): number {
    return this.tickets.length - new Set(this.tickets).size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #pass(client: Socket): void {
    const server = connect({ port: this.#target, host: '127.0.0.1', noDelay: true });
    let seen: Buffer | null = Buffer.alloc(0);
    client.on('data', (chunk: Buffer) => {
      if (seen !== null) seen = this.#note(Buffer.concat([seen, chunk]));
    });
    client.pipe(server).pipe(client);
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      // Either end may go first; the other follows.
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        client.destroy();
        server.destroy();
      });
    }
  }

  /** @returns the bytes so far while the ClientHello is not whole; `null` after it */
  #note(bytes: Buffer): Buffer | null {
    const reading = readClientHello(bytes);
    if (reading.kind === 'incomplete') return bytes;
    if (reading.kind === 'client-hello') {
      this.tickets.push(...reading.hello.pskIdentities.map(sha256));
    }
    return null;
  }
}
