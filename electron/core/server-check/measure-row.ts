/** Measures one version and mechanism at one address. */
import { FEWEST_MEASURED } from '../../../shared/history.ts';
import { IS_BORINGSSL, readSession, readTicket, statedLifetime } from '../tls/index.ts';
import type { Row, RowEvidence, Sample, SessionSeen, TicketKeys } from './evidence.ts';
import { CheckFailure } from '../failures/index.ts';
import { STATEFUL_TICKET_BYTES, type RowPlan } from './limits.ts';
import { Offers, type HeldSession } from './offers.ts';
import type { Visit } from './visit.ts';
import { CheckStopped, type Visitor } from './visitor.ts';

const KEY_NAME_BYTES = 16;
/** Where offering a session breaks the handshake, these tell as much as eight. */
const BROKEN_ENOUGH = 3;

export interface RowDeps {
  readonly visitor: Visitor;
  readonly address: string;
  readonly row: Row;
  readonly plan: RowPlan;
  /** Connections that it leaves for the rows to come. */
  readonly reserve: number;
  /** What the tickets at this address tell so far, this row's included. */
  readonly keys: () => TicketKeys | null;
  readonly onStep: (text: string) => void;
}

/** The evidence of one row, which grows; it can be read at any time. */
export class RowMeasurement implements RowEvidence {
  readonly #deps: RowDeps;
  readonly #held: HeldSession[] = [];
  readonly #offers = new Offers();
  readonly samples: Sample[] = [];
  readonly sessions: SessionSeen[] = [];
  offered = true;
  attempts = 0;
  resumed = 0;
  broken = 0;
  sameTicketTwice: boolean | null = null;

  constructor(deps: RowDeps) {
    this.#deps = deps;
  }

  get address(): string {
    return this.#deps.address;
  }

  get protocol(): Row['protocol'] {
    return this.#deps.row.protocol;
  }

  get mechanism(): Row['mechanism'] {
    return this.#deps.row.mechanism;
  }

