/**
 * What is kept of sessions across runs, as text. It is read back only by the TLS engine that wrote
 * it, on the machine where it was written.
 *
 * Nothing here may be seen by anybody: {@link sealSessions} encrypts all of it.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import {
  HeldSession,
  type Family,
  type SessionOrigin,
  type SessionRoot,
} from '../cache/held-session.ts';
import {
  keptSchema,
  MAX_COSTS,
  type Kept,
  type StoredHead,
  type StoredPeer,
  type StoredRoot,
  type StoredSession,
} from './kept-schema.ts';
import { TLS_ENGINE } from '../peer.ts';
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

/** A thousand peers take 45 ms to encode: in between, others have their turn. */
const PEERS_IN_A_TURN = 50;

/** Under this name a peer is kept: who reads it learns neither server nor account. */
export function keptKey(salt: string, key: string): string {
  return createHmac('sha256', Buffer.from(salt, 'base64')).update(key).digest('base64');
}

/** The sessions as text; roots and families that they share are shared again after decoding. */
export async function encodeKept(
  peers: readonly KeptPeer[],
  { engine, machine, network = [] }: KeptHome,
  now: number,
): Promise<string> {
  const salt = randomBytes(SALT_BYTES).toString('base64');
  const head: StoredHead = {
    engine,
    machine: keptKey(salt, machine),
    network: network.map((name) => keptKey(salt, name)),
    salt,
    savedAt: now,
  };
  const stored: string[] = [];
  for (const [index, peer] of peers.entries()) {
    if (index > 0 && index % PEERS_IN_A_TURN === 0) await turn();
    stored.push(JSON.stringify(storedPeer(peer, salt)));
  }
  return `${JSON.stringify(head).slice(0, -1)},"peers":[${stored.join(',')}]}`;
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
  const peers = new Map<string, KeptPeer>();
  for (const stored of kept.peers) {
    const sessions = sessionsOf(stored);
    if (sessions === null) return { kind: 'unusable', why: 'it is damaged' };
    const { key, sharing, costs } = stored;
    peers.set(key, { key, sharing, sessions, costs });
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

/** A handshake is with one peer: its root and its family are as well. */
function storedPeer({ key, sharing, sessions, costs }: KeptPeer, salt: string): StoredPeer {
  const roots = new Map<SessionRoot, number>();
  const families = new Map<Family, number>();
  const stored: StoredSession[] = [];
  for (const session of sessions.filter(hasTimes)) {
    const { root, family } = session.origin;
    stored.push(storedSession(session, numberOf(root, roots), numberOf(family, families)));
  }
  return {
    key: keptKey(salt, key),
    sharing,
    roots: [...roots.keys()].map(storedRoot),
    sessions: stored,
    costs: { ms: costs.ms.slice(-MAX_COSTS), bytes: costs.bytes.slice(-MAX_COSTS) },
  };
}

/** `null` where a session refers to a full handshake that is not there. */
function sessionsOf({ roots, sessions }: StoredPeer): HeldSession[] | null {
  const known = roots.map(rootOf);
  const families = new Map<number, Family>();
  const held: HeldSession[] = [];
  for (const session of sessions) {
    const root = known[session.root];
    if (root === undefined) return null;
    const family = families.get(session.family) ?? { dropped: false };
    families.set(session.family, family);
    held.push(heldSession(session, root, family));
  }
  return held;
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
