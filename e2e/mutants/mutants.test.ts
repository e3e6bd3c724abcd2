import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../fixtures/program/repository.ts';
import { MUTANTS, whyNotApplicable, type Room } from './mutants.ts';

/** Those with rules enough of their own. */
const LARGE_ROOMS: readonly Room[] = [
  'tls',
  'connections',
  'accounts',
  'history',
  'server-check',
  'network',
  'state-and-api',
  'demo',
  'host',
  'shell',
  'shared',
  'renderer',
];

describe('the mutants', () => {
  it('apply, each to exactly one line, and their tests are there', () => {
    const reasons = MUTANTS.flatMap((mutant) => {
      const why = whyNotApplicable(mutant, REPOSITORY);
      return why === null ? [] : [`${mutant.id}: ${why}`];
    });
    expect(reasons).toEqual([]);
  });

  it('are sixty or more, told apart by their names, five or more in each large room', () => {
    expect(MUTANTS.length).toBeGreaterThanOrEqual(60);
    expect(new Set(MUTANTS.map(({ id }) => id)).size).toBe(MUTANTS.length);
    const small = LARGE_ROOMS.filter(
      (room) => MUTANTS.filter((mutant) => mutant.room === room).length < 5,
    );
    expect(small).toEqual([]);
  });
});
