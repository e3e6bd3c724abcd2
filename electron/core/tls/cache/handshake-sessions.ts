/** What one handshake does with the session cache: it takes at most one session, and stores more. */
import type { PeerCertificate } from 'node:tls';
import type {
  CertificateFacts,
  Descent,
  Mechanism,
  NotOfferedReason,
  Reuse,
  TlsProtocol,
} from '../facts.ts';
import { certificateFacts } from '../certificate.ts';
import {
  HeldSession,
  expiresAt,
  type Family,
  type Owner,
  type SessionPolicy,
  type SessionRoot,
} from './held-session.ts';
import { peerName, type Peer, type PeerKeys } from '../peer.ts';
import type { Lead } from './cold-start.ts';
import type { BrokenOffer } from './peer-sessions.ts';
import { MAX_PLACES, type AccountState, type PeerEntry } from './peer-table.ts';
import { readSession } from '../session-format.ts';
import type { Sent } from '../vouchers.ts';

/** Those that share wait so long in all, for however many leaders. */
const SHARING_PATIENCE_MS = 3_000;

/** What a handshake offers. */
export type Offer =
  | { readonly kind: 'session'; readonly bytes: Buffer; readonly mechanism: Mechanism }
  | { readonly kind: 'none'; readonly reason: NotOfferedReason }
  | { readonly kind: 'off' };

/** How a handshake ended well: the certificate that it verified, or that it was resumed. */
export type Verified =
  | { readonly resumed: true }
  | {
      readonly resumed: false;
      readonly certificate: PeerCertificate | null;
      /** Left out where the certificate shows all of what is above it. */
      readonly sent?: Sent;
    };

/** Who makes a handshake, with whom, and how things stood when the connection began. */
export interface Beginning extends Pick<PeerKeys, 'anchor' | 'place'> {
  readonly peer: Peer;
  readonly account: AccountState;
  readonly connection: string | null;
  /** `false` where the attempt before broke off with a session: this one goes without. */
  readonly offers: boolean;
  /** `refusals.trials` of the peer: a burst is one trial. */
  readonly trial: number;
}

/** What a handshake needs of the cache it belongs to. */
export interface CacheAccess {
  readonly now: () => number;
  readonly isBoringSsl: boolean;
  readonly sessionBytes: number;
  /** How often the machine has gone to another network. */
  readonly moves: () => number;
  /** The peer's entry, now the most recently used. */
  readonly entry: () => PeerEntry;
  readonly stored: () => void;
}

/**
 * The sessions of one handshake, in the order of its calls: `ready`, `take`, then `verified` or
 * `failed`, then `store` for each session that comes, `done` once nothing more is waited for.
 */
export class HandshakeSessions {
  readonly #begin: Beginning;
  readonly #account: AccountState;
  readonly #epoch: number;
  readonly #cache: CacheAccess;
  readonly #family: Family = { dropped: false };
  #offered: HeldSession | null = null;
  #offer: Offer | null = null;
  /** The handshake before that this one judges, by ending well without a session, or not. */
  #judges: BrokenOffer | null = null;
  #root: SessionRoot | null = null;
  /** Whose that is which it stores, once that is known. */
  #owners: readonly Owner[] = [];
  #descent: Descent | null = null;
  #stored = 0;
  /** Under which the session was taken. */
  #policy: SessionPolicy | null = null;
  /** {@link CacheAccess.moves} by then. */
  #moves = 0;
  #lead: Lead | null = null;
  /** It failed, perhaps while it waited: then it leads nobody. */
  #hasFailed = false;
  /** The server has had the occasion to issue sessions, and a reason. */
  #wasFull = false;
  /** The server has said something over TLS. */
  #isHeard = false;

  constructor(begin: Beginning, cache: CacheAccess) {
    this.#begin = begin;
    this.#account = begin.account;
    this.#epoch = begin.account.epoch;
    this.#cache = cache;
  }

