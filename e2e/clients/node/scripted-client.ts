/**
 * A mail program with a store of TLS sessions that is right but for what it is told to do wrong. One
 * `connect` is one connection; the program is one process.
 */
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { readSession, readTicket } from '../../../electron/core/tls/index.ts';
import { askForTls, logIn, sayGoodbye, type Protocol, type Way } from './conversation.ts';

/** Where one connection goes. */
export interface Target {
  readonly protocol: Protocol;
  readonly way: Way;
  readonly port: number;
  /** What is sent as SNI and verified; every name is here. */
  readonly name: string;
}

/** What the program does about sessions. */
export interface Manners {
  /** `at-once` by getSession() when the handshake is done; `event` whenever one comes. */
  readonly takes: 'event' | 'at-once' | 'never';
  /** When a TLS 1.3 session leaves the store. */
  readonly removes: 'as-offered' | 'when-done' | 'never';
  /** Under TLS 1.2 what is offered is gone, and what the event brings alone comes in its place. */
  readonly losesOffered: boolean;
  /** A TLS 1.2 session that was refused stays, and no other takes its place. */
  readonly clings: boolean;
  /** What was issued along with a refused one is offered as well. */
  readonly keepsSiblings: boolean;
  readonly offersExpired: boolean;
  readonly offersOver: readonly Way[];
  readonly keyOf: (target: Target) => string;
  readonly verifies: boolean;
  readonly sendsName: boolean;
  readonly fallsBack: boolean;
  readonly renegotiates: boolean;
  /** With close_notify. */
  readonly saysGoodbye: boolean;
}

export const RIGHT_MANNERS: Manners = {
  takes: 'event',
  removes: 'as-offered',
  losesOffered: false,
  clings: false,
  keepsSiblings: false,
  offersExpired: false,
  offersOver: ['tls', 'starttls'],
  keyOf: ({ way, port, name }) => `${way} ${port} ${name}`,
  verifies: true,
  sendsName: true,
  fallsBack: true,
  renegotiates: false,
  saysGoodbye: true,
};

interface Held {
  readonly bytes: Buffer;
  readonly is13: boolean;
  readonly expiresAt: number;
  /** The connection that it came by. */
  readonly from: number;
}

const HOST = '127.0.0.1';

export class ScriptedClient {
  readonly #manners: Manners;
  readonly #ca: string;
  readonly #store = new Map<string, Held[]>();
  #count = 0;

  constructor(ca: string, manners: Partial<Manners> = {}) {
    this.#manners = { ...RIGHT_MANNERS, ...manners };
    this.#ca = ca;
  }

  /** Connects, says what a mail program says, and leaves. Whatever fails is the end of it. */
  async connect(target: Target): Promise<void> {
    this.#count += 1;
    const tcp = connectTcp({ host: HOST, port: target.port });
    tcp.on('error', () => undefined);
    try {
      await once(tcp, 'connect');
      if (target.way === 'starttls') await askForTls(tcp, target.protocol);
      await this.#secure(tcp, target, this.#count);
    } catch {
      // A server that refuses, leaves or shows the wrong certificate: the next connection is another.
    } finally {
      tcp.destroy();
    }
  }

  async #secure(tcp: Socket, target: Target, number: number): Promise<void> {
    const { takes, verifies, sendsName, fallsBack, saysGoodbye, renegotiates } = this.#manners;
    const offered = this.#offer(target);
    const socket = connectTls({
      socket: tcp,
      ca: this.#ca,
      rejectUnauthorized: verifies,
      ...(sendsName && target.name !== '' ? { servername: target.name } : { host: HOST }),
      ...(offered === null
        ? {}
        : { session: sendsName ? forName(offered.bytes, target.name) : offered.bytes }),
    });
    socket.on('error', () => undefined);
    if (takes === 'event') {
      socket.on('session', (session) => {
        this.#keep(target, session, number, offered);
      });
    }
    await once(socket, 'secureConnect');
    const isReused = socket.isSessionReused();
    if (offered !== null) this.#offerEnded(target, offered, isReused);
    if (takes === 'at-once') this.#keepNow(socket, target, number, offered);
    if (offered !== null && !isReused && !fallsBack) {
      socket.destroy();
      return;
    }
    await logIn(socket, target.protocol, target.way);
    if (renegotiates && socket.getProtocol() === 'TLSv1.2') await renegotiated(socket);
    await sayGoodbye(socket, target.protocol);
    // A ticket that was renewed under TLS 1.2 makes no event.
    if (takes === 'event' && isReused && !this.#manners.losesOffered && isRenewed(socket, offered))
      this.#keepNow(socket, target, number, offered);
    if (!saysGoodbye) return;
    socket.end();
    await once(tcp, 'close');
  }

