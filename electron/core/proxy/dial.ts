/** A connection to a server by one of several ways. */
import { once } from 'node:events';
import type { LookupFunction, Socket } from 'node:net';
import {
  dialStraight,
  machineTimer,
  peerName,
  withoutZone,
  type Address,
  type After,
  type Dial,
  type Dialled,
  type Dialling,
} from '../tls/index.ts';
import { connectOverHttp } from './http-connect.ts';
import { ProxyError, type ProxyFacts, type ProxyTrouble } from './proxy-error.ts';
import { connectOverSocks } from './socks-connect.ts';
import { viaOf, type Hop, type Proxy, type ProxyKind, type Way } from './way.ts';

/** The system's settings may have to be fetched from the network first, as PAC files are. */
export const SETTINGS_LIMIT_MS = 10_000;

/** A proxy looks the name up and connects before it answers: it has as long as both may take here. */
export const PROXY_LIMIT_MS = 20_000;

/** What is used in place of the machine's own. */
export interface DialOptions {
  /** Resolves the name of a proxy, and that of a server which is reached straight. */
  readonly lookup?: LookupFunction | undefined;
  /** Resolves the name of a server that is reached straight, in place of `lookup`. */
  readonly serverLookup?: LookupFunction | undefined;
  readonly after?: After | undefined;
}

/**
 * Connects by `way`: by the first of its ways that leads there, in their order. No other one is gone,
 * whatever fails; so a server hears nothing, and its name is not looked up, but where the way is
 * straight.
 *
 * Rejects with a {@link ProxyError}, or with Node's own error where the way was straight.
 */
export function dialBy(way: Way, options: DialOptions = {}): Dial {
  return async ({ host, port }, dialling) => {
    const to = { host: peerName({ name: host }), port };
    const { signal } = dialling;
    const facts = { proxy: null, to };
    const inTime: Limit = { limitMs: SETTINGS_LIMIT_MS, trouble: () => 'settings', facts };
    const hops = await within(inTime, signal, options, () => way(to));
    let failure: unknown = new ProxyError('settings', facts);
    for (const hop of hops) {
      try {
        return await dialHop(hop, to, dialling, options);
      } catch (error) {
        if (signal.aborted) throw error;
        failure = error;
      }
    }
    throw failure;
  };
}

async function dialHop(
  hop: Hop,
  to: Address,
  dialling: Dialling,
  options: DialOptions,
): Promise<Dialled> {
  switch (hop.kind) {
    case 'straight':
      return { socket: await dialHere(to, dialling, options), via: null };
    case 'unknown':
      throw new ProxyError('unknown-kind', { proxy: null, to, said: hop.said });
    case 'socks5':
    case 'http':
      dialling.phase('proxy', performance.now());
      return { socket: await dialProxy(hop, to, dialling.signal, options), via: viaOf(hop) };
  }
}

async function dialHere(to: Address, dialling: Dialling, options: DialOptions): Promise<Socket> {
  const { signal } = dialling;
  const { lookup, serverLookup = lookup } = options;
  const socket = dialStraight(to, serverLookup, dialling);
  try {
    await once(socket, 'connect', { signal });
    return socket;
  } catch (error) {
    discard(socket);
    throw error;
  }
}

async function dialProxy(
  proxy: Proxy,
  to: Address,
  signal: AbortSignal,
  options: DialOptions,
): Promise<Socket> {
  const { kind, host, port } = proxy;
  const facts = { proxy: { kind, host, port }, to };
  // A zone is this machine's own.
  const target = { host: withoutZone(to.host), port: to.port };
  const raw = dialStraight(proxy, options.lookup, UNTOLD);
  try {
    const inTime: Limit = { limitMs: PROXY_LIMIT_MS, trouble: () => lateBy(raw, kind), facts };
    return await within(inTime, signal, options, async () => {
      await reached(raw, facts);
      await (kind === 'socks5' ? connectOverSocks : connectOverHttp)(raw, proxy, target, facts);
      if (raw.destroyed) throw new ProxyError('closed', facts);
      return raw;
    });
  } catch (error) {
    discard(raw);
    throw error;
  }
}

/** What it is like on the way to a proxy is part of the one phase. */
const UNTOLD = { phase: (): void => undefined, tries: (): void => undefined };

/** Closes it; what it has to say to that is nobody's business any more. */
function discard(socket: Socket): void {
  socket.on('error', () => undefined);
  socket.destroy();
}

/** @throws ProxyError where the proxy is not reached */
async function reached(raw: Socket, facts: ProxyFacts): Promise<void> {
  try {
    await once(raw, 'connect');
  } catch (error) {
    throw new ProxyError(troubleOf(codesOf(error)), facts);
  }
}

const NO_NAME = /^(?:ENOTFOUND|ENODATA|ESERVFAIL|EAI_|REPRISE_NAMES_FAIL)/;

/** Of several addresses, one that refuses was reached. */
function troubleOf(codes: readonly string[]): ProxyTrouble {
  if (codes.includes('ECONNREFUSED')) return 'refused';
  if (codes.includes('ETIMEDOUT')) return 'timeout';
  return codes.some((code) => NO_NAME.test(code)) ? 'name-unknown' : 'unreachable';
}

function codesOf(error: unknown): string[] {
  const all = error instanceof AggregateError ? [error, ...error.errors] : [error];
  return all.flatMap((one: unknown) =>
    one instanceof Error && 'code' in one && typeof one.code === 'string' ? [one.code] : [],
  );
}

/** How long it may take, and what is the matter where that is not enough. */
interface Limit {
  readonly limitMs: number;
  readonly trouble: () => ProxyTrouble;
  readonly facts: ProxyFacts;
}

/** A proxy of SOCKS answers the first words at once, one of HTTP when it has connected. */
function lateBy(raw: Socket, kind: ProxyKind): ProxyTrouble {
  if (raw.connecting) return 'unreachable';
  return kind === 'socks5' && raw.bytesRead === 0 ? 'silent' : 'timeout';
}

/** Gives what `run` gives. @throws ProxyError where that takes too long; or it was aborted */
async function within<Result>(
  { limitMs, trouble, facts }: Limit,
  signal: AbortSignal,
  { after = machineTimer }: DialOptions,
  run: () => Promise<Result>,
): Promise<Result> {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const timer = after(limitMs, () => {
    reject(new ProxyError(trouble(), { ...facts, limitMs }));
  });
  const onAbort = (): void => {
    reject(new Error('Nobody waits for this connection any more.'));
  };
  signal.addEventListener('abort', onAbort);
  try {
    signal.throwIfAborted();
    return await Promise.race([run(), ended]);
  } finally {
    timer.cancel();
    signal.removeEventListener('abort', onAbort);
  }
}
