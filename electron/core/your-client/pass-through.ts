/**
 * A TCP relay in front of one server. Whatever a client and the server say is passed on as it comes:
 * no byte is changed, added or kept, and no key is held. Both legs are half-closed, paused and reset as
 * the other one is, so that neither notices it.
 */
import { once } from 'node:events';
import {
  connect,
  createServer,
  isIP,
  type AddressInfo,
  type LookupFunction,
  type Server,
  type Socket,
} from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { isOnThisMachine } from '../network/machine.ts';
import type { ProcessFinder } from './process-finder.ts';
import { isItself, NoServer, type ServerAddresses } from './server-addresses.ts';
import type { DialFailure, Watched } from './watched.ts';

/** More at once are a mistake, such as two of these that lead to each other. */
export const MOST_OPEN = 5000;
/** A server that does not answer at all. */
const DIAL_LIMIT_MS = 30_000;
/** For the first of several addresses; the next one is tried then. */
const ADDRESS_LIMIT_MS = 2000;
/** To find out whose a connection is, before the server is dialled for it. Mostly it takes 10 ms. */
const LOOK_LIMIT_MS = 5000;
const BACKLOG = 4096;

/** Where it listens, and for which server. */
export interface PassThroughOptions {
  readonly host: string;
  readonly port: number;
  readonly addresses: ServerAddresses;
  readonly listenAddress: string;
  /** 0 for any that is free. */
  readonly listenPort: number;
  readonly processes: ProcessFinder;
}

/** Who keeps account of the connections. */
export interface Watcher {
  begin(): Watched;
  /** Something new is known of it. */
  changed(watched: Watched): void;
  /** It is over, both legs closed. */
  over(watched: Watched): void;
  /** One that was not let in. */
  refused(): void;
}

export class PassThrough implements AsyncDisposable {
  readonly #options: PassThroughOptions;
  readonly #watcher: Watcher;
  readonly #server: Server;
  readonly #legs = new Map<Socket, Watched>();
  /** Both ends of the legs to the server: a client that has the same two is this relay. */
  readonly #ownEnds = new Set<string>();
  #open = 0;

  private constructor(options: PassThroughOptions, watcher: Watcher) {
    this.#options = options;
    this.#watcher = watcher;
    this.#server = createServer(
      { allowHalfOpen: true, noDelay: true, keepAlive: true },
      (client) => {
        this.#pass(client);
      },
    );
  }

  /**
   * Listens.
   *
   * @throws NoServer where the server cannot be had, or is this relay itself
   * @throws the system's error where it cannot listen
   */
  static async start(options: PassThroughOptions, watcher: Watcher): Promise<PassThrough> {
    const { addresses, host, port, listenAddress, listenPort } = options;
    const found = await addresses.find();
    const pass = new PassThrough(options, watcher);
    pass.#server.listen({
      host: listenAddress,
      port: listenPort,
      backlog: BACKLOG,
      exclusive: true,
    });
    await once(pass.#server, 'listening');
    // One that is not accepted, for want of sockets, ends no other.
    pass.#server.on('error', () => {
      watcher.refused();
    });
    const itself = found.find((address) => isItself(pass.listening, address, port));
    if (itself !== undefined) {
      await pass[Symbol.asyncDispose]();
      throw new NoServer(
        `${host} port ${port} is at ${itself}, where this listens itself. Give the server's own address with --to ADDRESS, or another port with --port N.`,
      );
    }
    return pass;
  }

  get listening(): { readonly address: string; readonly port: number } {
    const { address, port } = this.#server.address() as AddressInfo;
    return { address, port };
  }

  /** Lets nobody in any more, and cuts off who is there. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const [socket, watched] of this.#legs) {
      watched.end('pass-through', 'reset');
      reset(socket);
    }
    await closed;
  }

  #pass(client: Socket): void {
    const { localAddress = '', localPort = 0, remoteAddress = '', remotePort = 0 } = client;
    if (this.#open >= MOST_OPEN) {
      client.on('error', () => undefined);
      reset(client);
      this.#watcher.refused();
      return;
    }
    this.#open += 1;
    const watched = this.#watcher.begin();
    const looked = new Promise<void>((resolve) => {
      const ends = { localAddress, localPort, remoteAddress, remotePort };
      this.#options.processes.find(ends, (program) => {
        watched.program = program;
        this.#watcher.changed(watched);
        resolve();
      });
    });
    const isLoop = this.#ownEnds.has(endsOf(remoteAddress, remotePort, localAddress, localPort));
    const server = isLoop ? null : this.#dial(watched, looked);
    if (server === null) {
      watched.failed({ reason: 'loop', text: LOOP_TEXT });
      watched.end('pass-through', 'reset');
      client.on('error', () => undefined);
      reset(client);
      this.#forget(watched);
      return;
    }
    this.#join(client, server, watched);
  }

  /** @param looked a program that is answered may be gone before it was looked for: so that goes first */
  #dial(watched: Watched, looked: Promise<void>): Socket {
    const { host, port } = this.#options;
    const lookup: LookupFunction = (_host, _options, done) => {
      void this.#lookUp(looked, done);
    };
    const server = connect({
      // A name that is never looked up but by the function above, which is not asked for an address.
      host: 'server.invalid',
      port,
      lookup,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: ADDRESS_LIMIT_MS,
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
    });
    const tooLong = setTimeout(() => {
      server.destroy(Object.assign(new Error('No answer.'), { code: 'ETIMEDOUT' }));
    }, DIAL_LIMIT_MS);
    let own = '';
    server.once('connect', () => {
      clearTimeout(tooLong);
      const { localAddress, localPort, remoteAddress, remotePort } = server;
      own = endsOf(localAddress, localPort, remoteAddress, remotePort);
      this.#ownEnds.add(own);
    });
    server.once('error', (error) => {
      if (own === '') watched.failed(dialFailure(error, host, port));
    });
    server.once('close', () => {
      clearTimeout(tooLong);
      this.#ownEnds.delete(own);
    });
    return server;
  }

  async #lookUp(looked: Promise<void>, done: Parameters<LookupFunction>[2]): Promise<void> {
    const { port, addresses, processes } = this.#options;
    const limitMs = processes.isBusy ? 0 : LOOK_LIMIT_MS;
    await Promise.race([looked, delay(limitMs, undefined, { ref: false })]);
    let found: readonly string[];
    try {
      found = await addresses.find();
    } catch (error) {
      done(error as NodeJS.ErrnoException, []);
      return;
    }
    const others = found.filter((address) => !isItself(this.listening, address, port));
    if (others.length === 0) done(new NoServer(LOOP_TEXT), []);
    else
      done(
        null,
        others.map((address) => ({ address, family: isIP(address) })),
      );
  }

  #join(client: Socket, server: Socket, watched: Watched): void {
    this.#lead(client, server, 'client', watched);
    this.#lead(server, client, 'server', watched);
    let closed = 0;
    for (const socket of [client, server]) {
      this.#legs.set(socket, watched);
      socket.once('close', () => {
        this.#legs.delete(socket);
        closed += 1;
        if (closed === 2) this.#forget(watched);
      });
    }
  }

  /** Passes on what `from` says, with its pauses, its end and its reset. */
  #lead(from: Socket, to: Socket, side: 'client' | 'server', watched: Watched): void {
    const changed = (): void => {
      this.#watcher.changed(watched);
    };
    from.on('data', (chunk: Buffer) => {
      const isNews = side === 'client' ? watched.fromClient(chunk) : watched.fromServer(chunk);
      // It is read first: an answer may not be seen before what it answers.
      if (!to.destroyed && !to.write(chunk)) from.pause();
      if (isNews) changed();
    });
    to.on('drain', () => from.resume());
    from.on('end', () => {
      const wasOpen = !watched.hasEnded;
      watched.end(side, 'close');
      to.end();
      if (wasOpen) changed();
    });
    from.on('error', () => {
      const wasOpen = !watched.hasEnded;
      watched.end(side, 'reset');
      reset(to);
      if (wasOpen) changed();
    });
    // Whatever else closes it, nothing is passed any more: a paused leg would not notice.
    from.on('close', () => {
      if (from.readableEnded && from.writableFinished) return;
      if (!to.destroyed) to.destroySoon();
    });
  }

  #forget(watched: Watched): void {
    this.#open -= 1;
    this.#watcher.over(watched);
  }
}

