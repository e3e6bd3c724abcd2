/** Bounds of the cache; what was used least recently goes first. */
export interface SessionCacheLimits {
  /** More are of no use: servers issue two, and each resumption renews one. */
  readonly sessionsPerPeer: number;
  /** An account has one peer, seldom two. */
  readonly peers: number;
  /** A ticket is 200 to 2,000 bytes; a client certificate can make it larger. */
  readonly totalBytes: number;
  /** Node gives none above 10 KiB. */
  readonly sessionBytes: number;
}

export const DEFAULT_LIMITS: SessionCacheLimits = {
  sessionsPerPeer: 8,
  peers: 1024,
  totalBytes: 8 * 1024 * 1024,
  sessionBytes: 16 * 1024,
};
