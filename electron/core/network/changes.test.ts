import { describe, expect, test } from 'vitest';
import {
  ARRIVAL_MS,
  ASLEEP_MS,
  hasSlept,
  NO_NETWORK,
  placeOf,
  recognise,
  type KnownNetwork,
  type Look,
} from './changes.ts';

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

describe('the place of an address', () => {
  test.each([
    ['192.168.1.23', '192.168.1.23'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
    ['2001:db8::6', '2001:db8:0:0::/64'],
    ['2001:db8:0:0:aaaa:bbbb:cccc:dddd', '2001:db8:0:0::/64'],
    ['fd00::', 'fd00:0:0:0::/64'],
    ['::5', '0:0:0:0::/64'],
  ])('%s is in %s', (address, place) => {
    expect(placeOf(address)).toBe(place);
  });
});

const EVERY_MS = 2000;
const HOUR = 3_600_000;

/** Whether a sleep is found after so much time by each of the clocks. */
function after(passed: Look): boolean {
  const last = { at: 1_700_000_000_000, monotonic: 5000, busyMs: 300 };
  const now = {
    at: last.at + passed.at,
    monotonic: last.monotonic + passed.monotonic,
    busyMs: last.busyMs + passed.busyMs,
  };
  return hasSlept(last, now, EVERY_MS);
}

describe('a sleep', () => {
  test('is found where the time of day went on alone', () => {
    expect(after({ at: HOUR, monotonic: EVERY_MS, busyMs: 5 })).toBe(true);
    expect(after({ at: EVERY_MS + ASLEEP_MS, monotonic: EVERY_MS, busyMs: 5 })).toBe(true);
  });

  test('is found where both clocks went on, and the program did nothing meanwhile', () => {
    expect(after({ at: HOUR, monotonic: HOUR, busyMs: 5 })).toBe(true);
    const longMs = EVERY_MS + ASLEEP_MS;
    expect(after({ at: longMs, monotonic: longMs, busyMs: 0 })).toBe(true);
  });

  test('is not found between two looks that come in time, or somewhat late', () => {
    expect(after({ at: EVERY_MS, monotonic: EVERY_MS, busyMs: 1 })).toBe(false);
    expect(after({ at: 9000, monotonic: 9000, busyMs: 100 })).toBe(false);
  });

  test('is not found where the program was busy for all that time', () => {
    expect(after({ at: 60_000, monotonic: 60_000, busyMs: 58_000 })).toBe(false);
  });

  test('is not found where the clock is corrected, or was set back', () => {
    expect(after({ at: EVERY_MS + 900, monotonic: EVERY_MS, busyMs: 1 })).toBe(false);
    expect(after({ at: EVERY_MS - HOUR, monotonic: EVERY_MS, busyMs: 1 })).toBe(false);
  });

  test('and a clock set forward cannot be told apart', () => {
    expect(after({ at: HOUR + EVERY_MS, monotonic: EVERY_MS, busyMs: 1 })).toBe(true);
  });
});
