/** A connection of which every byte is seen on its way: TLS of Node's runs over it as over a socket. */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** Who sees the bytes; both before they go on. */
export interface Tap {
  fromClient(chunk: Buffer): void;
  fromServer(chunk: Buffer): void;
  /** The client will say nothing more: it closed its side, or broke it. */
  clientEnded(how: 'close' | 'reset'): void;
}

export class TappedStream extends Duplex {
  readonly #socket: Socket;
  readonly #tap: Tap;

  constructor(socket: Socket, tap: Tap) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    this.#tap = tap;
    socket.on('data', (chunk: Buffer) => {
      tap.fromClient(chunk);
      if (!this.push(chunk)) socket.pause();
    });
    socket.on('end', () => {
      tap.clientEnded('close');
      this.push(null);
    });
    socket.on('error', () => {
      tap.clientEnded('reset');
      this.destroy();
    });
    socket.on('close', () => {
      this.destroy();
    });
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#tap.fromServer(chunk);
    this.#socket.write(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(() => {
      done();
    });
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroySoon();
    done(error);
  }
}
