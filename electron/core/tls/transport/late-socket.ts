/**
 * A socket that imapflow may have before there is one. Its transport must return a socket at once,
 * while choosing a session can take a moment (another connection's tickets are on their way), and so
 * can the way through a proxy. The handshake does not pass through here, only the IMAP lines after it,
 * and with STARTTLS those before it.
 */
import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { TLSSocket, type CipherNameAndProtocol } from 'node:tls';

const NOTHING = Buffer.alloc(0);

/** Stands between what the server sends over TLS and who reads it. */
export interface Inbound {
  /**
   * What goes on of these bytes, with what was held of those before; what does not is held, or left
   * out. After each {@link pause} it is asked with no bytes, for what was held.
   */
  receive(bytes: Buffer): Buffer;
  /** Hears what goes to the server. */
  sent(bytes: Buffer): void;
  /** Nothing is read until it resolves; `null` where reading goes on. */
  readonly pause: Promise<void> | null;
}

export class LateSocket extends Duplex {
  #socket: Socket | null = null;
  #timeoutMs = 0;
  #isPaused = false;
  #hasEnded = false;
  #raw: Socket | null;
  readonly #inbound: Inbound | null;
  readonly #listeners = {
    data: (chunk: Buffer): void => {
      if (this.#socket !== null) this.#receive(this.#socket, chunk);
    },
    end: (): void => {
      this.#hasEnded = true;
      this.push(null);
    },
    error: (error: Error): void => {
      this.destroy(error);
    },
    close: (): void => {
      // After an end in order, what was received is still to be read; then this ends by itself.
      if (!this.#hasEnded) this.destroy();
    },
    timeout: (): void => {
      this.emit('timeout');
    },
  };

  /**
   * @param raw the connection that this one will stand on, where it is known; it is closed with this one
   * @param inbound where it is left out, everything goes on
   */
  constructor(raw: Socket | null, inbound: Inbound | null = null) {
    super({ allowHalfOpen: false });
    this.#raw = raw;
    this.#inbound = inbound;
  }

  /** TLS will run over this one, or nothing: it is closed with this one. */
  standOn(raw: Socket): void {
    this.#raw = raw;
    if (this.destroyed) raw.destroy();
  }

  /** Takes over the connected socket: from now on this one stands for it. */
  attach(socket: Socket): void {
    this.#socket = socket;
    for (const [event, listener] of Object.entries(this.#listeners)) socket.on(event, listener);
    socket.setTimeout(this.#timeoutMs);
    // One that was read from before flows again only where it is told to.
    socket.resume();
  }

  /** Gives the socket back, for TLS: nothing more of it passes through here. */
  detach(): Socket | null {
    const socket = this.#socket;
    if (socket === null) return null;
    for (const [event, listener] of Object.entries(this.#listeners)) socket.off(event, listener);
    socket.setTimeout(0);
    socket.pause();
    return socket;
  }

  #receive(socket: Socket, chunk: Buffer): void {
    const passed = this.#inbound?.receive(chunk) ?? chunk;
    if (passed.length > 0 && !this.push(passed)) socket.pause();
    const pause = this.#inbound?.pause ?? null;
    if (pause === null || this.#isPaused) return;
    this.#isPaused = true;
    socket.pause();
    void this.#readAfter(pause, socket);
  }

  async #readAfter(pause: Promise<void>, socket: Socket): Promise<void> {
    await pause;
    this.#isPaused = false;
    if (this.destroyed) return;
    // What was held goes on, as far as it may now.
    this.#receive(socket, NOTHING);
    if (!this.#isPaused && this.readableLength < this.readableHighWaterMark) socket.resume();
  }

  override _read(): void {
    if (!this.#isPaused) this.#socket?.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    if (this.#socket === null) done(new Error('Nothing can be sent before TLS is established.'));
    else {
      this.#inbound?.sent(chunk);
      this.#socket.write(chunk, done);
    }
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket?.end();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    (this.#socket ?? this.#raw)?.destroy();
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
    return this.#socket instanceof TLSSocket ? this.#socket.getCipher() : null;
  }

  get authorized(): boolean {
    return this.#socket instanceof TLSSocket && this.#socket.authorized;
  }

  get remoteAddress(): string | undefined {
    return this.#socket?.remoteAddress;
  }

  get remotePort(): number | undefined {
    return this.#socket?.remotePort;
  }

  get localAddress(): string | undefined {
    return (this.#socket ?? this.#raw)?.localAddress;
  }

  get localPort(): number | undefined {
    return this.#socket?.localPort;
  }
}
