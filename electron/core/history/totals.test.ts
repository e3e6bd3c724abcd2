import { describe, expect, it } from 'vitest';
import type {
  AccountId,
  ConnectionId,
  Attempt,
  AttemptId,
  Outcome,
  TlsProtocol,
} from '../../../shared/model.ts';
import { Measures } from './measures.ts';
import { Tally, type Place } from './totals.ts';

const account = 'work' as AccountId;
const other = 'other' as AccountId;
const full: Outcome = { kind: 'full', reason: 'nothing-held' };
const resumed: Outcome = { kind: 'resumed', mechanism: 'tls13-ticket' };
const refused: Outcome = { kind: 'refused', mechanism: 'tls13-ticket' };
const PLACE: Place = { host: 'imap.example.org', port: 993, security: 'tls', network: ['home'] };

interface Made {
  readonly tlsMs?: number;
  readonly bytes?: number;
  readonly protocol?: TlsProtocol;
  /** The certificate's. */
  readonly fingerprint256?: string;
}

let made = 0;
function attempt(outcome: Outcome, { tlsMs, bytes, ...more }: Made = {}): Attempt {
  made += 1;
  const { protocol = 'TLSv1.3', fingerprint256 = 'AA' } = more;
  return {
    id: `h-${String(made)}` as AttemptId,
    connectionId: 'c' as ConnectionId,
    accountId: account,
    startedAt: made,
    planned: false,
    outcome,
    phases: {
      proxy: null,
      dns: null,
      tcp: null,
      starttls: null,
      wait: null,
      tls: tlsMs ?? null,
      greeting: null,
      login: null,
      select: null,
    },
    totalMs: null,
    address: null,
    handshake:
      outcome.kind === 'failed'
        ? null
        : // Of the rest of it nothing is counted.
          ({ protocol, certificate: { fingerprint256 } } as Attempt['handshake']),
    sentBytes: bytes === undefined ? null : 100,
    receivedBytes: bytes === undefined ? null : bytes - 100,
    ticketsReceived: 0,
  };
}

/** A tally that has seen the first handshake with the server, which took very long. */
function warmTally(place = PLACE) {
  const measures = new Measures();
  const tally = new Tally(() => made, measures);
  tally.count(attempt(full, { tlsMs: 900, bytes: 3000 }), place);
  const count = (times: number, one: () => Attempt, at = place): void => {
    for (let made = 0; made < times; made += 1) tally.count(one(), at);
  };
  return { tally, measures, count };
}

