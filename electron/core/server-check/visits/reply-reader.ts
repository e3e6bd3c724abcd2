/** Lines from a server, one after another, each within its time. */
import type { Socket } from 'node:net';
import { CheckFailure, type StepName } from '../../failures/index.ts';
import { MAX_LINE_LENGTH, STEP_LIMITS_MS } from './limits.ts';

/**
 * Reads lines from a socket. Must be let go with {@link ReplyReader.release} before TLS begins on
 * the same socket.
 */
export class ReplyReader {
  readonly #socket: Socket;
  #text = '';
  #ended: Error | null = null;
  #wake: (() => void) | null = null;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', this.#onData);
    socket.on('error', this.#onError);
    socket.on('close', this.#onClose);
  }

  /** Whether something came that was not asked for yet. */
  get hasMore(): boolean {
    return this.#text !== '';
  }

  /**
   * The next line, without its end.
   *
   * @throws CheckFailure when none comes in time, the connection ends, or it has no end
   */
  async line(step: StepName): Promise<string> {
    const limitMs = STEP_LIMITS_MS[step];
    let timeIsUp = false;
    const timer = setTimeout(() => {
      timeIsUp = true;
      this.#wake?.();
    }, limitMs);
    try {
      for (;;) {
        const end = this.#text.indexOf('\n');
        if (end >= 0) {
          const line = this.#text.slice(0, end).replace(/\r$/, '');
          this.#text = this.#text.slice(end + 1);
          return line;
        }
        if (this.#text.length > MAX_LINE_LENGTH)
          throw new CheckFailure('not-mail', step, { serverLine: this.#text.slice(0, 80) });
        if (this.#ended !== null)
          throw new CheckFailure('closed', step, {
            cause: this.#ended,
            // Said something, but not a line.
            serverLine: this.#text === '' ? null : this.#text.slice(0, 80),
          });
        if (timeIsUp) throw new CheckFailure('timeout', step, { limitMs });
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      clearTimeout(timer);
      this.#wake = null;
    }
  }

  /** Resolves when the connection is over, or `limitMs` have passed. */
  async end(limitMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, limitMs);
    this.#wake = () => {
      if (this.#ended !== null) resolve();
    };
    this.#wake();
    await promise;
    clearTimeout(timer);
    this.#wake = null;
  }

  /** Listens no more. */
  release(): void {
    this.#socket.off('data', this.#onData);
    this.#socket.off('error', this.#onError);
    this.#socket.off('close', this.#onClose);
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#text += chunk.toString('latin1');
    this.#wake?.();
  };

  readonly #onError = (error: Error): void => {
    this.#ended ??= error;
    this.#wake?.();
  };

  readonly #onClose = (): void => {
    this.#ended ??= new Error('The server closed the connection.');
    this.#wake?.();
  };
}
