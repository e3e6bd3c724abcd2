import type { LongestAge, ReusePolicy } from '../../../shared/model.ts';
import { MAX_AGE_MS, type SessionPolicy } from '../tls/index.ts';

const MINUTE = 60_000;

const AGES: Readonly<Record<LongestAge, number>> = {
  server: MAX_AGE_MS,
  hour: 60 * MINUTE,
  'ten-minutes': 10 * MINUTE,
};

/** An account's choice in the words of the session cache. */
export function sessionPolicy({ sharing, longestAge }: ReusePolicy): SessionPolicy {
  return { sharing, maxAgeMs: AGES[longestAge] };
}
