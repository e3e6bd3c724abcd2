/** What is to be watched, from what a person types; and how a program is pointed at it. Pure. */
import { isIP } from 'node:net';
import type { ClientWatchInput } from '../../../shared/inputs.ts';
import type { Pointing, WatchedServer } from '../../../shared/your-client.ts';
import { isOnThisMachine } from '../network/machine.ts';
import { parseTarget } from '../server-check/index.ts';

/** Where it listens, and for which server. */
export interface WatchPlan {
  readonly server: WatchedServer;
  readonly listenAddress: string;
  /** 0 for any that is free. */
  readonly listenPort: number;
  /** The server's address; `null` where DNS is asked. */
  readonly to: string | null;
}

/** It cannot be watched like that: the message is for the user, and says what is wrong with `field`. */
export class CannotWatch extends Error {
  override readonly name = 'CannotWatch';
  readonly field: keyof ClientWatchInput;

  constructor(field: keyof ClientWatchInput, message: string) {
    super(message);
    this.field = field;
  }
}

const LOOPBACK = '127.0.0.1';
const MAX_PORT = 65_535;
/** By protocol and security, as the registry of IANA has the ports themselves, and 10,000 above. */
export const LISTEN_PORTS = {
  imap: { tls: 10_993, starttls: 10_143 },
  smtp: { tls: 10_465, starttls: 10_587 },
  pop3: { tls: 10_995, starttls: 10_110 },
} as const;

/** @throws CannotWatch */
export function planOf(input: ClientWatchInput): WatchPlan {
  const { server: typed, starttls } = input;
  if (typed.trim() === '')
    throw new CannotWatch(
      'server',
      'Say which server the program talks to, such as imap.example.org:993.',
    );
  const parsed = parseTarget({ server: typed, starttls, servername: null });
  if (parsed.kind === 'wrong') throw new CannotWatch('server', parsed.message);
  const { protocol, host, port, security } = parsed.target;
  const server: WatchedServer = { protocol, host, port, security };
  const listenPort =
    listenPortOf(input.listenPort) ?? LISTEN_PORTS[server.protocol][server.security];
  const listenAddress = listenAddressOf(input.listenAddress);
  const to = input.to.trim();
  if (to !== '' && isIP(to) === 0)
    throw new CannotWatch('to', `Give the server's address, such as 192.0.2.1, not "${to}".`);
  return { server, listenAddress, listenPort, to: to === '' ? null : to };
}

/**
 * The port that was typed; `null` where none was.
 *
 * @throws CannotWatch
 */
export function listenPortOf(typed: string): number | null {
  const text = typed.trim();
  if (text === '') return null;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= MAX_PORT) return port;
  throw new CannotWatch(
    'listenPort',
    `A port to listen at is a whole number from 0 to ${MAX_PORT}, not "${text}".`,
  );
}

/**
 * The address of this machine that was typed; where none was, that which its own programs reach.
 *
 * @throws CannotWatch
 */
export function listenAddressOf(typed: string): string {
  const address = typed.trim() || LOOPBACK;
  if (isIP(address) !== 0) return address;
  throw new CannotWatch(
    'listenAddress',
    `Give an address of this machine to listen at, such as ${LOOPBACK}, not "${address}".`,
  );
}

/**
 * How a program is pointed at what listens there.
 *
 * @param outward addresses at which others reach this machine
 */
export function pointingAt(
  { host, port, protocol, security }: WatchedServer,
  listening: { readonly address: string; readonly port: number },
  outward: Iterable<string>,
): Pointing {
  const address = addressToDial(listening.address, outward);
  const there = `${bracketed(host)}:${port}`;
  const url =
    security === 'tls' ? `${protocol}s://${there}/` : `--ssl-reqd ${protocol}://${there}/`;
  return {
    address,
    port: listening.port,
    hostsLine: isIP(host) !== 0 || isOnThisMachine(host) ? null : `${address} ${host}`,
    curl: `curl --connect-to ${there}:${bracketed(address)}:${listening.port} ${url}`,
  };
}

/** Where others reach what listens there: every address of this machine, or that one. */
export function addressesOf(address: string, outward: Iterable<string>): readonly string[] {
  return address === '0.0.0.0' || address === '::' ? [...outward] : [address];
}

/** What listens at every address of this machine is dialled at one of them. */
export function addressToDial(address: string, outward: Iterable<string>): string {
  const others = addressesOf(address, outward);
  return others.find((other) => isIP(other) === 4) ?? others[0] ?? LOOPBACK;
}

/** The same, by name where it has one that everybody knows. */
export function hostToDial(address: string, outward: Iterable<string>): string {
  return address === LOOPBACK || address === '::1' ? 'localhost' : addressToDial(address, outward);
}

function bracketed(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}
