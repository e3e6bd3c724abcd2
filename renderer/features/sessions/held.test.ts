import { describe, expect, it } from 'vitest';
import type { AccountId } from '../../../shared/model.ts';
import { account, heldSessions } from '../../test-entities.ts';
import { countLeft, heldSummary, inOrder, timeLeft, whyNone } from './held.ts';

describe('what is held', () => {
  it('counts the tickets that have not expired, and ends with the last of them', () => {
    const held = heldSessions('1', 'a', { endsAt: [61_000, 5000] });
    expect([countLeft(held, 1000), timeLeft(held, 1000)]).toEqual([2, '1:00']);
    expect([countLeft(held, 5000), timeLeft(held, 5000)]).toEqual([1, '0:56']);
    expect([countLeft(held, 61_000), timeLeft(held, 61_000)]).toEqual([0, 'expired']);
  });

  it('tells all in use from expired', () => {
    expect(timeLeft(heldSessions('1', 'a', { endsAt: [] }), 0)).toBe('all in use');
  });

  it('is in the order of the accounts’ names, then of the servers', () => {
    const accounts = new Map(
      [account('b', { label: 'Zoo' }), account('c', { label: 'ant' })].map((one) => [one.id, one]),
    );
    const held = [
      heldSessions('1', 'b', { name: 'imap10.example' }),
      heldSessions('2', 'b', { name: 'imap9.example' }),
      heldSessions('3', 'c'),
    ];
    expect(inOrder(held, accounts, null).map(({ id }) => id)).toEqual(['3', '2', '1']);
    expect(inOrder(held, accounts, 'c' as AccountId).map(({ id }) => id)).toEqual(['3']);
  });

  it('is summed up', () => {
    const two = heldSessions('1', 'a', { endsAt: [1, 2] });
    expect(heldSummary([two])).toBe('2 sessions held for 1 server');
    expect(heldSummary([two, heldSessions('2', 'a', { endsAt: [] })])).toBe(
      '2 sessions held for 2 servers',
    );
  });

  it('are said to go with the program only where they do', () => {
    expect(whyNone(true, false)).toContain('when Reprise is closed');
    expect(whyNone(true, true)).not.toContain('closed');
    expect(whyNone(false, true)).toContain('Reuse is off');
  });
});
