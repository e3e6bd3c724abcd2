/**
 * What the lab does to the next connection, by what has been seen so far and not by its number: mail
 * programs open two at once, and each process begins with nothing. One plan for each way to begin TLS.
 * Pure: no clock, no socket.
 */
import type { LabPlanStep, LabVariant, LabWay } from '../../../../shared/client-check.ts';
import type { LabStep } from '../../../../shared/client-findings.ts';

/** A connection whose ClientHello has come. */
export interface Arrival {
  readonly number: number;
  /** The same for all connections of one process. */
  readonly process: string;
  readonly port: number;
  readonly serverName: string | null;
  /** Which variants its ClientHello has room for. */
  readonly speaks: { readonly tls13: boolean; readonly tls12: boolean };
  readonly takes: Readonly<Record<LabVariant, boolean>>;
  /** The sessions that it offers, by their hashes. */
  readonly offers: readonly string[];
  readonly atMs: number;
}

/** What is done to one connection. */
export interface Behaviour {
  readonly step: LabStep;
  readonly variant: LabVariant;
  readonly certificate: 'own' | 'untrusted';
  /** Which sessions are taken up: those of this generation; `null` for none, and none is given for later. */
  readonly generation: number | null;
  /** A session that is taken up brings a fresh one. */
  readonly renews: boolean;
  readonly lifetimeSeconds: number;
  /** The first word after TLS comes so much later. */
  readonly holdMs: number;
}

/** A session that the lab gave. */
export interface GivenSession {
  readonly port: number;
  readonly mechanism: LabVariant;
  /** `null` for one that is never taken up. */
  readonly generation: number | null;
  readonly atMs: number;
  readonly lifetimeSeconds: number;
}

/** What a connection has come to. */
export interface Outcome {
  readonly hasHandshake: boolean;
  /** The sessions that it was given, by their hashes. */
  readonly given: readonly string[];
  /** Else it has spoken, and goes on. */
  readonly isOver: boolean;
}

/** A connection that is not over. */
interface UnderWay {
  readonly arrival: Arrival;
  readonly behaviour: Behaviour;
  /** Where the plan was, until it has been moved by this one. */
  at: number | null;
}

interface StepKind {
  readonly step: LabStep;
  /** How many connections it takes; `offer` for one that offers a session which is good. */
  readonly until: number | 'offer';
  /** It shows nothing of a client that never offers. */
  readonly needsOffers: boolean;
}

const STEPS: readonly StepKind[] = [
  { step: 'full', until: 1, needsOffers: false },
  { step: 'taken-up', until: 'offer', needsOffers: false },
  { step: 'no-fresh-ticket', until: 3, needsOffers: true },
  { step: 'refused', until: 'offer', needsOffers: true },
  { step: 'renewed', until: 3, needsOffers: true },
  { step: 'untrusted', until: 1, needsOffers: false },
  { step: 'after-untrusted', until: 'offer', needsOffers: true },
  { step: 'short-lived', until: 1, needsOffers: true },
  { step: 'expired', until: 1, needsOffers: true },
];

const VARIANTS: readonly LabVariant[] = ['tls13-ticket', 'tls12-ticket', 'session-id'];

/** Connections that could have offered something and did not, after which no more is waited for. */
const MOST_MISSES = 2;
/** Connections that had nothing to offer: a program that makes one in each process has no other. */
const MOST_NEWCOMERS = 3;
const LIFETIME_SECONDS = 7200;
const SHORT_LIFETIME_SECONDS = 1;
/** OpenSSL's clients count whole seconds and seem to round down: at 2.3 s some offered still. */
const EXPIRED_AFTER_MS = 3000;
const HOLD_MS = 3500;

type Progress = { -readonly [Field in keyof LabPlanStep]: LabPlanStep[Field] };

/** What a process has of one variant, port and name, by connections that are over. */
interface Held {
  readonly process: string;
  readonly variant: LabVariant;
  readonly port: number;
  readonly serverName: string | null;
  readonly sessions: Set<string>;
}

export interface PlanOptions {
  readonly way: LabWay;
  /** Whether fresh tickets can be given with a resumption. */
  readonly canRenew: boolean;
  /** Names that the program may dial, and whether it is to use several ports. */
  readonly hasOtherName: boolean;
  readonly hasOtherPort: boolean;
  readonly session: (hash: string) => GivenSession | null;
}

export class Plan {
  readonly #options: PlanOptions;
  readonly #progress: Progress[];
  readonly #held: Held[] = [];
  readonly #underWay = new Map<number, UnderWay>();
  readonly #processes = new Set<string>();
  /** Tickets of TLS 1.3 that were offered: nobody is to offer them again. */
  readonly #used = new Set<string>();
  readonly #seenBeside = new Set<LabStep>();
  #at = 0;
  /** In the step under way. */
  #settled = 0;
  #misses = 0;
  #newcomers = 0;
  /** In the variant under way. */
  #offered = 0;
  #generation = 0;
  #expiredAtMs = 0;
  #isOnePerProcess = false;

