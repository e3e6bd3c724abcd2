/**
 * A TCP relay in front of one server. Whatever a client and the server say is passed on as it comes:
 * no byte is changed, added or kept, and no key is held. Both legs are half-closed, paused and reset as
 * the other one is, so that neither notices it.
 */
import { randomUUID } from 'node:crypto';
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
import type { LookupAddress } from 'node:dns';
import { setTimeout as delay } from 'node:timers/promises';
import { isOnThisMachine } from '../network/machine.ts';
import { MOST_OPEN } from './failure-text.ts';
import type { ProcessFinder } from './process-finder.ts';
import { endsOf, type RelayChain } from './relay-chain.ts';
import { isItself, plain, type ServerAddresses } from './server-addresses.ts';
import type { DialFailure, Watched } from './watched.ts';
import { CannotWatch } from './watch-plan.ts';

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
  readonly chain: RelayChain;
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
  /** Nobody else has it: what it is part of has come through here. */
  readonly #id = randomUUID();
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
   * @throws CannotWatch where it cannot listen, the server cannot be had, or is this relay itself
   */
  static async start(options: PassThroughOptions, watcher: Watcher): Promise<PassThrough> {
    const { addresses, host, port, listenAddress, listenPort } = options;
    const found = await addresses.find();
    const pass = new PassThrough(options, watcher);
    try {
      pass.#server.listen({
        host: listenAddress,
        port: listenPort,
        backlog: BACKLOG,
        exclusive: true,
      });
      await once(pass.#server, 'listening');
    } catch (error) {
      throw whyNotListening(error, listenAddress, listenPort, 'watch-client');
    }
    // One that is not accepted, for want of sockets, ends no other.
    pass.#server.on('error', () => {
      watcher.refused();
    });
    const itself = found.find((address) => isItself(pass.listening, address, port));
    if (itself !== undefined) {
      await pass[Symbol.asyncDispose]();
      throw new CannotWatch(
        'to',
        `${host} port ${port} is at ${itself}, where this listens itself. Give the server's own address, or another port to listen at.`,
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
    const closed = [this.#server, ...this.#legs.keys()].map(closeOf);
    this.#server.close();
    for (const [socket, watched] of this.#legs) {
      watched.end('pass-through', 'reset');
      reset(socket);
    }
    await Promise.all(closed);
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
    // Of the side that dialled it.
    const ends = endsOf(plain(remoteAddress), remotePort, plain(localAddress), localPort);
    const server = this.#dial(watched, ends, looked);
    this.#join(client, server, watched);
  }

  /**
   * @param client its ends
   * @param looked a program that is answered may be gone before it was looked for: so that goes first
   */
  #dial(watched: Watched, client: string, looked: Promise<void>): Socket {
    const { host, port, chain } = this.#options;
    let through: readonly string[] = [];
    const lookup: LookupFunction = (_host, _options, done) => {
      const prepare = async (): Promise<void> => {
        try {
          await this.#wait(looked);
          through = await chain.through(client);
          this.#refuseLoop(through);
          done(null, [...(await this.#addresses())]);
        } catch (error) {
          done(error as NodeJS.ErrnoException, []);
        }
      };
      void prepare();
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
    let forget: (() => void) | null = null;
    server.once('connect', () => {
      clearTimeout(tooLong);
      const { localAddress = '', localPort, remoteAddress = '', remotePort } = server;
      const own = endsOf(plain(localAddress), localPort, plain(remoteAddress), remotePort);
      forget = chain.leads(own, [...through, this.#placeOf(watched)]);
    });
    server.once('error', (error) => {
      if (forget === null) watched.failed(dialFailure(error, host, port));
    });
    server.once('close', () => {
      clearTimeout(tooLong);
      forget?.();
    });
    return server;
  }

  /** What a connection is called in a {@link RelayChain}. */
  #placeOf({ number }: Watched): string {
    return `${this.#id}/${number}`;
  }

  async #wait(looked: Promise<void>): Promise<void> {
    const limitMs = this.#options.processes.isBusy ? 0 : LOOK_LIMIT_MS;
    await Promise.race([looked, delay(limitMs, undefined, { ref: false })]);
  }

  /** @throws CannotWatch where a connection has come through here before, and says so of that one too */
  #refuseLoop(through: readonly string[]): void {
    if (!through.some((place) => place.startsWith(`${this.#id}/`))) return;
    for (const watched of new Set(this.#legs.values()))
      if (through.includes(this.#placeOf(watched))) watched.failed(LOOP);
    throw new CannotWatch('to', LOOP.text);
  }

  async #addresses(): Promise<readonly LookupAddress[]> {
    const { port, addresses } = this.#options;
    const found = await addresses.find();
    const others = found.filter((address) => !isItself(this.listening, address, port));
    if (others.length === 0) throw new CannotWatch('to', LOOP.text);
    return others.map((address) => ({ address, family: isIP(address) }));
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

const LOOP: DialFailure = {
  reason: 'loop',
  text: "The way to the server leads back here. Give the server's own address.",
};

function closeOf(one: Server | Socket): Promise<unknown> {
  return new Promise((resolve) => one.once('close', resolve));
}

function reset(socket: Socket): void {
  if (socket.destroyed) return;
  // One that connects has nothing to reset, and would wait until it had. One that was ended cannot be: the
  // system refuses that, and Node leaves it open for good. Closed, it resets whoever goes on speaking.
  if (socket.connecting || socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}

/** What became of a connection to the server, in words. */
function dialFailure(error: Error, host: string, port: number): DialFailure {
  if (error instanceof CannotWatch)
    return error.message === LOOP.text ? LOOP : unreachable(error.message);
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

/**
 * @param another what may have the port
 * @throws what it is given where that is none of the system's errors
 */
export function whyNotListening(
  error: unknown,
  address: string,
  port: number,
  another: 'watch-client' | 'lab',
): CannotWatch {
  const { code } = error as NodeJS.ErrnoException;
  const remedy = 'Choose another one, or 0 for any that is free.';
  switch (code) {
    case 'EADDRINUSE':
      return new CannotWatch(
        'listenPort',
        `Port ${port} of ${address} is in use, perhaps by another ${another}. ${remedy}`,
      );
    case 'EACCES':
      return new CannotWatch('listenPort', `Port ${port} may not be used by this user. ${remedy}`);
    case 'EADDRNOTAVAIL':
      return new CannotWatch(
        'listenAddress',
        `${address} is no address of this machine. Give one that is.`,
      );
    case undefined:
      throw error;
    default:
      return new CannotWatch(
        'listenPort',
        `It cannot listen at ${address} port ${port} (${code}). ${remedy}`,
      );
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
