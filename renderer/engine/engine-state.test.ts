import { describe, expect, it } from 'vitest';
import type { AccountId, ConnectionId } from '../../shared/model.ts';
import type { Patch } from '../../shared/state.ts';
import { applyPatch, fromSnapshot, type EngineState } from './engine-state.ts';
import { account, connection, PROBLEM, snapshot } from '../testing/entities.ts';

const a = 'a' as AccountId;
const b = 'b' as AccountId;
const one = '1' as ConnectionId;

const before = fromSnapshot(
  snapshot({
    version: 7,
    accounts: [account('a'), account('b')],
    connections: [connection('1', 'a'), connection('2', 'b')],
    notices: [{ id: 'n', at: 0, level: 'info', message: 'Hello' }],
  }),
);

function applied(state: EngineState, patch: Patch): EngineState {
  const next = applyPatch(state, patch);
  if (next === 'gap') throw new Error('a gap');
  return next;
}

describe('applying a patch', () => {
  it('answers a missed version with a gap', () => {
    expect(applyPatch(before, { version: 9 })).toBe('gap');
  });

  it('changes nothing by a patch that the state holds already', () => {
    const old = { version: 7, accounts: { put: [], removed: [a] } };
    expect(applyPatch(before, old)).toBe(before);
  });

  it('puts an entity in its old place and a new one at the end', () => {
    const after = applied(before, {
      version: 8,
      accounts: { put: [account('a', { label: 'Renamed' }), account('c')], removed: [] },
    });
    expect([...after.accounts.values()].map(({ label }) => label)).toEqual(['Renamed', 'b', 'c']);
    expect(after.accountIds).toEqual(['a', 'b', 'c']);
  });

  it('removes an entity and what was summed up of it', () => {
    const after = applied(before, {
      version: 8,
      accounts: { put: [], removed: [a] },
      connections: { put: [], removed: [one] },
    });
    expect(after.accountIds).toEqual(['b']);
    expect(after.connectionIds).toEqual(['2']);
    expect(after.summaries.has(a)).toBe(false);
    expect(after.connectionIdsOf.has(a)).toBe(false);
  });

  it('sums up the account of a changed connection, and leaves the others alone', () => {
    const after = applied(before, {
      version: 8,
      connections: {
        put: [connection('1', 'a', { kind: 'sign-in-failed', problem: PROBLEM })],
        removed: [],
      },
    });
    expect(after.summaries.get(a)).toMatchObject({ state: 'sign-in-failed', up: 0 });
    expect(after.summaries.get(b)).toBe(before.summaries.get(b));
  });

  it('sums up the account that a removed connection belonged to', () => {
    const after = applied(before, { version: 8, connections: { put: [], removed: [one] } });
    expect(after.summaries.get(a)).toMatchObject({ state: null, wanted: 0 });
  });

  it('keeps every reference to what it does not touch', () => {
    const after = applied(before, {
      version: 8,
      connections: { put: [connection('1', 'a')], removed: [] },
    });
    expect(after.connectionIds).toBe(before.connectionIds);
    expect(after.connectionIdsOf).toBe(before.connectionIdsOf);
    expect(after.accounts).toBe(before.accounts);
    expect(after.accountIds).toBe(before.accountIds);
    expect(after.totals).toBe(before.totals);
    expect(after.notices).toBe(before.notices);
  });

  it('removes notices and takes over totals and facts', () => {
    const totals = { ...before.totals, resumed: 5 };
    const app = { ...before.app, demo: true };
    const after = applied(before, {
      version: 8,
      totals,
      app,
      notices: { put: [], removed: ['n'] },
    });
    expect(after).toMatchObject({ version: 8, totals, app, notices: new Map() });
  });
});
