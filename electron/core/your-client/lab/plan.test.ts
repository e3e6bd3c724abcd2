import { describe, expect, it } from 'vitest';
import type { LabStep } from '../../../../shared/client-findings.ts';
import { Plan, type Arrival, type Behaviour, type GivenSession } from './plan.ts';

const ALL = { 'tls13-ticket': true, 'tls12-ticket': true, 'session-id': true };

/** A lab without a wire: what a plan says is done to clients that are a few lines. */
class Bench {
  readonly sessions = new Map<string, GivenSession>();
  readonly plan: Plan;
  readonly met: LabStep[] = [];
  #number = 0;
  nowMs = 0;

  constructor(canRenew = true) {
    this.plan = new Plan({
      way: 'tls',
      canRenew,
      hasOtherName: false,
      hasOtherPort: false,
      session: (hash) => this.sessions.get(hash) ?? null,
    });
  }

  /** A ClientHello. @returns `null` when the plan is over */
  arrive(offers: readonly string[], about: Partial<Arrival> = {}) {
    this.#number += 1;
    const arrival: Arrival = {
      number: this.#number,
      process: 'one',
      port: 10_993,
      serverName: null,
      speaks: { tls13: true, tls12: true },
      takes: ALL,
      offers,
      atMs: this.nowMs,
      ...about,
    };
    const behaviour = this.plan.arrive(arrival);
    if (behaviour !== null) this.met.push(behaviour.step);
    return { arrival, behaviour };
  }

  /** Its end, with what the lab gave. @returns the sessions */
  leave({ arrival, behaviour }: ReturnType<Bench['arrive']>): readonly string[] {
    if (behaviour === null) return [];
    const isGood = arrival.offers.some((hash) => this.#isTakenUp(hash, behaviour));
    const count = isGood ? Number(behaviour.renews) : 2;
    const given = Array.from({ length: count }, (_, at) => `${arrival.number}.${at}`);
    for (const hash of given) {
      this.sessions.set(hash, {
        port: arrival.port,
        mechanism: behaviour.variant,
        generation: behaviour.generation,
        atMs: this.nowMs,
        lifetimeSeconds: behaviour.lifetimeSeconds,
      });
    }
    const hasHandshake = behaviour.certificate === 'own' || isGood;
    this.plan.settle(arrival.number, { hasHandshake, given, isOver: true });
    this.nowMs += behaviour.holdMs;
    return hasHandshake ? given : [];
  }

  #isTakenUp(hash: string, { variant, generation }: Behaviour): boolean {
    const session = this.sessions.get(hash);
    return session?.mechanism === variant && session.generation === generation;
  }

  /** Connects on and on, one connection after another. @param offered what the client has learnt to offer */
  run(offer: (connection: number, held: string[]) => string | undefined, most = 100): void {
    const held: string[] = [];
    for (let connection = 0; connection < most && !this.plan.isOver; connection += 1) {
      const hash = offer(connection, held);
      held.push(...this.leave(this.arrive(hash === undefined ? [] : [hash])));
    }
  }
}

describe('the plan', () => {
  it('is done to its last step with a client that offers each ticket once', () => {
    const bench = new Bench();
    bench.run((_connection, held) => {
      const now = bench.nowMs;
      const good = held.findLastIndex((hash) => {
        const session = bench.sessions.get(hash);
        return session !== undefined && session.atMs + session.lifetimeSeconds * 1000 > now;
      });
      return good < 0 ? undefined : held.splice(good, 1)[0];
    });
    expect(bench.plan.isOver).toBe(true);
    expect(bench.plan.steps.map(({ state }) => state)).toEqual(Array(26).fill('done'));
  });

  it('asks little of a client that never offers: three connections, and another certificate', () => {
    const bench = new Bench();
    bench.run(() => undefined);
    expect(bench.met).toEqual(
      Array.from({ length: 3 }, () => ['full', 'taken-up', 'taken-up', 'untrusted']).flat(),
    );
  });

  it('takes one connection a process for no fault, and goes on with what it can', () => {
    const bench = new Bench();
    for (let process = 0; process < 50 && !bench.plan.isOver; process += 1)
      bench.leave(bench.arrive([], { process: String(process) }));
    expect(bench.plan.isOver).toBe(true);
    expect(bench.met).toEqual([
      'full',
      'taken-up',
      'taken-up',
      'taken-up',
      'untrusted',
      'full',
      'untrusted',
      'full',
      'untrusted',
    ]);
  });

  it('is not moved on twice by two connections at once', () => {
    const bench = new Bench();
    const both = [bench.arrive([]), bench.arrive([])];
    expect(both.map(({ behaviour }) => behaviour?.step)).toEqual(['full', 'full']);
    for (const each of both) bench.leave(each);
    expect(bench.plan.next?.step).toBe('taken-up');
    // Opened beside one that lasts: it has nothing yet, and that is not held against it.
    const [first, second, third] = [bench.arrive([]), bench.arrive([]), bench.arrive([])];
    expect(bench.plan.next?.step).toBe('taken-up');
    for (const each of [first, second, third]) bench.leave(each);
  });

  it('leaves out a version that a client cannot speak, and tickets that it does not take', () => {
    const only12 = new Bench();
    only12.arrive([], { speaks: { tls13: false, tls12: true } });
    expect(only12.plan.next?.variant).toBe('tls12-ticket');
    const noTickets = new Bench();
    const about = {
      speaks: { tls13: false, tls12: true },
      takes: { ...ALL, 'tls12-ticket': false },
    };
    noTickets.leave(noTickets.arrive([], about));
    expect(noTickets.plan.next).toMatchObject({ variant: 'session-id', step: 'full' });
    const only13 = new Bench();
    only13.run((_connection) => undefined, 4);
    only13.arrive([], { speaks: { tls13: true, tls12: false } });
    expect(only13.plan.isOver).toBe(true);
  });

  it('gives no lifetime of a second for a pause that was none', () => {
    const bench = new Bench();
    const one = (offers: readonly string[] = []) => bench.leave(bench.arrive(offers));
    while (bench.plan.next?.step !== 'short-lived') {
      const given = one();
      one(given.slice(0, 1));
    }
    const nowMs = bench.nowMs;
    one();
    bench.nowMs = nowMs + 500;
    // It came beside the first one, before the pause was over.
    expect(bench.arrive([]).behaviour).toMatchObject({ step: 'short-lived', lifetimeSeconds: 1 });
    bench.nowMs = nowMs + 10_000;
    expect(bench.arrive([]).behaviour?.step).toBe('expired');
  });

  it('says which step is not to be had where fresh tickets cannot be given', () => {
    const { plan } = new Bench(false);
    expect(plan.steps.filter(({ state }) => state === 'not-here').map(({ step }) => step)).toEqual([
      'renewed',
      'renewed',
    ]);
  });
});