describe('the tally', () => {
  it('counts each outcome', () => {
    const tally = new Tally(() => 7, new Measures());
    for (const outcome of [full, resumed, resumed, refused, { kind: 'off' } as const]) {
      tally.count(attempt(outcome), PLACE);
    }
    const problem = { code: 'dns', message: '', serverLine: null } as const;
    tally.count(attempt({ kind: 'failed', problem }), PLACE);
    expect(tally.totals()).toMatchObject({
      since: 7,
      full: 1,
      resumed: 2,
      refused: 1,
      off: 1,
      failed: 1,
    });
  });

  it('estimates the time saved from five of each, the first handshake of the process left out', () => {
    const { tally, count } = warmTally();
    count(5, () => attempt(resumed, { tlsMs: 48 }));
    count(4, () => attempt(full, { tlsMs: 69 }));
    expect(tally.totals()).toMatchObject({
      savedMs: 0,
      savedBasis: { counted: 0, uncounted: 5 },
      unmeasured: { accountId: account, full: 4 },
    });
    count(1, () => attempt({ kind: 'off' }, { tlsMs: 69 }));
    expect(tally.totals()).toMatchObject({
      savedMs: 5 * (69 - 48),
      savedBasis: { counted: 5, uncounted: 0, full: 5, resumed: 5 },
      unmeasured: null,
    });
  });

  it('leaves out all that began before the first one had ended', () => {
    const measures = new Measures();
    const tally = new Tally(() => made, measures);
    const startedAt = made;
    const burst = Array.from({ length: 8 }, () => attempt(full, { tlsMs: 300 }));
    for (const one of burst) tally.count({ ...one, startedAt }, PLACE);
    for (let made = 0; made < 5; made += 1) tally.count(attempt(full, { tlsMs: 69 }), PLACE);
    for (let made = 0; made < 5; made += 1) tally.count(attempt(resumed, { tlsMs: 48 }), PLACE);
    expect(tally.totals()).toMatchObject({ savedMs: 5 * (69 - 48), savedBasis: { full: 5 } });
  });

  it('takes no refused handshake for a measure', () => {
    const { tally, count } = warmTally();
    count(9, () => attempt(refused, { tlsMs: 100, bytes: 9000 }));
    count(5, () => attempt(resumed, { tlsMs: 1, bytes: 400 }));
    expect(tally.totals()).toMatchObject({ savedMs: 0, savedBytes: 5 * 2600 });
  });

  it('never compares versions, certificates, networks or servers with one another', () => {
    for (const [what, place] of [
      [{ protocol: 'TLSv1.2' }, PLACE],
      [{ fingerprint256: 'BB' }, PLACE],
      [{}, { ...PLACE, network: ['a slow train'] }],
      [{}, { ...PLACE, host: 'elsewhere.example' }],
    ] as const) {
      const { tally, count } = warmTally();
      count(9, () => attempt(full, { tlsMs: 500, bytes: 9000, ...what }), place);
      count(9, () => attempt(resumed, { tlsMs: 48 }));
      expect(tally.totals()).toMatchObject({ savedMs: 0, savedBasis: { uncounted: 9 } });
    }
  });

  it('adds up what is saved under both versions, each by its own measures', () => {
    const { tally, count } = warmTally();
    for (const [protocol, fulls, others] of [
      ['TLSv1.3', 69, 48],
      ['TLSv1.2', 81, 38],
    ] as const) {
      count(6, () => attempt(full, { tlsMs: fulls, protocol }));
      count(6, () => attempt(resumed, { tlsMs: others, protocol }));
    }
    expect(tally.totals().savedMs).toBe(6 * (69 - 48) + 6 * (81 - 38));
  });

  it('takes what two accounts on one server see together', () => {
    const { tally, count } = warmTally();
    count(3, () => attempt(full, { tlsMs: 69 }));
    count(2, () => ({ ...attempt(full, { tlsMs: 69 }), accountId: other }));
    count(3, () => attempt(resumed, { tlsMs: 48 }));
    count(2, () => ({ ...attempt(resumed, { tlsMs: 48 }), accountId: other }));
    expect(tally.totals().savedMs).toBe(5 * (69 - 48));
  });

  it('counts the bytes that were not sent, from the first full handshake on, and none twice', () => {
    const { tally, count } = warmTally();
    count(1, () => attempt(resumed, { bytes: 700 }));
    count(1, () => attempt(resumed, { bytes: 3400 }));
    expect(tally.totals().savedBytes).toBe(2300 - 400);
    count(6, () => attempt(resumed, { bytes: 3400 }));
    expect(tally.totals().savedBytes).toBe(0);
  });

  it('keeps the latest 60 marks overall and 12 for an account, oldest first', () => {
    const tally = new Tally(() => 0, new Measures());
    const ids = Array.from({ length: 100 }, () => {
      const one = attempt(resumed);
      tally.count(one, PLACE);
      return one.id;
    });
    expect(tally.totals().strip.map((mark) => mark.attemptId)).toEqual(ids.slice(-60));
    expect(tally.strip(account).map((mark) => mark.attemptId)).toEqual(ids.slice(-12));
  });

  it('keeps the sums of an account that is gone, and offers no check of its server', () => {
    const { tally, count } = warmTally();
    count(1, () => attempt(resumed, { tlsMs: 5, bytes: 700 }));
    expect(tally.totals().unmeasured).toEqual({ accountId: account, full: 0 });
    tally.forgetAccount(account);
    expect(tally.strip(account)).toEqual([]);
    expect(tally.totals()).toMatchObject({
      full: 1,
      resumed: 1,
      savedBytes: 2300,
      unmeasured: null,
    });
  });
});