const LOOP_TEXT =
  "The way to the server leads back here. Give the server's own address with --to ADDRESS.";

function endsOf(...ends: readonly (string | number | undefined)[]): string {
  return ends.join(' ');
}

function reset(socket: Socket): void {
  if (socket.destroyed) return;
  // One that connects has nothing to reset, and would wait until it had.
  if (socket.connecting) socket.destroy();
  else socket.resetAndDestroy();
}

/** What became of a connection to the server, in words. */
function dialFailure(error: Error, host: string, port: number): DialFailure {
  if (error instanceof NoServer) {
    return {
      reason: error.message === LOOP_TEXT ? 'loop' : 'server-unreachable',
      text: error.message,
    };
  }
  const { code } = codeOf(error);
  switch (code) {
    case 'ECONNREFUSED':
      return unreachable(
        `${host} refuses connections at port ${port}. Check the port; the server may be down.`,
      );
    case 'ETIMEDOUT':
    case 'ERR_SOCKET_CONNECTION_TIMEOUT':
      return unreachable(
        `${host} does not answer at port ${port}. It may be down, or a firewall is in the way.`,
      );
    case 'ECONNRESET':
      return unreachable(`${host} reset the connection at port ${port} at once.`);
    case 'EMFILE':
    case 'ENFILE':
    case 'ENOBUFS':
    case 'ENOMEM':
      return { reason: 'no-socket', text: `This machine gives no more sockets (${code}).` };
    case 'EADDRNOTAVAIL':
      return {
        reason: 'no-socket',
        text: `This machine has no free port left for another connection to ${host} (${code}).`,
      };
    default:
      return unreachable(`${host} cannot be reached at port ${port} (${code}).`);
  }
}

function unreachable(text: string): DialFailure {
  return { reason: 'server-unreachable', text };
}

/** Where several addresses failed, that of the first says most. */
function codeOf(error: Error): { readonly code: string } {
  const { code } = error as NodeJS.ErrnoException;
  const first: unknown = error instanceof AggregateError ? error.errors[0] : null;
  const inner = first instanceof Error ? (first as NodeJS.ErrnoException).code : undefined;
  return { code: inner ?? code ?? 'unknown reason' };
}

/** Who can reach what listens at an address. */
export function reachOf(address: string): 'this-machine' | 'network' {
  return isOnThisMachine(address) ? 'this-machine' : 'network';
}
