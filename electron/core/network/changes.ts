/**
 * What changed between two looks at the machine's addresses and clocks: whether it is on another
 * network, and whether it slept. Pure.
 */
import { isIP } from 'node:net';

/** The network that the machine is on, or was on before it went offline. */
export interface KnownNetwork {
  /** See {@link placeOf}; `null` before there was any network. */
  readonly places: ReadonlySet<string> | null;
  /** When it was first seen, in ms since the epoch: time asleep counts. */
  readonly sinceAt: number;
}

/** Nothing is known yet. */
export const NO_NETWORK: KnownNetwork = { places: null, sinceAt: 0 };

/**
 * A network shows its addresses one after another, IPv4 and IPv6 by different protocols. Those that
 * come within this time belong to one arrival.
 */
export const ARRIVAL_MS = 10_000;

/** What is known after a look, and whether it is another network. */
export interface Recognised {
  readonly network: KnownNetwork;
  readonly isAnother: boolean;
}

/**
 * It is another network where the machine has an address that it did not have on this one. One that
 * merely goes away tells nothing; without any it is offline, and may come back to the same. Two
 * networks that give the same address cannot be told apart by it.
 */
export function recognise(
  known: KnownNetwork,
  outward: ReadonlySet<string>,
  now: number,
): Recognised {
  if (outward.size === 0) return { network: arrived(known), isAnother: false };
  const seen = new Set([...outward].map(placeOf));
  const found = { places: seen, sinceAt: now };
  const { places, sinceAt } = known;
  if (places === null) return { network: found, isAnother: false };
  if ([...seen].every((place) => places.has(place))) return { network: known, isAnother: false };
  if (now >= sinceAt && now - sinceAt < ARRIVAL_MS) {
    const network = { places: new Set([...places, ...seen]), sinceAt };
    return { network, isAnother: false };
  }
  return { network: found, isAnother: true };
}

/** Nothing more of this arrival is to come: what follows a sleep, or a time offline, is another. */
export function arrived(known: KnownNetwork): KnownNetwork {
  return { ...known, sinceAt: -Infinity };
}

/**
 * Where an address is: an IPv6 address stands for its /64, because privacy extensions (RFC 8981)
 * change the rest of it several times a day on one and the same network.
 */
export function placeOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(8 - before.length - after.length, 0);
  const groups = [...before, ...Array.from({ length: zeros }, () => '0'), ...after];
  return `${groups.slice(0, 4).join(':')}::/64`;
}

/**
 * By how much the time of day moved between two looks beside the time that only rises, in ms: forward
 * where somebody set it, or the machine slept, and back below 0; 0 for less than {@link ASLEEP_MS}.
 * What is not valid any more by the one clock may be by the other.
 */
export function clockMovedMs(last: Look, now: Look): number {
  const ms = now.at - last.at - (now.monotonic - last.monotonic);
  return Math.abs(ms) >= ASLEEP_MS ? ms : 0;
}

/** What the clocks say at one look. */
export interface Look {
  /** The time of day, in ms since the epoch. */
  readonly at: number;
  /** The time that only ever rises; on some systems it stands still while the machine sleeps. */
  readonly monotonic: number;
  /** See `Machine.busyMs`. */
  readonly busyMs: number;
}

/**
 * Shorter sleeps are not noticed, and need not be: connections outlive them. Longer than a crowded
 * machine keeps a program waiting.
 */
export const ASLEEP_MS = 10_000;

/**
 * Whether nothing ran between two looks that were to be `everyMs` apart.
 *
 * - The time of day ran ahead of the other one: it slept, or somebody set the clock forward. The
 *   two cannot be told apart, and connections that are made anew for nothing cost little.
 * - Both went on for too long, and this program was not busy meanwhile: it slept on a system whose
 *   clocks go on, or it was stopped, as virtual machines are. A program that was busy is merely
 *   late: its own work blocked it, and its connections are what they were.
 * - The time of day went back: see {@link clockMovedMs}. That changes nothing for connections.
 */
export function hasSlept(last: Look, now: Look, everyMs: number): boolean {
  const monotonicMs = now.monotonic - last.monotonic;
  const wasPassed = now.at - last.at - monotonicMs;
  const idleMs = monotonicMs - (now.busyMs - last.busyMs);
  return wasPassed >= ASLEEP_MS || idleMs - everyMs >= ASLEEP_MS;
}
