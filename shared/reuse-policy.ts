/** What a user can choose about the reuse of sessions. */

/** How an account trades savings for unlinkability (RFC 8446 appendix C.4). */
export const SHARING_POLICIES = ['saving', 'private'] as const;
/**
 * `saving`: a burst that runs out of tickets shares the newest one. `private`: each ticket is
 * offered once, so that nobody on the way can tell by it that two connections are one client's.
 */
export type SharingPolicy = (typeof SHARING_POLICIES)[number];

/** For how long after its full handshake a session, renewed or not, may be offered. */
export const LONGEST_AGES = ['server', 'hour', 'ten-minutes'] as const;
/** `server`: as long as the server's own lifetime allows, at most seven days. */
export type LongestAge = (typeof LONGEST_AGES)[number];

/** What an account allows where it reuses sessions. */
export interface ReusePolicy {
  readonly sharing: SharingPolicy;
  readonly longestAge: LongestAge;
}
