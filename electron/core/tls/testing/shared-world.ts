/**
 * For tests: accounts that do to a session cache whatever accounts may do, in any order, beside a book
 * of who made which session. At each offer the book is asked whether it may be; it knows nothing of how
 * the cache holds what it holds.
 */
import { array, constantFrom, nat, oneof, record, constant, type Arbitrary } from 'fast-check';
import type { SharingPolicy } from '../facts.ts';
import type { HandshakeSessions } from '../cache/handshake-sessions.ts';
import { SessionCache } from '../cache/session-cache.ts';
import type { Peer } from '../peer.ts';
import { certificateFor, OTHER_TRUST, TRUST } from './peer-fixtures.ts';
import { sessionDer, TLS12, TLS13 } from './session-fixtures.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const START = 20_000 * DAY;
const NAMES = ['imap.example.org', 'imap.example.net'];

/** Something that happens. */
export type Step =
  | { readonly kind: 'begin'; readonly peer: Peer; readonly isTls12: boolean }
  /** A handshake in flight goes on; what the server makes of it. */
  | { readonly kind: 'go-on'; readonly which: number; readonly answer: 'well' | 'full' | 'breaks' }
  | { readonly kind: 'policy'; readonly account: string; readonly sharing: SharingPolicy }
  | { readonly kind: 'age'; readonly account: string; readonly maxAgeMs: number }
  | { readonly kind: 'switch'; readonly account: string; readonly on: boolean }
  | { readonly kind: 'forget' | 'remove'; readonly account: string }
  | { readonly kind: 'forget-peer'; readonly which: number }
  | { readonly kind: 'later'; readonly byMs: number }
  | { readonly kind: 'network' };

const ACCOUNTS = ['ann', 'bob', 'cid', 'dee'];
const account = constantFrom(...ACCOUNTS);
/** Mostly the first: peers are to be alike often. */
const mostly = <Value>(usual: Value, other: Value): Arbitrary<Value> =>
  oneof({ weight: 8, arbitrary: constant(usual) }, { weight: 1, arbitrary: constant(other) });

const peer: Arbitrary<Peer> = record({
  account,
  user: mostly('first', 'second'),
  name: mostly(NAMES[0] ?? '', NAMES[1] ?? ''),
  port: mostly(993, 1993),
  security: mostly<Peer['security']>('tls', 'starttls'),
  trust: mostly<Peer['trust']>(TRUST, OTHER_TRUST),
  via: mostly<string | null>(null, 'socks5://proxy.example'),
});

/** What may happen, in any order. */
export const steps: Arbitrary<Step[]> = array(
  oneof(
    {
      weight: 12,
      arbitrary: record({ kind: constant('begin'), peer, isTls12: mostly(false, true) }),
    },
    {
      weight: 36,
      arbitrary: record({
        kind: constant('go-on'),
        which: nat(),
        answer: oneof(
          { weight: 10, arbitrary: constant('well') },
          { weight: 1, arbitrary: constant('full') },
          { weight: 3, arbitrary: constant('breaks') },
        ),
      }),
    },
    {
      weight: 6,
      arbitrary: record({
        kind: constant('policy'),
        account,
        sharing: oneof(
          { weight: 5, arbitrary: constant<SharingPolicy>('shared') },
          { weight: 1, arbitrary: constantFrom<SharingPolicy>('saving', 'private') },
        ),
      }),
    },
    {
      weight: 1,
      arbitrary: record({
        kind: constant('age'),
        account,
        maxAgeMs: mostly(7 * DAY, 10 * MINUTE),
      }),
    },
    {
      weight: 2,
      arbitrary: record({ kind: constant('switch'), account, on: mostly(true, false) }),
    },
    {
      weight: 1,
      arbitrary: record({ kind: constantFrom('forget', 'remove'), account }),
    },
    { weight: 1, arbitrary: record({ kind: constant('forget-peer'), which: nat() }) },
    { weight: 2, arbitrary: record({ kind: constant('later'), byMs: nat({ max: 8 * MINUTE }) }) },
    { weight: 1, arbitrary: constant({ kind: 'network' } as const) },
  ) as Arbitrary<Step>,
  { minLength: 20, maxLength: 160, size: 'max' },
);

/** What the book knows of an account. */
interface Known {
  sharing: SharingPolicy;
  maxAgeMs: number;
  isOn: boolean;
}

