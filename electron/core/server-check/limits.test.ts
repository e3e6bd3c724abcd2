import { assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acrossReserve, MAX_ADDRESSES, MAX_CONNECTIONS, planRows, reserveFor } from './limits.ts';

const ROWS = 3;

describe('the plan of a check', () => {
  it('gives one address everything that is usual', () => {
    expect(planRows(1, ROWS, 8)).toEqual({ fulls: 3, attempts: 8 });
  });

  it('fits what a check may use, whatever is wanted', () => {
    assert(
      property(
        integer({ min: 1, max: MAX_ADDRESSES }),
        integer({ min: 1, max: 50 }),
        (addresses, wanted) => {
          const plan = planRows(addresses, ROWS, wanted);
          const all =
            addresses + reserveFor(plan, addresses * ROWS) + acrossReserve(addresses, ROWS);
          expect(all).toBeLessThanOrEqual(MAX_CONNECTIONS);
          expect(plan.attempts).toBeGreaterThanOrEqual(1);
          expect(plan.attempts).toBeLessThanOrEqual(wanted);
        },
      ),
    );
  });
});
