/**
 * A socket that imapflow may have before there is one. Its transport must return a socket at once,
 * while choosing a session can take a moment (another connection's tickets are on their way). The
 * handshake does not pass through here, only the IMAP lines after it.
 */
import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import type { CipherNameAndProtocol, TLSSocket } from 'node:tls';

export class LateSocket extends Duplex {
  #socket: TLSSocket | null = null;
  #timeoutMs = 0;
  readonly #raw: Socket;

  /** @param raw the connection that TLS will run over; it is closed with this one */
  constructor(raw: Socket) {
    super({ allowHalfOpen: false });
    this.#raw = raw;
  }

  /** Takes over the connected socket: from now on this one stands for it. */
  attach(socket: TLSSocket): void {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) socket.pause();
    });
    let hasEnded = false;
    socket.on('end', () => {
      hasEnded = true;
      this.push(null);
    });
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => {
      // After an end in order, what was received is still to be read; then this ends by itself.
      if (!hasEnded) this.destroy();
    });
    socket.on('timeout', () => this.emit('timeout'));
    socket.setTimeout(this.#timeoutMs);
  }

  override _read(): void {
    this.#socket?.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    if (this.#socket === null) done(new Error('Nothing can be sent before TLS is established.'));
    else this.#socket.write(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket?.end();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    (this.#socket ?? this.#raw).destroy();
    done(error);
  }

  /** As `net.Socket`: emits `timeout` after `ms` without traffic, 0 disables it. */
  setTimeout(ms: number): this {
    this.#timeoutMs = ms;
    this.#socket?.setTimeout(ms);
    return this;
  }

  setKeepAlive(enable?: boolean, initialDelayMs?: number): this {
    this.#socket?.setKeepAlive(enable, initialDelayMs);
    return this;
  }

  getCipher(): CipherNameAndProtocol | null {
    return this.#socket?.getCipher() ?? null;
  }

  get authorized(): boolean {
    return this.#socket?.authorized ?? false;
  }

  get remoteAddress(): string | undefined {
    return this.#socket?.remoteAddress;
  }

  get remotePort(): number | undefined {
    return this.#socket?.remotePort;
  }

  get localAddress(): string | undefined {
    return (this.#socket ?? this.#raw).localAddress;
  }

  get localPort(): number | undefined {
    return this.#socket?.localPort;
  }
}