  constructor(options: PlanOptions) {
    this.#options = options;
    this.#progress = VARIANTS.flatMap((variant) =>
      STEPS.filter(({ step }) => step !== 'renewed' || variant !== 'session-id').map(({ step }) => {
        const isHere = step !== 'renewed' || options.canRenew;
        return { variant, way: options.way, step, state: isHere ? 'not-reached' : 'not-here' };
      }),
    );
    this.#skip();
  }

  get isOver(): boolean {
    return this.#at >= this.#progress.length;
  }

  /** Whether any connection has moved it. */
  get hasBegun(): boolean {
    return this.#at > 0 || this.#settled > 0 || this.#misses > 0 || this.#newcomers > 0;
  }

  /** Something that is different whenever it has come further. */
  get mark(): string {
    return [this.#at, this.#settled, this.#misses, this.#newcomers].join(' ');
  }

  /** The step that the next connection meets; `null` when it is over. */
  get next(): LabPlanStep | null {
    return this.#progress[this.#at] ?? null;
  }

  get steps(): readonly LabPlanStep[] {
    const { hasOtherName, hasOtherPort } = this.#options;
    return [
      ...this.#progress.map((step) => ({ ...step })),
      ...(hasOtherPort ? [this.#beside('other-port')] : []),
      ...(hasOtherName ? [this.#beside('other-name')] : []),
    ];
  }

  #beside(step: LabStep): LabPlanStep {
    const state = this.#seenBeside.has(step) ? 'done' : 'not-reached';
    return { variant: VARIANTS[0] ?? 'tls13-ticket', way: this.#options.way, step, state };
  }

  /** Says what is done to a connection; `null` when the plan is over. Each is to be settled. */
  arrive(arrival: Arrival): Behaviour | null {
    while (this.next !== null && !this.#isSpoken(arrival)) this.#leaveVariant();
    if (this.next === null) return null;
    const { step, variant } = this.next;
    const elsewhere = this.#elsewhere(arrival, variant);
    const behaviour =
      elsewhere === null ? this.#behave(arrival, step, variant) : this.#usual(elsewhere, variant);
    if (elsewhere !== null) this.#seenBeside.add(elsewhere);
    else if (behaviour.step === step) this.#count(arrival, variant);
    this.#underWay.set(arrival.number, { arrival, behaviour, at: this.#at });
    this.#processes.add(arrival.process);
    for (const hash of arrival.offers) this.#used.add(hash);
    return behaviour;
  }

  /** A connection has spoken, or is over. @returns whether the plan has come further */
  settle(number: number, { hasHandshake, given, isOver }: Outcome): boolean {
    const found = this.#underWay.get(number);
    if (found === undefined) return false;
    const { arrival, behaviour, at } = found;
    if (isOver) {
      this.#underWay.delete(number);
      this.#keep(arrival, behaviour.variant, given);
    }
    if (behaviour.step === 'short-lived') {
      const times = given.map((hash) => this.#options.session(hash)?.atMs ?? 0);
      this.#expiredAtMs = Math.max(this.#expiredAtMs, ...times.map((it) => it + EXPIRED_AFTER_MS));
    }
    if (at !== this.#at || behaviour.step !== this.next?.step) return false;
    found.at = null;
    const before = this.mark;
    // A certificate that is not accepted ends a handshake; in every other step that shows nothing.
    if (hasHandshake || behaviour.step === 'untrusted') this.#settled += 1;
    const kind = STEPS.find(({ step }) => step === behaviour.step);
    const isShown =
      kind?.until === 'offer'
        ? arrival.offers.some((hash) => this.#wasGood(hash, arrival, behaviour))
        : this.#settled >= (kind?.until ?? 1);
    if (isShown) this.#leave('done');
    // One connection shows that a client takes none of these: the next variant may suit it.
    if (isShown && behaviour.step === 'full' && !arrival.takes[behaviour.variant])
      this.#leaveVariant();
    if (isShown) return true;
    if (this.#misses >= MOST_MISSES || this.#newcomers >= MOST_NEWCOMERS) this.#giveUp();
    return this.mark !== before;
  }

  #isSpoken({ speaks }: Arrival): boolean {
    return this.next?.variant === 'tls13-ticket' ? speaks.tls13 : speaks.tls12;
  }

  /** Another port or name than those from which this process has sessions, and none from here. */
  #elsewhere(arrival: Arrival, variant: LabVariant): 'other-port' | 'other-name' | null {
    const its = this.#held.filter(
      (held) => held.process === arrival.process && held.variant === variant,
    );
    if (its.length === 0) return null;
    const here = its.filter(({ port }) => port === arrival.port);
    if (here.length === 0) return 'other-port';
    return here.some(({ serverName }) => serverName === arrival.serverName) ? null : 'other-name';
  }

  #behave(arrival: Arrival, step: LabStep, variant: LabVariant): Behaviour {
    const isOffering = arrival.offers.some((hash) => this.#isGood(hash, arrival.port, variant));
    const usual = this.#usual(step, variant);
    switch (step) {
      case 'refused':
        if (!isOffering) return usual;
        this.#generation += 1;
        return { ...usual, generation: this.#generation };
      case 'renewed':
        return { ...usual, renews: true };
      case 'untrusted':
        return { ...usual, certificate: 'untrusted', generation: null };
      case 'after-untrusted':
        // Where nothing is taken up, the client would see the certificate, and that was tried before.
        return isOffering ? { ...usual, certificate: 'untrusted' } : usual;
      case 'short-lived':
        // A session that is taken up keeps its own lifetime: a full handshake is needed for another.
        if (isOffering) this.#generation += 1;
        return this.#shortLived(variant);
      case 'expired':
        return arrival.atMs < this.#expiredAtMs ? this.#shortLived(variant) : usual;
      case 'full':
      case 'taken-up':
      case 'no-fresh-ticket':
      case 'other-port':
      case 'other-name':
        return usual;
    }
  }

  /** What is done where nothing is to be shown any more. */
  get afterwards(): Behaviour {
    return this.#usual('taken-up', 'tls13-ticket');
  }

  #usual(step: LabStep, variant: LabVariant): Behaviour {
    return {
      step,
      variant,
      certificate: 'own',
      generation: this.#generation,
      renews: false,
      lifetimeSeconds: LIFETIME_SECONDS,
      holdMs: 0,
    };
  }

  #shortLived(variant: LabVariant): Behaviour {
    const usual = this.#usual('short-lived', variant);
    return { ...usual, lifetimeSeconds: SHORT_LIFETIME_SECONDS, holdMs: HOLD_MS };
  }

  /** Counts those that could have offered and did not, and those that had nothing to offer. */
  #count(arrival: Arrival, variant: LabVariant): void {
    const isOffering = arrival.offers.some((hash) => this.#isGood(hash, arrival.port, variant));
    if (isOffering) this.#offered += 1;
    else if (this.#couldOffer(arrival, variant)) this.#misses += 1;
    else if (!this.#processes.has(arrival.process)) this.#newcomers += 1;
  }

  #couldOffer({ process, port, serverName }: Arrival, variant: LabVariant): boolean {
    return this.#held.some(
      (held) =>
        held.process === process &&
        held.variant === variant &&
        held.port === port &&
        held.serverName === serverName &&
        [...held.sessions].some(
          (hash) =>
            this.#isGood(hash, port, variant) &&
            (variant !== 'tls13-ticket' || !this.#used.has(hash)),
        ),
    );
  }

  #isGood(hash: string, port: number, variant: LabVariant): boolean {
    const session = this.#options.session(hash);
    return (
      session !== null &&
      session.port === port &&
      session.mechanism === variant &&
      session.generation === this.#generation
    );
  }

  /** As {@link #isGood} when it came: a refusal has made another generation since. */
  #wasGood(hash: string, { port }: Arrival, { step, variant, generation }: Behaviour): boolean {
    const session = this.#options.session(hash);
    if (session?.port !== port || session.mechanism !== variant) return false;
    const good = step === 'refused' && generation !== null ? generation - 1 : generation;
    return session.generation === good;
  }

  #keep(arrival: Arrival, variant: LabVariant, given: readonly string[]): void {
    if (given.length === 0) return;
    const { process, port, serverName } = arrival;
    const found = this.#held.find(
      (held) =>
        held.process === process &&
        held.variant === variant &&
        held.port === port &&
        held.serverName === serverName,
    );
    if (found !== undefined) for (const hash of given) found.sessions.add(hash);
    else this.#held.push({ process, variant, port, serverName, sessions: new Set(given) });
    if (this.#held.length > MOST_HELD) this.#held.shift();
  }

  #giveUp(): void {
    if (this.#newcomers >= MOST_NEWCOMERS) this.#isOnePerProcess = true;
    this.#leave('not-reached');
  }

  #leave(state: LabPlanStep['state']): void {
    const progress = this.#progress[this.#at];
    if (progress === undefined) return;
    progress.state = state;
    this.#go();
  }

  /** On to the next step that can show something. */
  #go(): void {
    this.#at += 1;
    this.#settled = 0;
    this.#misses = 0;
    this.#newcomers = 0;
    this.#skip();
  }

  #skip(): void {
    const next = this.next;
    if (next === null) return;
    const isFirst = this.#progress[this.#at - 1]?.variant !== next.variant;
    if (isFirst) this.#offered = 0;
    const kind = STEPS.find(({ step }) => step === next.step);
    const isVain =
      next.state === 'not-here' ||
      (kind?.needsOffers === true && this.#offered === 0) ||
      (this.#isOnePerProcess && next.step === 'taken-up');
    if (isVain) this.#go();
  }

  #leaveVariant(): void {
    const variant = this.next?.variant;
    while (this.next !== null && this.next.variant === variant) this.#go();
  }
}

/** Processes, ports and names: far more than a program under check has. */
const MOST_HELD = 1000;