  #offer(target: Target): Held | null {
    const { offersOver, offersExpired, removes, losesOffered, keyOf } = this.#manners;
    if (!offersOver.includes(target.way)) return null;
    const key = keyOf(target);
    const good = (this.#store.get(key) ?? []).filter(
      ({ expiresAt }) => offersExpired || Date.now() < expiresAt,
    );
    this.#store.set(key, good);
    const offered = good.at(-1) ?? null;
    if (offered === null) return null;
    const isGone = offered.is13 ? removes === 'as-offered' : losesOffered;
    if (isGone) good.pop();
    return offered;
  }

  #offerEnded(target: Target, offered: Held, isReused: boolean): void {
    const { removes, clings, keepsSiblings, keyOf } = this.#manners;
    const key = keyOf(target);
    const held = this.#store.get(key) ?? [];
    const isKept = (each: Held): boolean => {
      if (each === offered)
        return offered.is13 ? removes === 'never' && isReused : isReused || clings;
      return isReused || keepsSiblings || each.from !== offered.from;
    };
    this.#store.set(key, held.filter(isKept));
  }

  #keepNow(socket: TLSSocket, target: Target, number: number, offered: Held | null): void {
    const session = socket.getSession();
    if (session !== undefined) this.#keep(target, session, number, offered);
  }

  #keep(target: Target, bytes: Buffer, from: number, offered: Held | null): void {
    const { takes, clings, keyOf, removes } = this.#manners;
    const facts = readSession(bytes);
    if (takes === 'never' || facts === null) return;
    const is13 = facts.protocol === 'TLSv1.3';
    const seconds = facts.lifetimeHint ?? 7200;
    const held: Held = { bytes, is13, from, expiresAt: Date.now() + seconds * 1000 };
    const key = keyOf(target);
    const before = this.#store.get(key) ?? [];
    if (clings && !is13 && offered !== null && before.includes(offered)) return;
    if (removes === 'never' && is13 && before.length > 0) return;
    this.#store.set(key, is13 ? [...before.filter((each) => each.is13), held] : [held]);
  }
}

/** Another ticket than was offered has come, under TLS 1.2: the old one grows no younger. */
function isRenewed(socket: TLSSocket, offered: Held | null): boolean {
  const session = socket.getSession();
  if (session === undefined || offered === null || offered.is13) return false;
  const [before, now] = [readTicket(offered.bytes), readTicket(session)];
  return now !== null && before?.equals(now) !== true;
}

async function renegotiated(socket: TLSSocket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.renegotiate({}, () => {
    resolve();
  });
  socket.once('close', resolve);
  await promise;
}

const WRAPPER = Buffer.from('\0nodejs:tls:session:1\0', 'latin1');

/** Node offers a session under its own name only: who does otherwise has to say that it is its name. */
function forName(session: Buffer, name: string): Buffer {
  if (name === '' || !session.subarray(0, WRAPPER.length).equals(WRAPPER)) return session;
  const at = WRAPPER.length + 2;
  const rest = session.subarray(at + session.readUInt16BE(WRAPPER.length));
  const identity = Buffer.from(name);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(identity.length);
  return Buffer.concat([WRAPPER, length, identity, rest]);
}
