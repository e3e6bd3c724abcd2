/** Whether the machine is on another network than before. Pure. */
import { placeOf } from './addresses.ts';

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
