import { describe, expect, it } from 'vitest';
import type {
  AccountId,
  ConnectionId,
  Attempt,
  AttemptId,
  Outcome,
} from '../../../shared/model.ts';
import { Tally } from './totals.ts';

const account = 'work' as AccountId;
const full: Outcome = { kind: 'full', reason: 'nothing-held' };
const resumed: Outcome = { kind: 'resumed', mechanism: 'tls13-ticket' };
const refused: Outcome = { kind: 'refused', mechanism: 'tls13-ticket' };

let made = 0;
function attempt(outcome: Outcome, tlsMs: number | null = null, bytes: number | null = null) {
  made += 1;
  return {
    id: `h-${String(made)}` as AttemptId,
    connectionId: 'c' as ConnectionId,
    accountId: account,
    startedAt: made,
    outcome,
    phases: {
      dns: null,
      tcp: null,
      starttls: null,
      wait: null,
      tls: tlsMs,
      greeting: null,
      login: null,
      select: null,
    },
    totalMs: null,
    address: null,
    handshake: null,
    sentBytes: bytes === null ? null : 100,
    receivedBytes: bytes === null ? null : bytes - 100,
    ticketsReceived: 0,
  } satisfies Attempt;
}

describe('the tally', () => {
  it('counts each outcome', () => {
    const tally = new Tally(() => 7);
    for (const outcome of [full, resumed, resumed, refused, { kind: 'off' } as const]) {
      tally.count(attempt(outcome));
    }
    const problem = { code: 'dns', message: '', serverLine: null } as const;
    tally.count(attempt({ kind: 'failed', problem }));
    expect(tally.totals()).toMatchObject({
      since: 7,
      full: 1,
      resumed: 2,
      refused: 1,
      off: 1,
      failed: 1,
    });
  });

  it('adds up what resumed handshakes saved in time and bytes', () => {
    const tally = new Tally(() => 0);
    tally.count(attempt(full, 10, 2000));
    tally.count(attempt({ kind: 'off' }, 20, 3000));
    tally.count(attempt(resumed, 5, 700));
    tally.count(attempt(resumed, 50, 900));
    expect(tally.totals()).toMatchObject({ savedMs: 10, savedBytes: 1800 + 1600 });
  });

  it('takes no refused or resumed handshake for the usual cost', () => {
    const tally = new Tally(() => 0);
    tally.count(attempt(refused, 100, 9000));
    tally.count(attempt(resumed, 1, 100));
    tally.count(attempt(resumed, 1, 100));
    expect(tally.totals()).toMatchObject({ savedMs: 0, savedBytes: 0 });
  });

  it('does not compare one account with another', () => {
    const tally = new Tally(() => 0);
    tally.count({ ...attempt(full, 100, 9000), accountId: 'other' as AccountId });
    tally.count(attempt(resumed, 1, 100));
    expect(tally.totals()).toMatchObject({ savedMs: 0, savedBytes: 0 });
  });

  it('does not compare with the server that the account had before, and keeps its strip', () => {
    const tally = new Tally(() => 0);
    tally.count(attempt(full, 100, 9000));
    tally.forgetBaselines(account);
    tally.count(attempt(resumed, 1, 100));
    expect(tally.totals()).toMatchObject({ savedMs: 0, savedBytes: 0 });
    expect(tally.strip(account)).toHaveLength(2);
  });

  it('goes on comparing with what was seen before a restart, for the account that it belongs to', () => {
    const before = new Tally(() => 0);
    before.count(attempt(full, 10, 2000));
    before.count(attempt({ kind: 'off' }, 20, 3000));
    before.count(attempt(refused, 100, 9000));
    const costs = before.costsOf(account);
    expect(costs).toEqual({ ms: [10, 20], bytes: [2000, 3000] });
    const after = new Tally(() => 0);
    expect(after.costsOf(account)).toEqual({ ms: [], bytes: [] });
    after.takeBackCosts(account, costs);
    after.count(attempt(resumed, 5, 700));
    after.count({ ...attempt(resumed, 5, 700), accountId: 'other' as AccountId });
    expect(after.totals()).toMatchObject({ savedMs: 10, savedBytes: 1800 });
    after.count(attempt(full, 30, 4000));
    expect(after.costsOf(account)).toEqual({ ms: [10, 20, 30], bytes: [2000, 3000, 4000] });
  });

  it('keeps the latest 60 marks overall and 12 for an account, oldest first', () => {
    const tally = new Tally(() => 0);
    const ids = Array.from({ length: 100 }, () => {
      const one = attempt(resumed);
      tally.count(one);
      return one.id;
    });
    expect(tally.totals().strip.map((mark) => mark.attemptId)).toEqual(ids.slice(-60));
    expect(tally.strip(account).map((mark) => mark.attemptId)).toEqual(ids.slice(-12));
  });

  it('keeps the sums of an account that is gone', () => {
    const tally = new Tally(() => 0);
    tally.count(attempt(full, 10, 2000));
    tally.count(attempt(resumed, 5, 700));
    tally.forgetAccount(account);
    expect(tally.strip(account)).toEqual([]);
    expect(tally.totals()).toMatchObject({ full: 1, resumed: 1, savedMs: 5 });
  });
});
