/** A day as a laptop has it: asleep at night, a storm when it wakes. Pure. */
import type { AliveSpan } from '../../electron/core/history/alive.ts';
import type { MadeUp } from '../fixtures/program/seeded-history.ts';

const HOUR = 60 * 60 * 1000;

/** The same numbers each time (a linear congruence after Park and Miller). */
function numbers(): () => number {
  let state = 20_261_123;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** A day that ends at `now`, with the handshakes of one account. */
export function makeUpADay(
  now: number,
  account: string,
): { readonly handshakes: readonly MadeUp[]; readonly alive: readonly AliveSpan[] } {
  const random = numbers();
  const alive = [
    { startAt: now - 23 * HOUR, endAt: now - 15 * HOUR },
    { startAt: now - 8 * HOUR, endAt: now - 1000 },
  ];
  const handshakes = alive.flatMap(({ startAt, endAt }) => {
    const made: MadeUp[] = [];
    for (let at = startAt; at < endAt; at += 4 * 60_000 * (0.3 + random())) {
      // Everything connects anew when it wakes, with nothing that is held.
      const isWaking = at - startAt < HOUR / 4;
      made.push(handshakeAt(Math.round(at), account, random, isWaking ? 0.5 : 0.9));
    }
    return made;
  });
  return { handshakes, alive };
}

function handshakeAt(at: number, account: string, random: () => number, resumed: number): MadeUp {
  const share = random();
  if (share < resumed) return { at, account, kind: 'resumed', tlsMs: 4 + 6 * random() };
  const rest = (share - resumed) / (1 - resumed);
  if (rest < 0.6) return { at, account, kind: 'full', tlsMs: 18 + 20 * random() };
  if (rest < 0.85) return { at, account, kind: 'refused', tlsMs: 20 + 20 * random() };
  return { at, account, kind: 'failed' };
}
