/**
 * What is kept of sessions across runs, as text: pure, in both directions. It is read back only by
 * the TLS engine that wrote it, on the machine where it was written.
 *
 * Nothing here may be seen by anybody: {@link sealSessions} encrypts all of it.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { HeldSession, type Family, type SessionOrigin, type SessionRoot } from './held-session.ts';
import { TLS_ENGINE } from './peer.ts';
import type { KeptPeer } from './session-keeper.ts';

/** Where sessions may be used again. */
export interface KeptHome {
  /** TLS engine and runtime, with their versions: sessions of one cannot be loaded by another. */
  readonly engine: string;
  /** Tells this machine from another one that has a copy of the file and of its key. */
  readonly machine: string;
  /** Names of its network; absent where sessions may be used on any. */
  readonly network?: readonly string[];
}

/** The engine of this process. */
export const KEPT_ENGINE = [
  TLS_ENGINE,
  // Node puts a wrapper of its own around sessions, and has changed it before.
  `node/${process.versions.node}`,
  `electron/${process.versions['electron'] ?? 'none'}`,
].join(' ');

/** What was kept, by the HMAC of the peer key; or why it cannot be used. */
export type Decoded =
  | { readonly kind: 'kept'; readonly peers: Map<string, KeptPeer>; readonly salt: string }
  | { readonly kind: 'unusable'; readonly why: string };

const SALT_BYTES = 32;

const timeAt = z.number().nonnegative();

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

const sessionSchema = z.object({
  bytes: z.base64().min(1),
  /** Index into `roots`. */
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

const keptSchema = z.object({
  engine: z.string(),
  machine: z.string(),
  network: z.array(z.string()).default([]),
  salt: z.base64(),
  savedAt: timeAt,
  roots: z.array(rootSchema),
  peers: z.array(
    z.object({
      key: z.string(),
      sharing: z.enum(['saving', 'private']),
      sessions: z.array(sessionSchema),
    }),
  ),
});

type Kept = z.infer<typeof keptSchema>;
type StoredRoot = z.infer<typeof rootSchema>;
type StoredSession = z.infer<typeof sessionSchema>;

/** Under this name a peer is kept: who reads it learns neither server nor account. */
export function keptKey(salt: string, key: string): string {
  return createHmac('sha256', Buffer.from(salt, 'base64')).update(key).digest('base64');
}

/** The sessions as text; roots and families that they share are shared again after decoding. */
export function encodeKept(peers: readonly KeptPeer[], home: KeptHome, now: number): string {
  const salt = randomBytes(SALT_BYTES).toString('base64');
  const roots = new Map<SessionRoot, number>();
  const families = new Map<Family, number>();
  const stored = peers.map(({ key, sharing, sessions }) => ({
    key: keptKey(salt, key),
    sharing,
    sessions: sessions
      .filter(hasTimes)
      .map((session) =>
        storedSession(
          session,
          numberOf(session.origin.root, roots),
          numberOf(session.origin.family, families),
        ),
      ),
  }));
  return JSON.stringify({
    engine: home.engine,
    machine: keptKey(salt, home.machine),
    network: (home.network ?? []).map((name) => keptKey(salt, name)),
    salt,
    savedAt: now,
    roots: [...roots.keys()].map(storedRoot),
    peers: stored,
  } satisfies Kept);
}

/** Reads what {@link encodeKept} wrote. Never throws. */
export function decodeKept(text: string, home: KeptHome, now: number): Decoded {
  const kept = parse(text);
  if (kept === null) return { kind: 'unusable', why: 'it is damaged' };
  if (kept.engine !== home.engine) {
    return { kind: 'unusable', why: 'it is of another TLS engine or version' };
  }
  if (kept.machine !== keptKey(kept.salt, home.machine)) {
    return { kind: 'unusable', why: 'it was written on another machine' };
  }
  if (home.network !== undefined && !isOn(home.network, kept)) {
    return { kind: 'unusable', why: 'it is not known to be from this network' };
  }
  // Nobody knows how old anything is then.
  if (now < kept.savedAt) return { kind: 'unusable', why: 'the clock was set back since' };
  const roots = kept.roots.map(rootOf);
  const families = new Map<number, Family>();
  const peers = new Map<string, KeptPeer>();
  for (const { key, sharing, sessions } of kept.peers) {
    const held: HeldSession[] = [];
    for (const session of sessions) {
      const root = roots[session.root];
      if (root === undefined) return { kind: 'unusable', why: 'it is damaged' };
      const family = families.get(session.family) ?? { dropped: false };
      families.set(session.family, family);
      held.push(heldSession(session, root, family));
    }
    peers.set(key, { key, sharing, sessions: held });
  }
  return { kind: 'kept', peers, salt: kept.salt };
}

/** Offline the network is not known, and so not the same. */
function isOn(network: readonly string[], kept: Kept): boolean {
  return (
    network.length > 0 && network.every((name) => kept.network.includes(keptKey(kept.salt, name)))
  );
}

function parse(text: string): Kept | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // A SyntaxError: not JSON, or cut off.
    return null;
  }
  return keptSchema.safeParse(json).data ?? null;
}

function storedSession(session: HeldSession, root: number, family: number): StoredSession {
  const { connection, protocol, mechanism, receivedAt, expiresAt } = session.origin;
  return {
    bytes: session.expose().toString('base64'),
    root,
    family,
    connection,
    protocol,
    mechanism,
    receivedAt,
    expiresAt,
    offered: session.offered,
    resumed: session.resumed,
  };
}

/** Without the name that it was last found to fit: that is checked again. */
function storedRoot(root: SessionRoot): StoredRoot {
  const { fullHandshakeAt, certificate, validity, identity, resumptions } = root;
  return {
    fullHandshakeAt,
    certificate: { ...certificate, names: [...certificate.names] },
    validity,
    identity: {
      // Node's object has no prototype, and may have parts that its type does not know.
      subject: { ...(identity.subject as unknown as StoredRoot['identity']['subject']) },
      subjectaltname: identity.subjectaltname ?? null,
    },
    resumptions,
  };
}

function heldSession(stored: StoredSession, root: SessionRoot, family: Family): HeldSession {
  const { connection, protocol, mechanism, receivedAt, expiresAt } = stored;
  const origin: SessionOrigin = {
    root,
    family,
    connection,
    protocol,
    mechanism,
    receivedAt,
    expiresAt,
  };
  const session = new HeldSession(Buffer.from(stored.bytes, 'base64'), origin);
  session.offered = stored.offered;
  session.resumed = stored.resumed;
  return session;
}

function rootOf({ identity, ...root }: StoredRoot): SessionRoot {
  return {
    ...root,
    identity: {
      subject: identity.subject,
      subjectaltname: identity.subjectaltname ?? undefined,
    },
    fitsName: null,
  };
}

/** A certificate's dates may be unreadable; JSON knows no NaN, and nothing could be checked. */
function hasTimes({ origin: { root } }: HeldSession): boolean {
  const { certificate, validity } = root;
  return [certificate.validFromAt, certificate.validToAt, validity.fromAt, validity.toAt].every(
    Number.isFinite,
  );
}

function numberOf<Thing>(thing: Thing, numbers: Map<Thing, number>): number {
  const known = numbers.get(thing) ?? numbers.size;
  numbers.set(thing, known);
  return known;
}
