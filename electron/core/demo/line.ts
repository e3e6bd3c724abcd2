import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What a line does to what goes over it. */
export interface LineSettings {
  /** From one end to the other and back. */
  readonly roundTripMs: number;
  /** Each way, and for each connection. */
  readonly bitsPerSecond: number;
}

/** The loopback interface: no demo server can be reached from elsewhere. */
const HOST = '127.0.0.1';
/** What may be under way in one direction; more is not read until some of it has arrived. */
const MOST_UNDER_WAY = 64 * 1024;

/**
 * A line in front of a server: every byte arrives later, and not faster than the line is. Its times
 * are the machine's own, whatever clock the program is given: it stands for something outside of it.
 */
export class Line implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  /** @param port of the server behind it */
  constructor(port: number, settings: LineSettings) {
    this.#server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
      const far = connect({ port, host: HOST, noDelay: true, allowHalfOpen: true });
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on('close', () => {
          this.#sockets.delete(socket);
        });
      }
      carry(near, far, settings);
      carry(far, near, settings);
    });
  }

  /** The port of its near end. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async start(): Promise<void> {
    this.#server.listen(0, HOST);
    await once(this.#server, 'listening');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }
}

/** Bytes, or the end of them, and when they are at the other end. */
interface Parcel {
  readonly bytes: Buffer | null;
  readonly arrivesAt: number;
}

/** Carries what comes `from` one end `to` the other, in its order. */
function carry(from: Socket, to: Socket, { roundTripMs, bitsPerSecond }: LineSettings): void {
  const parcels: Parcel[] = [];
  let freeAt = 0;
  let underWay = 0;
  let timer: NodeJS.Timeout | null = null;

  const deliver = (): void => {
    const now = performance.now();
    for (let [next] = parcels; next !== undefined && next.arrivesAt <= now; [next] = parcels) {
      parcels.shift();
      underWay -= next.bytes?.length ?? 0;
      if (next.bytes === null) to.end();
      else to.write(next.bytes);
    }
    if (underWay <= MOST_UNDER_WAY) from.resume();
    const [next] = parcels;
    timer = next === undefined ? null : setTimeout(deliver, Math.ceil(next.arrivesAt - now));
  };
  const send = (bytes: Buffer | null): void => {
    const length = bytes?.length ?? 0;
    freeAt = Math.max(performance.now(), freeAt) + (length * 8000) / bitsPerSecond;
    underWay += length;
    if (underWay > MOST_UNDER_WAY) from.pause();
    parcels.push({ bytes, arrivesAt: freeAt + roundTripMs / 2 });
    if (timer === null) deliver();
  };
  from.on('data', send);
  from.on('end', () => {
    send(null);
  });
  // What is broken at one end is gone at the other; an error nobody listens to ends the program.
  from.on('error', () => {
    to.destroy();
  });
  to.on('close', () => {
    if (timer !== null) clearTimeout(timer);
    parcels.length = 0;
  });
}
