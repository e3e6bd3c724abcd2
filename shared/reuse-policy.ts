/** What a user can choose about the reuse of sessions. */
import type { SharingPolicy } from '../electron/core/tls/facts.ts';

export type { SharingPolicy } from '../electron/core/tls/facts.ts';

/** Each {@link SharingPolicy}, for the schema of what a user sends. */
export const SHARING_POLICIES = [
  'saving',
  'private',
  'shared',
] as const satisfies readonly SharingPolicy[];

/** For how long after its full handshake a session, renewed or not, may be offered. */
export const LONGEST_AGES = ['server', 'hour', 'ten-minutes'] as const;
/** `server`: as long as the server's own lifetime allows, at most seven days. */
export type LongestAge = (typeof LONGEST_AGES)[number];

/** What an account allows where it reuses sessions. */
export interface ReusePolicy {
  readonly sharing: SharingPolicy;
  readonly longestAge: LongestAge;
}
