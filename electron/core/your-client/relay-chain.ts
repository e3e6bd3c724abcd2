/**
 * Which pass-throughs a connection has come through already. Where one leads to another nothing of what
 * is passed on says so, and nothing may be added to it. So those of this machine ask each other, by a
 * socket of Linux that has a name and no file; elsewhere only those of one process know each other.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';

const PREFIX = 'reprise-pass-through-';
/** In the kernel's list of such sockets. */
const LISTED = new RegExp(` @(${PREFIX}[\\w-]+)$`, 'gm');
/** Another one that has begun meanwhile is found by the connections after that. */
const LIST_GOOD_FOR_MS = 250;
/** Others are at work like this one; one that is stopped by a debugger never answers. */
const ANSWER_LIMIT_MS = 500;
const MOST_OTHERS = 16;
const MOST_QUESTION_LENGTH = 256;
const MOST_ANSWER_LENGTH = 64 * 1024;
const MOST_ASKING = 256;

export class RelayChain implements AsyncDisposable {
  readonly #name = `${PREFIX}${randomUUID()}`;
  /** By both ends of a leg to a server: what its connection has come through. */
  readonly #legs = new Map<string, readonly string[]>();
  readonly #deaf = new Set<string>();
  #server: Server | null = null;
  #others: { readonly names: Promise<readonly string[]>; readonly atMs: number } | null = null;

  private constructor() {}

  static async open(platform: NodeJS.Platform = process.platform): Promise<RelayChain> {
    const chain = new RelayChain();
    if (platform === 'linux') await chain.#listen();
    return chain;
  }

  /**
   * A leg to a server is there.
   *
   * @param ends of it, see {@link endsOf}
   * @param through what its connection has come through, this pass-through at last
   * @returns to be called when the leg is gone
   */
  leads(ends: string, through: readonly string[]): () => void {
    this.#legs.set(ends, through);
    return () => this.#legs.delete(ends);
  }

  /** What a client with these ends has come through, oldest first; nothing for a program. */
  async through(ends: string): Promise<readonly string[]> {
    const own = await this.#own(ends);
    if (own.length > 0) return own;
    const names = await this.#namesOfOthers();
    if (names.length === 0) return [];
    const answers = await Promise.all(names.map((name) => this.#ask(name, ends)));
    return answers.find((answer) => answer.length > 0) ?? [];
  }

  /** Whoever dialled has it said to him that he is connected in the turn after this one at last. */
  async #own(ends: string): Promise<readonly string[]> {
    await nextTurn();
    await nextTurn();
    return this.#legs.get(ends) ?? [];
  }

  async #listen(): Promise<void> {
    const server = createServer((socket) => {
      this.#answer(socket);
    });
    server.maxConnections = MOST_ASKING;
    server.on('error', () => undefined);
    server.listen(`\0${this.#name}`).unref();
    await once(server, 'listening');
    this.#server = server;
  }

  #answer(socket: Socket): void {
    socket.on('error', () => undefined);
    socket.setTimeout(ANSWER_LIMIT_MS, () => socket.destroy());
    let question = '';
    socket.setEncoding('latin1').on('data', (piece: string) => {
      question += piece;
      if (question.length > MOST_QUESTION_LENGTH) socket.destroy();
      else if (piece.endsWith('\n')) void this.#reply(socket, question.trimEnd());
    });
  }

  async #reply(socket: Socket, ends: string): Promise<void> {
    socket.end(JSON.stringify(await this.#own(ends)));
  }

  /** Never rejects: what says nothing of use has nothing to say. */
  async #ask(name: string, ends: string): Promise<readonly string[]> {
    const socket = connect(`\0${name}`);
    socket.setTimeout(ANSWER_LIMIT_MS, () => {
      this.#deaf.add(name);
      socket.destroy();
    });
    let answer = '';
    socket.setEncoding('latin1').on('data', (piece: string) => {
      answer += piece;
      if (answer.length > MOST_ANSWER_LENGTH) socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.write(`${ends}\n`);
    await new Promise((resolve) => socket.once('close', resolve));
    return readAnswer(answer);
  }

  /** One look serves all who ask within {@link LIST_GOOD_FOR_MS}. */
  #namesOfOthers(): Promise<readonly string[]> {
    const nowMs = performance.now();
    if (this.#others === null || nowMs - this.#others.atMs > LIST_GOOD_FOR_MS)
      this.#others = { names: this.#look(), atMs: nowMs };
    return this.#others.names;
  }

  async #look(): Promise<readonly string[]> {
    if (this.#server === null) return [];
    const table = await readFile('/proc/net/unix', 'latin1').catch(() => '');
    const names = [...table.matchAll(LISTED)].map(([, name = '']) => name);
    const others = names.filter((name) => name !== this.#name && !this.#deaf.has(name));
    return [...new Set(others)].slice(0, MOST_OTHERS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server === null) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }
}

/** Both ends of a socket as one text, those of the side that dialled first. */
export function endsOf(...ends: readonly (string | number | undefined)[]): string {
  return ends.join(' ');
}

function readAnswer(text: string): readonly string[] {
  try {
    const answer: unknown = JSON.parse(text);
    return Array.isArray(answer) ? answer.filter((part) => typeof part === 'string') : [];
  } catch {
    // Whoever was asked has just ended, or is something else.
    return [];
  }
}
