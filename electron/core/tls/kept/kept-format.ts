/**
 * What is kept of sessions across runs: bytes for the disk, of which a few say what they are; the
 * rest is text, encrypted and authenticated by the protection that passwords have. It is read back
 * only by the TLS engine that wrote it, on the machine where it was written.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { HeldSession, type Family, type Owner, type SessionRoot } from '../cache/held-session.ts';
import type { KeptPeer } from './keepable.ts';
import {
  parseKept,
  type Kept,
  type StoredPeer,
  type StoredRoot,
  type StoredSession,
} from './kept-shape.ts';
import { TLS_ENGINE } from '../peer.ts';

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

/**
 * What was kept, by the HMAC of the peer key; or why it cannot be used. Owners are names alone, until
 * they have asked for what is theirs: see {@link unknownOwner}.
 */
export type Decoded =
  | { readonly kind: 'kept'; readonly peers: Map<string, KeptPeer>; readonly salt: string }
  | { readonly kind: 'unusable'; readonly why: string };

/** Encrypts what is kept, and binds it to a context; such as the key store that passwords are in. */
export interface Protector {
  /** What is in force: with `memory` nothing that was sealed is ever written. */
  readonly protection: { readonly kind: string };
  /** @throws where the protection cannot be used */
  seal(plain: string, context: string): Promise<Uint8Array>;
  /** @throws where it was made elsewhere, or for another context, or changed */
  open(sealed: Uint8Array, context: string): Promise<{ readonly plain: string }>;
}

/** The format of what is encrypted; another one is not read. */
const FORMAT = 1;
const MAGIC = Buffer.from('reprise-sessions', 'latin1');
const HEADER_BYTES = MAGIC.length + 1;
/** Bound to what is sealed: a stored password does not open as this, nor this as a password. */
const CONTEXT = `kept-sessions/${String(FORMAT)}`;

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
  const head = JSON.stringify({
    engine,
    machine: keptKey(salt, machine),
    network: network.map((name) => keptKey(salt, name)),
    salt,
    savedAt: now,
  });
  const stored: string[] = [];
  for (const [index, peer] of peers.entries()) {
    if (index > 0 && index % PEERS_IN_A_TURN === 0) await turn();
    stored.push(JSON.stringify(storedPeer(peer, salt)));
  }
  return `${head.slice(0, -1)},"peers":[${stored.join(',')}]}`;
}

/** A handshake is with one peer: its root and its family are as well. Sessions name them by number. */
function storedPeer({ key, sharing, sessions, ownKeys }: KeptPeer, salt: string): object {
  const roots = new Map<SessionRoot, number>();
  const families = new Map<Family, number>();
  const owners = new Map<Owner, number>();
  const isShared = sharing === 'shared';
  const stored: object[] = [];
  for (const session of sessions.filter(hasTimes)) {
    const { root, family, ...origin } = session.origin;
    stored.push({
      ...origin,
      bytes: session.expose().toString('base64'),
      root: numberOf(root, roots),
      family: numberOf(family, families),
      offered: session.offered,
      resumed: session.resumed,
      ...(isShared ? { owners: session.owners.map((owner) => numberOf(owner, owners)) } : {}),
    });
  }
  return {
    key: keptKey(salt, key),
    sharing,
    ...(isShared
      ? { owners: [...owners.keys()].map((owner) => keptKey(salt, ownKeys.get(owner) ?? '')) }
      : {}),
    roots: [...roots.keys()].map(storedRoot),
    sessions: stored,
  };
}