  /** Off means off, and it is off for good for a handshake that saw it. */
  get #isAllowed(): boolean {
    return this.#account.enabled && this.#account.epoch === this.#epoch;
  }

  /**
   * What to wait for before `take`, if anything: the first handshake of a cold burst brings tickets
   * for all. Resolves when they are there, when that handshake failed, or when it takes too long.
   * `null` where a session is held, nothing is to be hoped for, or this is the first handshake.
   */
  ready(): Promise<void> | null {
    const entry = this.#toWaitFor();
    if (entry === null) return null;
    return entry.isShared ? this.#followSharing(entry) : entry.coldStart.wait();
  }

  /** Whose first tickets are to be waited for; `null` where there is no waiting, or this one leads. */
  #toWaitFor(): PeerEntry | null {
    if (this.#hasFailed || !this.#isAllowed || !this.#begin.offers) return null;
    const entry = this.#cache.entry();
    const { owner } = this.#account;
    if (!entry.sessions.isWorthWaiting(this.#cache.now(), owner.policy)) return null;
    this.#lead = entry.coldStart.lead(owner);
    return this.#lead === null ? entry : null;
  }

  /**
   * Where the leader is of another account, its failure, its end or its silence are not this one's: one
   * of those that waited leads in its place.
   */
  async #followSharing(entry: PeerEntry): Promise<void> {
    const until = performance.now() + SHARING_PATIENCE_MS;
    let next: PeerEntry | null = entry;
    for (
      let left = SHARING_PATIENCE_MS;
      next !== null && left > 0;
      left = until - performance.now()
    ) {
      await next.coldStart.wait(true, left);
      next = this.#toWaitFor();
    }
  }

  /** Chooses what to offer. For a ticket that is used once this is the one act that takes it. */
  take(): Offer {
    if (this.#offer !== null) throw new Error('A handshake takes one offer only.');
    this.#offer = this.#choose();
    return this.#offer;
  }

  #choose(): Offer {
    if (!this.#isAllowed) {
      return this.#account.enabled ? { kind: 'none', reason: 'nothing-held' } : { kind: 'off' };
    }
    const { sessions } = this.#cache.entry();
    this.#judges = sessions.toBeJudged();
    if (this.#judges !== null || !this.#begin.offers) {
      return { kind: 'none', reason: 'failed-earlier' };
    }
    const { policy } = this.#account.owner;
    const choice = sessions.take(this.#cache.now(), policy, this.#begin.trial);
    if (choice.session === null) {
      return { kind: 'none', reason: this.#trustChanged() ? 'trust-changed' : choice.reason };
    }
    if (!choice.session.fits(peerName(this.#begin.peer), this.#begin.anchor)) {
      sessions.evict(choice.session);
      return { kind: 'none', reason: 'trust-changed' };
    }
    this.#offered = choice.session;
    this.#policy = policy;
    this.#moves = this.#cache.moves();
    return {
      kind: 'session',
      bytes: choice.session.expose(),
      mechanism: choice.session.origin.mechanism,
    };
  }

  #trustChanged(): boolean {
    const before = this.#account.trusted.get(this.#begin.place);
    return before !== undefined && before !== this.#begin.anchor.fingerprint;
  }

  /** Outlives the sessions, so that a change can be said; as many places as there may be peers. */
  #rememberTrust(): void {
    const { trusted } = this.#account;
    trusted.delete(this.#begin.place);
    trusted.set(this.#begin.place, this.#begin.anchor.fingerprint);
    for (const oldest of trusted.keys()) {
      if (trusted.size <= MAX_PLACES) return;
      trusted.delete(oldest);
    }
  }

  /** The handshake ended well, and the certificate was verified, now or at the session's root. */
  verified(result: Verified): Reuse {
    const offer = this.#offer ?? this.take();
    const now = this.#cache.now();
    const offered = this.#offered;
    const { owner } = this.#account;
    this.#owners = [owner];
    if (offered !== null && result.resumed) {
      const others = offered.owners.filter((other) => other !== owner);
      const { account } = offered.owners.at(-1) ?? owner;
      // What comes descends from theirs.
      this.#owners = [...others, owner];
      this.#root = offered.origin.root;
      this.#root.resumptions += 1;
      if (this.#isAllowed) this.#cache.entry().sessions.resumed(offered);
      this.#descent = {
        fullHandshakeAt: this.#root.fullHandshakeAt,
        reuse: this.#root.resumptions,
        sharedBy: account === owner.account ? null : account,
      };
      return { kind: 'resumed', mechanism: offered.origin.mechanism };
    }
    const certificate = result.resumed ? null : result.certificate;
    const sent = result.resumed ? undefined : result.sent;
    this.#wasFull = true;
    if (this.#judges?.wasTakenUp === false && this.#isAllowed) {
      this.#cache.entry().sessions.condemn(this.#judges, now);
    }
    // Without the certificate's facts nothing could be checked later: nothing is stored then.
    this.#root =
      certificate === null
        ? null
        : {
            fullHandshakeAt: now,
            certificate: certificateFacts(certificate, now),
            identity: {
              subject: certificate.subject,
              subjectaltname: certificate.subjectaltname,
            },
            ...this.#begin.anchor.vouchers(certificate, now, sent),
            fitsName: null,
            resumptions: 0,
          };
    if (offered !== null) {
      if (this.#isAllowed) this.#cache.entry().sessions.refused(offered, this.#begin.trial, now);
      return { kind: 'refused', mechanism: offered.origin.mechanism };
    }
    return offer.kind === 'none' ? { kind: 'full', reason: offer.reason } : { kind: 'off' };
  }

  /** The certificate that was verified, now or in the full handshake that this one goes back to. */
  get certificate(): CertificateFacts | null {
    return this.#root?.certificate ?? null;
  }

  /** What that certificate hangs on; see `vouchers.ts`. */
  get hangsOn(): readonly string[] {
    return this.#root?.hangsOn ?? [];
  }

  /** Where the session that was taken up comes from; `null` unless resumed. */
  get descent(): Descent | null {
    return this.#descent;
  }

  /**
   * The handshake failed: it broke off, whoever or whatever broke it; it was given up on this side; or
   * the server refused the session and showed a certificate that is not trusted.
   *
   * @returns whether the session that was offered may be why, so that one attempt without any is to
   *   follow at once, which tells
   */
  failed(cause: 'broke-off' | 'given-up' | 'certificate'): boolean {
    const offered = this.#offered;
    this.#hasFailed = true;
    this.done();
    if (!this.#isAllowed) return false;
    const { sessions } = this.#cache.entry();
    // It was to judge the one before, and came to no handshake: the network was it.
    if (this.#offer === null && !this.#begin.offers) sessions.toBeJudged();
    if (offered === null) return false;
    if (cause === 'certificate') {
      sessions.dropFamily(offered);
      return false;
    }
    if (this.#mayBeGivenBack(offered)) sessions.giveBack(offered);
    else sessions.evict(offered);
    // What broke on the network before tells nothing of the way from here.
    if (cause === 'given-up' || this.#moves !== this.#cache.moves()) return false;
    sessions.brokeOff({ session: offered, wasTakenUp: false, trial: this.#begin.trial });
    return true;
  }

  /** The first that the server says over TLS: only now is it known that the connection works. */
  heard(): void {
    if (this.#isHeard) return;
    this.#isHeard = true;
    if (!this.#isAllowed) return;
    const { sessions } = this.#cache.entry();
    if (this.#descent !== null) sessions.wentThrough();
    if (this.#judges?.wasTakenUp === true) sessions.condemn(this.#judges, this.#cache.now());
  }

  /**
   * The connection ended on its way or over there, or stays silent for good. Where it was resumed and
   * nothing ever came, that may be why: some firewalls want to see a certificate, and let nothing pass
   * where they see none. The next attempt goes without a session, and tells.
   */
  hungUp(): void {
    const offered = this.#offered;
    const isResumed = this.#descent !== null;
    if (offered === null || !isResumed || this.#isHeard || !this.#isAllowed) return;
    if (this.#moves !== this.#cache.moves()) return;
    const { sessions } = this.#cache.entry();
    sessions.brokeOff({ session: offered, wasTakenUp: true, trial: this.#begin.trial });
  }

  /** It may have been on the wire: a ticket is not seen on two networks. */
  #mayBeGivenBack(offered: HeldSession): boolean {
    if (this.#policy === null || this.#policy.sharing === 'private') return false;
    return offered.origin.protocol === 'TLSv1.2' || this.#moves === this.#cache.moves();
  }

  /**
   * Keeps a session that the server issued, unless it may not be used.
   *
   * @param fallback what the connection knows, for a session whose format is not known
   */
  store(
    bytes: Buffer,
    fallback: { readonly protocol: TlsProtocol; readonly hasTicket: () => boolean },
  ): void {
    const root = this.#root;
    if (root === null || !this.#isAllowed || bytes.length > this.#cache.sessionBytes) return;
    if (this.#owners.some(({ hasEnded }) => hasEnded)) return;
    const facts = readSession(bytes);
    const protocol = facts?.protocol ?? fallback.protocol;
    const now = this.#cache.now();
    const renews = this.#descent === null ? null : this.#offered;
    const end = expiresAt(facts, protocol, this.#cache.isBoringSsl, {
      now,
      renewed: renews?.origin.expiresAt ?? null,
    });
    if (end <= now) return;
    const hasTicket = facts?.hasTicket ?? fallback.hasTicket();
    const mechanism: Mechanism =
      protocol === 'TLSv1.3' ? 'tls13-ticket' : hasTicket ? 'tls12-ticket' : 'session-id';
    const entry = this.#cache.entry();
    const origin = {
      root,
      family: this.#family,
      connection: this.#begin.connection,
      protocol,
      mechanism,
      receivedAt: now,
      expiresAt: end,
    };
    entry.sessions.put(new HeldSession(bytes, origin, this.#owners), renews);
    this.#stored += 1;
    // The second ticket of the same flight is given in the same turn: the others get both.
    this.doneSoon();
    this.#rememberTrust();
    this.#cache.stored();
  }

  /** As {@link HandshakeSessions.done}, once this turn is over, in which sessions may come still. */
  doneSoon(): void {
    if (this.#lead === null && this.#stored > 0) return;
    setImmediate(() => {
      this.#noteBarren();
      this.done();
    });
  }

  /** Notes it where a full handshake brought nothing that could be stored. */
  #noteBarren(): void {
    if (!this.#wasFull || this.#root === null || this.#stored > 0 || !this.#isAllowed) return;
    this.#cache.entry().sessions.broughtNothing();
  }

  /** Nothing more is waited for: what came is there for the others. */
  done(): void {
    if (this.#lead === null) return;
    this.#noteBarren();
    this.#lead();
    this.#lead = null;
  }
}
