/**
 * One session that is held, and for how long it may be offered. Its bytes are a secret that
 * resumes a connection: they are private to this class, so that no log or inspection shows them.
 */
import type { PeerCertificate } from 'node:tls';
import type { CertificateFacts, Mechanism, SharingPolicy, TlsProtocol } from '../facts.ts';
import type { TrustAnchor } from '../trust.ts';
import type { Validity } from '../vouchers.ts';
import { statedLifetime, type SessionFacts } from '../session-format.ts';
import { checkName } from '../trust.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;

/** RFC 8446 §4.6.1: a ticket may not be used longer than this, whatever the server says. */
const MAX_LIFETIME_TLS13_MS = 7 * DAY;
/** RFC 5246 §F.1.4 suggests 24 hours for a session ID; RFC 5077 leaves tickets to the client. */
const MAX_LIFETIME_TLS12_MS = DAY;
/** Where the server says none, or the format is not known: what OpenSSL gives every session. */
const UNKNOWN_LIFETIME_MS = 2 * HOUR;

/** What an account allows. */
export interface SessionPolicy {
  readonly sharing: SharingPolicy;
  /** A session, renewed or not, is offered at most so long after its full handshake. */
  readonly maxAgeMs: number;
}

/**
 * An account as the owner of sessions, until something ends all that it has: from then on it is another
 * owner, so that what is on its way knows.
 */
export interface Owner {
  readonly account: string;
  policy: SessionPolicy;
  /** A copy of its sessions may outlive the program. */
  isKept: boolean;
  hasEnded: boolean;
}

/** The full handshake that a session, renewed or not, goes back to. */
export interface SessionRoot {
  readonly fullHandshakeAt: number;
  readonly certificate: CertificateFacts;
  /** While a full handshake would come to the same verdict: see `vouchers.ts`. */
  validity: Validity;
  /** Of that certificate: what the name is checked against. */
  readonly identity: {
    readonly subject: PeerCertificate['subject'];
    readonly subjectaltname: string | undefined;
  };
  /** What it hangs on: see `vouchers.ts`. Nothing in what was kept before this was known. */
  hangsOn: readonly string[];
  /** The name that the certificate was last found to be for: it does not change. */
  fitsName: string | null;
  /** Handshakes resumed from it so far, by whichever of its sessions. */
  resumptions: number;
}

/** The sessions of one handshake; one object for all of them. */
export interface Family {
  /** The server refused one: none of them is to be offered any more (RFC 9149). */
  dropped: boolean;
}

/** Everything about a session but its bytes. */
export interface SessionOrigin {
  readonly root: SessionRoot;
  /** Tickets of one handshake are siblings. */
  readonly family: Family;
  /** The connection that brought it; `null` where nobody said. */
  readonly connection: string | null;
  readonly protocol: TlsProtocol;
  readonly mechanism: Mechanism;
  readonly receivedAt: number;
  readonly expiresAt: number;
}

/** A session that may be offered. */
export class HeldSession {
  readonly origin: SessionOrigin;
  /**
   * Whose it is: the last one brought it, the others those that it descends from. It ends with any of
   * them.
   */
  owners: readonly Owner[];
  readonly #bytes: Buffer;
  /** It has been on the wire: under `private` that was its only time. */
  offered = false;
  /** The server has taken it up at least once. */
  resumed = false;

  constructor(bytes: Buffer, origin: SessionOrigin, owners: readonly Owner[] = []) {
    this.#bytes = bytes;
    this.origin = origin;
    this.owners = owners;
  }

  /** Something ended all that one of its owners had. */
  get hasEnded(): boolean {
    return this.owners.some(({ hasEnded }) => hasEnded);
  }

  /** How long after its full handshake every one of its owners lets it be offered. */
  get maxAgeMs(): number {
    return Math.min(...this.owners.map(({ policy }) => policy.maxAgeMs));
  }

  get sizeBytes(): number {
    return this.#bytes.length;
  }

  /** The bytes, exactly as Node gave them; for `tls.connect` and nothing else. */
  expose(): Buffer {
    return this.#bytes;
  }

  /**
   * Whether the certificate at its root is for `name`, or, with a pin, that one; and all that it hangs on
   * is trusted still.
   */
  fits(name: string, { pin, trusts }: Pick<TrustAnchor, 'pin' | 'trusts'>): boolean {
    const { root } = this.origin;
    if (!trusts(root.hangsOn)) return false;
    if (pin !== null) return root.certificate.fingerprint256 === pin;
    if (root.fitsName === name) return true;
    // Only the subject and its alternative names are read from the certificate.
    if (checkName(name, root.identity as PeerCertificate) !== undefined) return false;
    root.fitsName = name;
    return true;
  }

  /** Until when it may be offered: its own lifetime, the limit given or its certificate's end. */
  endsAt(maxAgeMs: number): number {
    const { root, expiresAt } = this.origin;
    return Math.min(expiresAt, root.fullHandshakeAt + maxAgeMs, root.validity.toAt);
  }

  /** A clock that went backwards means expired: nobody knows how old it is then. */
  isExpired(now: number, maxAgeMs: number): boolean {
    const { root, receivedAt } = this.origin;
    return now < receivedAt || now >= this.endsAt(maxAgeMs) || now < root.validity.fromAt;
  }
}

/**
 * For how long a session may be offered, in ms; 0 means never (rule 9): as long as the server said,
 * within the limits above. What OpenSSL itself gives a session says nothing of the server, and does
 * not keep it from being offered.
 *
 * @param facts `null` where the session's format is not known
 */
export function lifetimeMs(
  facts: SessionFacts | null,
  protocol: TlsProtocol,
  isBoringSsl: boolean,
): number {
  if (facts === null) return UNKNOWN_LIFETIME_MS;
  const stated = statedLifetime({ ...facts, protocol }, isBoringSsl) * SECOND;
  // Zero means that it should be discarded immediately (RFC 8446 §4.6.1).
  if (protocol === 'TLSv1.3') return Math.min(stated, MAX_LIFETIME_TLS13_MS);
  // Zero leaves the lifetime unspecified (RFC 5077 §3.3).
  return stated === 0 ? UNKNOWN_LIFETIME_MS : Math.min(stated, MAX_LIFETIME_TLS12_MS);
}

/**
 * When a session that came now is to be offered no more. One that a server renews under TLS 1.2 mostly
 * has no lifetime of its own: OpenSSL leaves it out of what it renews, which ends when the old one does.
 *
 * @param renewed when the one ends in whose place it comes; `null` where it comes in none
 */
export function expiresAt(
  facts: SessionFacts | null,
  protocol: TlsProtocol,
  isBoringSsl: boolean,
  { now, renewed }: { readonly now: number; readonly renewed: number | null },
): number {
  const own = now + lifetimeMs(facts, protocol, isBoringSsl);
  const isStated = facts !== null && statedLifetime({ ...facts, protocol }, isBoringSsl) > 0;
  return renewed === null || isStated || protocol === 'TLSv1.3' ? own : Math.min(own, renewed);
}
