/**
 * The kept sessions as bytes for the disk: a few that say what they are, the rest encrypted and
 * authenticated by the protection that passwords have.
 */
import { decodeKept, encodeKept, type Decoded, type KeptHome } from './kept-format.ts';
import type { KeptPeer } from './session-keeper.ts';

/** Encrypts what is kept, and binds it to a context; such as the key store that passwords are in. */
export interface Protector {
  /** What is in force: with `memory` nothing that was sealed is ever written. */
  readonly protection: { readonly kind: string };
  /** @throws where the protection cannot be used */
  seal(plain: string, context: string): Promise<Uint8Array>;
  /** @throws where it was made elsewhere, or for another context, or changed */
  open(sealed: Uint8Array, context: string): Promise<string>;
}

/** The format of what is encrypted; another one is not read. */
const FORMAT = 1;
const MAGIC = Buffer.from('reprise-sessions', 'latin1');
const HEADER_BYTES = MAGIC.length + 1;
/** Bound to what is sealed: a stored password does not open as this, nor this as a password. */
const CONTEXT = `kept-sessions/${String(FORMAT)}`;

/** @throws when the protection cannot be used */
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
    text = await protector.open(content.subarray(HEADER_BYTES), CONTEXT);
  } catch {
    // What the protector says of passwords would mislead here; it cannot tell the causes apart.
    return { kind: 'unusable', why: 'it was changed, or the key that protects it is another one' };
  }
  return decodeKept(text, home, now);
}
