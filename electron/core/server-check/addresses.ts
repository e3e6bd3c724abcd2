/** The addresses that a name stands for. */
import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { CheckCancelled, CheckFailure, failureOf } from '../failures/index.ts';
import { isStraight, straight, type Way } from '../proxy/index.ts';
import { normalName, type Address } from '../tls/index.ts';
import { MAX_ADDRESSES, STEP_LIMITS_MS } from './limits.ts';

export interface CheckedAddress {
  readonly address: string;
  /** `null` for a name that a proxy looks up. */
  readonly family: 4 | 6 | null;
}

/** Resolves a name to every address of it; rejects as Node's own does. */
export type Resolve = (host: string) => Promise<readonly CheckedAddress[]>;

/**
 * The addresses to check, at most {@link MAX_ADDRESSES}, both families where there are both. Where a
 * proxy looks names up, nobody here does: then it is the name alone.
 *
 * @throws CheckFailure when there are none, or the answer takes too long
 * @throws CheckCancelled
 */
export async function addressesOf(
  { host, port }: Address,
  signal: AbortSignal,
  way: Way = straight,
  resolve: Resolve = systemResolve,
): Promise<readonly CheckedAddress[]> {
  const name = normalName(host);
  if (name === null) throw new CheckFailure('dns', 'dns');
  const family = isIP(name);
  if (family === 4 || family === 6) return [{ address: name, family }];
  const limitMs = STEP_LIMITS_MS.dns;
  const { promise: given, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new CheckFailure('timeout', 'dns', { limitMs }));
  }, limitMs);
  const cancel = (): void => {
    reject(new CheckCancelled());
  };
  if (signal.aborted) cancel();
  signal.addEventListener('abort', cancel);
  try {
    const isHere = await Promise.race([given, leadsStraight(way, { host: name, port })]);
    if (!isHere) return [{ address: name, family: null }];
    return chosen(await Promise.race([given, resolve(name)]));
  } catch (error) {
    if (error instanceof CheckFailure || error instanceof CheckCancelled) throw error;
    throw failureOf(error, 'dns', null);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', cancel);
  }
}

/** Where it cannot be told, connecting by it says why. */
async function leadsStraight(way: Way, to: Address): Promise<boolean> {
  try {
    return isStraight(await way(to));
  } catch {
    return false;
  }
}

/** In the resolver's order, but with both families among them. */
function chosen(all: readonly CheckedAddress[]): readonly CheckedAddress[] {
  const unique = [...new Map(all.map((entry) => [entry.address, entry])).values()];
  const turns = new Map<CheckedAddress['family'], number>();
  const inTurn = unique.map((entry) => {
    const turn = turns.get(entry.family) ?? 0;
    turns.set(entry.family, turn + 1);
    return { entry, turn };
  });
  return inTurn
    .toSorted((a, b) => a.turn - b.turn)
    .slice(0, MAX_ADDRESSES)
    .map(({ entry }) => entry);
}

function systemResolve(host: string): Promise<readonly CheckedAddress[]> {
  return new Promise((resolve, reject) => {
    systemLookup(host, { all: true, order: 'verbatim' }, (error, found: LookupAddress[]) => {
      if (error === null)
        resolve(found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 })));
      else reject(error);
    });
  });
}
