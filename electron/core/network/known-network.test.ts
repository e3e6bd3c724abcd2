import { describe, expect, test } from 'vitest';
import { ARRIVAL_MS, NO_NETWORK, recognise, type KnownNetwork } from './known-network.ts';

const HOME = '192.168.1.23';
const HOME_V6 = '2001:db8:1:1::23';
const CAFE = '10.20.30.40';
const CAFE_V6 = '2001:db8:2:2::40';
const DOCKER = '172.17.0.1';

/** Whether each look finds another network than before; looks are a minute apart, or as said. */
function looks(
  ...seen: readonly (readonly string[] | { afterMs: number; seen: readonly string[] })[]
): boolean[] {
  let known: KnownNetwork = NO_NETWORK;
  let now = 1_700_000_000_000;
  return seen.map((look) => {
    const [afterMs, addresses] = 'afterMs' in look ? [look.afterMs, look.seen] : [60_000, look];
    now += afterMs;
    const { network, isAnother } = recognise(known, new Set(addresses), now);
    known = network;
    return isAnother;
  });
}

describe('another network', () => {
  test('is one with an address that was not there before', () => {
    expect(looks([HOME], [HOME], [CAFE], [HOME])).toEqual([false, false, true, true]);
  });

  test('is noticed after a time without any', () => {
    const soon = { afterMs: 1000, seen: [] };
    expect(looks([HOME], soon, { afterMs: 1000, seen: [CAFE] })).toEqual([false, false, true]);
  });

  test('is noticed where an address of no network stays the same, as a container’s does', () => {
    expect(looks([DOCKER, HOME], [DOCKER], [DOCKER, CAFE])).toEqual([false, false, true]);
  });

  test('is noticed after a sleep, however short the time awake was', () => {
    expect(looks([HOME], { afterMs: 8 * 3_600_000, seen: [CAFE] })).toEqual([false, true]);
  });

  test('is a VPN', () => {
    expect(looks([HOME], [HOME, CAFE], [HOME])).toEqual([false, true, false]);
  });
});

describe('the same network', () => {
  test('comes back after a time without any', () => {
    expect(looks([HOME], [], [HOME])).toEqual([false, false, false]);
  });

  test('gives its addresses one after another', () => {
    const arrival = { afterMs: 1500, seen: [CAFE, CAFE_V6] };
    expect(looks([HOME, HOME_V6], [], [CAFE], arrival, [CAFE, CAFE_V6])).toEqual([
      false,
      false,
      true,
      false,
      false,
    ]);
    expect(looks([HOME, HOME_V6], [], [HOME], [HOME, HOME_V6])).not.toContain(true);
  });

  test('is another one where they come much later, or the clock was set back meanwhile', () => {
    const late = { afterMs: ARRIVAL_MS, seen: [CAFE, HOME_V6] };
    expect(looks([HOME], [CAFE], late)).toEqual([false, true, true]);
    expect(looks([HOME], { afterMs: -3_600_000, seen: [CAFE] })).toEqual([false, true]);
  });

  test('changes the host part of IPv6 addresses, as privacy extensions do', () => {
    expect(looks([HOME_V6], ['2001:db8:1:1:aaaa:bbbb:cccc:dddd'])).toEqual([false, false]);
  });
});
