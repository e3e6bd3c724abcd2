import { describe, expect, it } from 'vitest';
import type { Attempt } from '../../../shared/model.ts';
import type { Clock } from '../../../electron/core/clock.ts';
import { accountFor } from '../../../electron/core/demo/demo-accounts.ts';
import { SimulatedConnections } from './connections.ts';
import { simulatedServers } from './simulation.ts';

/** Time in steps; at each one call is made. */
class StepClock implements Clock {
  #time = 0;
  #pending: (() => void) | null = null;
  now(): number {
    return this.#time;
  }
  monotonic(): number {
    return this.#time;
  }
  after(_delayMs: number, run: () => void) {
    this.#pending = run;
    return {
      cancel: () => {
        this.#pending = null;
      },
    };
  }
  step(ms: number): void {
    this.#time += ms;
    this.#pending?.();
  }
}

function simulate(connections: number, rate: number) {
  const clock = new StepClock();
  const attempts: Attempt[] = [];
  const simulation = new SimulatedConnections({
    clock,
    rate,
    report: (event) => {
      if (event.kind === 'settled') attempts.push(event.attempt);
    },
  });
  for (const server of simulatedServers(connections)) {
    const settings = accountFor(server, '');
    simulation.watch({
      settings,
      credentials: () => Promise.resolve({ kind: 'password', password: '' }),
    });
  }
  return { clock, attempts, simulation };
}

describe('the rate of simulated handshakes', () => {
  it('is kept over uneven steps, every connection having its turn', () => {
    const { clock, attempts } = simulate(50, 1000);
    for (let step = 0; step < 100; step++) clock.step(step % 2 === 0 ? 7 : 13);
    expect(attempts).toHaveLength(1000);
    const counts = Map.groupBy(attempts, ({ connectionId }) => connectionId);
    expect(counts.size).toBe(50);
    expect([...counts.values()].every(({ length }) => length === 20)).toBe(true);
  });

  it('is kept where it is less than one a step', () => {
    const { clock, attempts } = simulate(5, 2);
    for (let step = 0; step < 300; step++) clock.step(10);
    expect(attempts).toHaveLength(6);
  });

  it('is not made up for after a pause', () => {
    const { clock, attempts } = simulate(1000, 1000);
    clock.step(60_000);
    expect(attempts).toHaveLength(100);
    for (let step = 0; step < 20; step++) clock.step(10);
    expect(attempts.length).toBeLessThanOrEqual(1300);
  });

  it('ends when they are closed', async () => {
    const { clock, attempts, simulation } = simulate(10, 100);
    await simulation.close();
    clock.step(1000);
    expect(attempts).toEqual([]);
  });
});

describe('the first handshake of a simulated connection', () => {
  it('is full, since nothing was held', () => {
    const { clock, attempts } = simulate(10, 1000);
    clock.step(10);
    expect(attempts.map(({ outcome }) => outcome)).toEqual(
      Array.from({ length: 10 }, () => ({ kind: 'full', reason: 'nothing-held' })),
    );
  });
});