  /** Where it resumes, enough full handshakes to say what that saves. */
  async #fillUp(): Promise<void> {
    const fulls = (): number => this.samples.filter(({ offered }) => !offered).length;
    for (let made = fulls(); made < FEWEST_MEASURED && this.#mayGoOn(); made += 1) {
      await this.#full();
    }
  }

  /** Does the whole row. @throws CheckStopped, CheckCancelled, or CheckFailure (`certificate`) */
  async run(): Promise<void> {
    const { plan } = this.#deps;
    for (let made = 0; made < plan.fulls && this.offered; made += 1) await this.#full();
    if (!this.offered || this.sessions.length === 0) return;
    while (this.attempts < plan.attempts && this.#mayOffer()) await this.#attempt();
    if (this.broken > 0) await this.#confirmBroken();
    while (this.#isOpen() && this.#mayOffer()) await this.#attempt();
    await this.#twice();
    if (this.resumed > 0) await this.#fillUp();
  }

  /** Whether handshakes break over sessions only, or the server lets nobody in any more. */
  async #confirmBroken(): Promise<void> {
    if ((await this.#visit(null)) !== null) return;
    this.attempts -= this.broken;
    this.broken = 0;
    throw new CheckStopped('The server stopped answering, so the check ended early.');
  }

  /** Whether a connection that was closed tells that this version is not spoken. */
  async #confirmNotOffered(failure: CheckFailure): Promise<void> {
    const { visitor, address } = this.#deps;
    try {
      await visitor.visit({ address });
    } catch (error) {
      if (!(error instanceof CheckFailure)) throw error;
      visitor.trouble(failure);
      visitor.trouble(error);
    }
    this.offered = false;
  }

  /** A session for another address: one that was not offered yet, where each is good once. */
  async spare(): Promise<Buffer | null> {
    return (await this.#next())?.bytes ?? null;
  }

  /** Offers a session of another address. @returns whether it was taken up */
  async offerFrom(session: Buffer): Promise<boolean> {
    const seen = await this.#visit(session);
    return seen?.resumed ?? false;
  }

  /**
   * Whether the attempts that were asked for leave open what the server does: they came out one way
   * and the other, so that more tell the share better; one way only with several keys about; or all
   * refused where keys have no names, as by chance with several processes.
   */
  #isOpen(): boolean {
    const isMixed = this.resumed > 0 && this.resumed < this.attempts;
    if (isMixed) return this.attempts < 2 * this.#deps.plan.attempts;
    if (this.attempts === 0 || this.broken > 0) return false;
    const keys = this.mechanism === 'ticket' ? this.#deps.keys() : null;
    if (keys !== null) return keys.names > 1 && keys.lasting > 0;
    return this.resumed === 0 && this.attempts < 2 * this.#deps.plan.attempts;
  }

  /** Offers a session that was taken up before. */
  async #twice(): Promise<void> {
    if (this.#held.some(({ resumed }) => resumed > 1)) this.sameTicketTwice = true;
    if (this.sameTicketTwice !== null) return;
    const used = this.#held.findLast(({ resumed }) => resumed > 0);
    if (used === undefined || !this.#mayGoOn()) return;
    this.#deps.onStep('offering a ticket a second time');
    const seen = await this.#visit(used.bytes);
    if (seen?.resumed === true) this.sameTicketTwice = true;
    // A refusal says something only where nothing else is ever refused.
    else if (this.resumed === this.attempts) this.sameTicketTwice = false;
  }

  /**
   * The session to offer next. Makes full handshakes where there is none, or none of the right age;
   * `null` when that brings none either.
   */
  async #next(): Promise<HeldSession | null> {
    let mayWait = this.resumed + this.broken < this.attempts;
    for (let fulls = 0; ; fulls += 1) {
      const chosen = this.#offers.choose(this.#held, {
        connection: this.#deps.visitor.connections + 1,
        now: performance.now(),
        isReusable: this.protocol === 'TLSv1.2',
        mayWait,
      });
      if (chosen !== null && chosen !== 'wait') return chosen;
      if (fulls === 1 || !this.#mayGoOn()) return null;
      await this.#full();
      mayWait = false;
    }
  }

  async #attempt(): Promise<void> {
    const held = await this.#next();
    this.#deps.onStep(`attempt ${this.attempts + 1} to resume`);
    // A server may bring tickets once and then no more: that attempt had nothing to offer.
    if (held === null) {
      this.attempts += 1;
      return;
    }
    const before = this.broken;
    this.#offers.made(held, this.#deps.visitor.connections + 1);
    const seen = await this.#visit(held.bytes);
    if (seen === null && this.broken === before) return;
    this.attempts += 1;
    if (seen?.resumed !== true) return;
    held.resumed += 1;
    this.resumed += 1;
  }

  async #full(): Promise<void> {
    this.#deps.onStep('a full handshake');
    await this.#visit(null);
  }

  /** `null` when it came to nothing; see `offered` and `broken` for why. */
  async #visit(session: Buffer | null): Promise<Visit | null> {
    const { visitor, row, address } = this.#deps;
    try {
      const seen = await visitor.visit({ address, row, session });
      this.#note(seen, session !== null);
      return seen;
    } catch (error) {
      if (!(error instanceof CheckFailure) || error.kind === 'certificate') throw error;
      await this.#noteFailure(error, session !== null);
      return null;
    }
  }

  #note(seen: Visit, offered: boolean): void {
    const connection = this.#deps.visitor.connections;
    let issued = 0;
    for (const bytes of seen.sessions) {
      const facts = readSession(bytes);
      if ((facts?.hasTicket ?? true) !== (this.mechanism === 'ticket')) continue;
      issued += 1;
      const ticket = this.mechanism === 'ticket' ? readTicket(bytes) : null;
      const lifetimeSeconds =
        this.mechanism === 'ticket' && facts !== null ? statedLifetime(facts, IS_BORINGSSL) : null;
      // Not in its second half: OpenSSL counts whole seconds, and lets a ticket of 1 s end early.
      const endsAt =
        lifetimeSeconds === null || lifetimeSeconds === 0
          ? null
          : performance.now() + (lifetimeSeconds * 1000) / 2;
      this.#held.push({ bytes, connection, endsAt, offered: 0, resumed: 0 });
      this.sessions.push({
        connection,
        onResumption: seen.resumed,
        lifetimeSeconds,
        ticketBytes: ticket?.length ?? null,
        keyName:
          ticket !== null && ticket.length > STATEFUL_TICKET_BYTES
            ? ticket.toString('hex', 0, KEY_NAME_BYTES)
            : null,
      });
    }
    const { resumed, ms, sentBytes, receivedBytes } = seen;
    this.samples.push({ resumed, offered, issued, ms, sentBytes, receivedBytes });
  }

  async #noteFailure(failure: CheckFailure, offered: boolean): Promise<void> {
    const { step, kind } = failure;
    // A way that breaks when a session is offered may do so right behind the handshake.
    if (offered && (step === 'tls' || step === 'greeting') && kind !== 'complaint') {
      this.broken += 1;
      return;
    }
    const isRefusal = step === 'tls' && kind !== 'timeout' && kind !== 'complaint';
    if (isRefusal && this.samples.length === 0) await this.#confirmNotOffered(failure);
    else this.#deps.visitor.trouble(failure);
  }

  #mayOffer(): boolean {
    return this.broken < BROKEN_ENOUGH && this.#mayGoOn();
  }

  #mayGoOn(): boolean {
    return this.#deps.visitor.left > this.#deps.reserve;
  }
}