/** Without the name that it was last found to fit: that is checked again. */
function storedRoot(root: SessionRoot): object {
  const { subject, subjectaltname = null } = root.identity;
  return { ...root, identity: { subject, subjectaltname }, fitsName: undefined };
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

/** Reads what {@link encodeKept} wrote. Never throws. */
export function decodeKept(content: string, home: KeptHome, now: number): Decoded {
  const kept = parseKept(content);
  if (kept === null) return { kind: 'unusable', why: 'it is damaged' };
  const why = whyNotHere(kept, home, now);
  if (why !== null) return { kind: 'unusable', why };
  const peers = new Map<string, KeptPeer>();
  for (const stored of kept.peers) {
    const { key, sharing, owners: names = [] } = stored;
    const owners = names.map(unknownOwner);
    const sessions = sessionsOf(stored, owners);
    if (sessions === null) return { kind: 'unusable', why: 'it is damaged' };
    const ownKeys = new Map(owners.map((owner) => [owner, owner.account]));
    peers.set(key, { key, sharing, sessions, ownKeys });
  }
  return { kind: 'kept', peers, salt: kept.salt };
}

function whyNotHere(kept: Kept, home: KeptHome, now: number): string | null {
  const { engine, machine, network = [], salt, savedAt } = kept;
  if (engine !== home.engine) return 'it is of another TLS engine or version';
  if (machine !== keptKey(salt, home.machine)) return 'it was written on another machine';
  if (home.network !== undefined) {
    // Offline the network is not known, and so not the same.
    const isSame = home.network.every((name) => network.includes(keptKey(salt, name)));
    if (home.network.length === 0 || !isSame) return 'it is not known to be from this network';
  }
  // Nobody knows how old anything is then.
  return now < savedAt ? 'the clock was set back since' : null;
}

/** An owner of whom nothing is known but {@link keptKey} of its own key, and who allows nothing. */
function unknownOwner(name: string): Owner {
  const policy = { sharing: 'private', maxAgeMs: 0 } as const;
  return { account: name, policy, isKept: false, hasEnded: false };
}

/** `null` where a session refers to a full handshake, or to an owner, that is not there. */
function sessionsOf(
  { roots, sessions }: StoredPeer,
  owners: readonly Owner[],
): HeldSession[] | null {
  const known = roots.map(rootOf);
  const families = new Map<number, Family>();
  const held: HeldSession[] = [];
  for (const session of sessions) {
    const root = known[session.root];
    if (root === undefined) return null;
    const family = families.get(session.family) ?? { dropped: false };
    families.set(session.family, family);
    const numbers = session.owners ?? [];
    const theirs = numbers.flatMap((number) => owners[number] ?? []);
    if (theirs.length < numbers.length) return null;
    held.push(heldSession(session, root, family, theirs));
  }
  return held;
}

function heldSession(
  stored: StoredSession,
  root: SessionRoot,
  family: Family,
  owners: readonly Owner[],
): HeldSession {
  const { connection, protocol, mechanism, receivedAt, expiresAt } = stored;
  const origin = { root, family, connection, protocol, mechanism, receivedAt, expiresAt };
  const session = new HeldSession(Buffer.from(stored.bytes, 'base64'), origin, owners);
  session.offered = stored.offered;
  session.resumed = stored.resumed;
  return session;
}

function rootOf({
  identity: { subject, subjectaltname },
  hangsOn = [],
  ...root
}: StoredRoot): SessionRoot {
  const identity = {
    // Node's type knows six parts; a certificate may have others.
    subject: subject as unknown as SessionRoot['identity']['subject'],
    subjectaltname: subjectaltname ?? undefined,
  };
  return { ...root, identity, hangsOn, fitsName: null };
}

/** @throws where the protection cannot be used */
export async function sealSessions(
  peers: readonly KeptPeer[],
  protector: Protector,
  home: KeptHome,
  now: number,
): Promise<Uint8Array> {
  const sealed = await protector.seal(await encodeKept(peers, home, now), CONTEXT);
  return Buffer.concat([MAGIC, Buffer.of(FORMAT), sealed]);
}

/** Opens what {@link sealSessions} made. Never rejects. */
export async function openSessions(
  content: Uint8Array,
  protector: Protector,
  home: KeptHome,
  now: number,
): Promise<Decoded> {
  if (!MAGIC.equals(content.subarray(0, MAGIC.length)) || content.length < HEADER_BYTES) {
    return { kind: 'unusable', why: 'it is damaged' };
  }
  if (content[MAGIC.length] !== FORMAT) {
    return { kind: 'unusable', why: 'it is of another version of Reprise' };
  }
  let text: string;
  try {
    text = (await protector.open(content.subarray(HEADER_BYTES), CONTEXT)).plain;
  } catch {
    // What the protector says of passwords would mislead here; it cannot tell the causes apart.
    return { kind: 'unusable', why: 'it was changed, or the key that protects it is another one' };
  }
  return decodeKept(text, home, now);
}