/** What the book knows of a session. */
interface Made {
  readonly account: string;
  readonly user: string | undefined;
  /** All of the peer but account and user. */
  readonly server: string;
  readonly fullAt: number;
  /** The one that it descends from. */
  readonly from: Made | null;
  hasEnded: boolean;
}

interface InFlight {
  readonly peer: Peer;
  readonly handshake: HandshakeSessions;
  readonly isTls12: boolean;
  /** What it brings is ended already. */
  isDoomed: boolean;
  offered: Made | null;
  root: Made | null;
  step: 'begun' | 'taken' | 'verified';
  fullAt: number;
}

export class SharedWorld {
  /** What went wrong, in words; nothing should. */
  readonly wrongs: string[] = [];
  /** Sessions that were offered, and of these those of another account. */
  offers = 0;
  foreign = 0;
  #now = START;
  readonly #cache: SessionCache;
  readonly #known = new Map<string, Known>();
  readonly #made = new Map<number, Made>();
  /** By the id of what is held for a peer: the server that it is of. */
  readonly #serverOf = new Map<string, string>();
  /** Whose handshake it is that something is heard of. */
  #storing: string | null = null;
  #inFlight: InFlight[] = [];

  constructor() {
    this.#cache = new SessionCache({
      now: () => this.#now,
      isBoringSsl: false,
      onChange: (id) => {
        if (this.#storing !== null) this.#serverOf.set(id, this.#storing);
      },
    });
  }

  run(all: readonly Step[]): void {
    for (const step of all) this.#do(step);
    // Whatever is left is tried by everybody.
    for (const name of ACCOUNTS) {
      for (const { peer } of this.#inFlight) this.#offer({ ...peer, account: name });
    }
  }

  #do(step: Step): void {
    switch (step.kind) {
      case 'begin':
        this.#begin(step.peer, step.isTls12);
        return;
      case 'go-on':
        this.#goOn(step.which, step.answer);
        return;
      case 'policy':
        this.#choose(step.account, { sharing: step.sharing });
        return;
      case 'age':
        this.#choose(step.account, { maxAgeMs: step.maxAgeMs });
        return;
      case 'switch':
        if (this.#of(step.account).isOn && !step.on) this.#end(step.account);
        this.#of(step.account).isOn = step.on;
        this.#cache.setEnabled(step.account, step.on);
        return;
      case 'forget':
        this.#end(step.account);
        this.#cache.forget(step.account);
        return;
      case 'remove':
        this.#end(step.account);
        this.#known.delete(step.account);
        this.#cache.remove(step.account);
        return;
      case 'forget-peer':
        this.#forgetPeer(step.which);
        return;
      case 'later':
        this.#now += step.byMs;
        return;
      case 'network':
        this.#cache.networkChanged();
    }
  }

  #of(name: string): Known {
    const known = this.#known.get(name) ?? { sharing: 'saving', maxAgeMs: 7 * DAY, isOn: true };
    this.#known.set(name, known);
    return known;
  }

  #choose(name: string, change: Partial<Known>): void {
    const known = this.#of(name);
    const sharing = change.sharing ?? known.sharing;
    // In or out: what was made before is not used after.
    if ((sharing === 'shared') !== (known.sharing === 'shared')) this.#end(name);
    Object.assign(known, change);
    this.#cache.setPolicy(name, { sharing, maxAgeMs: known.maxAgeMs });
  }

  /** Everything ends that this account has made, or is about to: of one server, or by another user. */
  #end(name: string, server: string | null = null, keeps: string | null = null): void {
    const isMeant = (at: string, user: string | undefined): boolean =>
      (server === null || at === server) && (keeps === null || user !== keeps);
    for (const made of this.#made.values()) {
      if (made.account === name && isMeant(made.server, made.user)) made.hasEnded = true;
    }
    for (const one of this.#inFlight) {
      const { account: whose, user } = one.peer;
      if (whose === name && isMeant(serverOf(one.peer), user)) one.isDoomed = true;
    }
  }

  #forgetPeer(which: number): void {
    const ids = [...this.#serverOf.keys()].filter((id) => this.#cache.heldForPeer(id) !== null);
    const id = ids[which % ids.length];
    const held = id === undefined ? null : this.#cache.heldForPeer(id);
    if (id === undefined || held === null) return;
    // Of one account it may be what one of its users has there: that is left to other tests.
    for (const name of held.sharedBy ?? []) this.#end(name, this.#serverOf.get(id));
    this.#cache.forgetPeer(id);
  }

  #begin(peer: Peer, isTls12: boolean): void {
    const { sharing, isOn } = this.#of(peer.account);
    if (sharing === 'shared' && isOn) this.#end(peer.account, serverOf(peer), peer.user);
    this.#inFlight.push({
      peer,
      isTls12,
      handshake: this.#cache.begin(peer),
      isDoomed: false,
      offered: null,
      root: null,
      step: 'begun',
      fullAt: 0,
    });
  }

  #goOn(which: number, answer: 'well' | 'full' | 'breaks'): void {
    const index = which % this.#inFlight.length;
    const one = this.#inFlight[index];
    if (one === undefined) return;
    const { handshake, peer } = one;
    if (one.step === 'begun') {
      one.offered = this.#take(handshake, peer);
      one.step = 'taken';
      return;
    }
    if (one.step === 'taken') {
      if (answer === 'breaks') {
        this.#inFlight.splice(index, 1);
        handshake.failed('broke-off');
        return;
      }
      const isResumed = one.offered !== null && answer === 'well';
      one.root = isResumed ? one.offered : null;
      one.fullAt = one.root?.fullAt ?? this.#now;
      handshake.verified(isResumed ? { resumed: true } : { resumed: false, certificate });
      handshake.heard();
      one.step = 'verified';
      return;
    }
    this.#inFlight.splice(index, 1);
    this.#storing = serverOf(peer);
    for (let ticket = 0; ticket < (one.root === null ? 2 : 1); ticket += 1) this.#store(one);
    this.#storing = null;
    handshake.done();
  }

  #store({ peer, handshake, isTls12, root, fullAt, isDoomed }: InFlight): void {
    const number = this.#made.size + 1;
    const { account: name, user } = peer;
    const server = serverOf(peer);
    const made = { account: name, user, server, fullAt, from: root, hasEnded: isDoomed };
    this.#made.set(number, made);
    const bytes = sessionDer(isTls12 ? TLS12 : TLS13, {
      2: 7200,
      9: 7200,
      10: `ticket-${String(number)}.`,
    });
    const protocol = isTls12 ? 'TLSv1.2' : 'TLSv1.3';
    handshake.store(bytes, { protocol, hasTicket: () => true });
  }

  #offer(peer: Peer): void {
    this.#begin(peer, false);
    const one = this.#inFlight.pop();
    if (one !== undefined) this.#take(one.handshake, peer);
  }

  /** Asks the book about what is offered. */
  #take(handshake: HandshakeSessions, peer: Peer): Made | null {
    const offer = handshake.take();
    if (offer.kind !== 'session') return null;
    const number = /ticket-(\d+)\./.exec(offer.bytes.toString('latin1'))?.[1];
    const made = this.#made.get(Number(number));
    if (made === undefined) throw new Error('An unknown session was offered.');
    this.offers += 1;
    if (made.account !== peer.account) this.foreign += 1;
    for (let one: Made | null = made; one !== null; one = one.from) {
      for (const wrong of this.#wrongsOf(one, peer)) {
        this.wrongs.push(`ticket ${String(number)} of ${one.account} to ${peer.account}: ${wrong}`);
      }
    }
    return made;
  }

  #wrongsOf(made: Made, peer: Peer): string[] {
    const taker = this.#of(peer.account);
    const giver = this.#of(made.account);
    const isForeign = made.account !== peer.account;
    const age = this.#now - made.fullAt;
    return [
      made.hasEnded ? 'it has ended' : '',
      made.server === serverOf(peer) ? '' : 'the keys differ in more than account and user',
      !isForeign && made.user !== peer.user ? 'it was made as another user' : '',
      isForeign && !isSharing(taker) ? 'the taker does not share' : '',
      isForeign && !isSharing(giver) ? 'the giver does not share' : '',
      taker.isOn ? '' : 'the taker is off',
      age >= Math.min(taker.maxAgeMs, giver.maxAgeMs) ? 'it is too old' : '',
    ].filter((wrong) => wrong !== '');
  }
}

/** All of a peer but account and user. */
function serverOf(peer: Peer): string {
  return JSON.stringify({ ...peer, account: null, user: null });
}

function isSharing({ isOn, sharing }: Known): boolean {
  return isOn && sharing === 'shared';
}

const certificate = certificateFor(
  NAMES[0] ?? '',
  START - DAY,
  START + 90 * DAY,
  NAMES.map((name) => `DNS:${name}`).join(', '),
);
