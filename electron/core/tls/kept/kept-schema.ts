/** The shape of what is kept of sessions; {@link encodeKept} says what it means. */
import { z } from 'zod';

const timeAt = z.number().nonnegative();

/** A full handshake. */
const rootSchema = z.object({
  fullHandshakeAt: timeAt,
  certificate: z.object({
    subject: z.string(),
    issuer: z.string(),
    names: z.array(z.string()),
    validFromAt: z.number(),
    validToAt: z.number(),
    fingerprint256: z.string(),
    verifiedAt: timeAt,
  }),
  validity: z.object({ fromAt: z.number(), toAt: z.number() }),
  identity: z.object({
    subject: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
    subjectaltname: z.string().nullable(),
  }),
  resumptions: z.int().nonnegative(),
});

/** A session that goes back to it. */
const sessionSchema = z.object({
  bytes: z.base64().min(1),
  /** Index into the peer's `roots`. */
  root: z.int().nonnegative(),
  /** Equal for the sessions of one handshake. */
  family: z.int().nonnegative(),
  connection: z.string().nullable(),
  protocol: z.enum(['TLSv1.2', 'TLSv1.3']),
  mechanism: z.enum(['tls13-ticket', 'tls12-ticket', 'session-id']),
  receivedAt: timeAt,
  expiresAt: timeAt,
  offered: z.boolean(),
  resumed: z.boolean(),
});

/** What no handshake costs, in ms and bytes: such figures would spoil every sum that they go into. */
const MOST_MS = 3_600_000;
const MOST_BYTES = 2 ** 24;

/** As many as an estimate looks back on; more are not written. */
export const MAX_COSTS = 20;

function costs(most: number) {
  const each = z.array(z.number().nonnegative()).max(MAX_COSTS);
  return each.transform((values) => values.filter((value) => value <= most));
}

const peerSchema = z.object({
  /** See {@link keptKey}. */
  key: z.string(),
  sharing: z.enum(['saving', 'private']),
  roots: z.array(rootSchema),
  sessions: z.array(sessionSchema),
  /** Files of before there were any have none. */
  costs: z.object({ ms: costs(MOST_MS), bytes: costs(MOST_BYTES) }).default({ ms: [], bytes: [] }),
});

const headSchema = z.object({
  engine: z.string(),
  machine: z.string(),
  network: z.array(z.string()).default([]),
  salt: z.base64(),
  savedAt: timeAt,
});

/** All of it. */
export const keptSchema = headSchema.extend({ peers: z.array(peerSchema) });

export type Kept = z.infer<typeof keptSchema>;
export type StoredHead = z.infer<typeof headSchema>;
export type StoredPeer = z.infer<typeof peerSchema>;
export type StoredRoot = z.infer<typeof rootSchema>;
export type StoredSession = z.infer<typeof sessionSchema>;
