import { beforeEach, describe, expect, it } from 'vitest';
import type { AccountId, Connection, ConnectionId, Problem } from '../../../shared/model.ts';
import { ConnectionView } from './connection-view.ts';
import { TestClock } from '../testing/clock.ts';

const accountId = 'a' as AccountId;
const id = 'c' as ConnectionId;
const problem: Problem = { code: 'dns', message: 'There is no such host.', serverLine: null };

let clock: TestClock;
let told: Connection[];
let view: ConnectionView;

beforeEach(() => {
  clock = new TestClock();
  told = [];
  view = new ConnectionView({ id, accountId, mailbox: 'INBOX' }, clock, (event) => {
    if (event.kind === 'changed') told.push(event.connection);
  });
});

describe('what is seen of a watched mailbox', () => {
  it('has as many messages as were counted last, and a count that stays is not told again', () => {
    view.watch('idle', 3);
    expect(told.at(-1)).toMatchObject({ state: { kind: 'idle' }, messages: 3 });
    view.count(4);
    view.count(4);
    expect(told.map(({ messages }) => messages)).toEqual([3, 4]);
  });

  it('is in a state since it entered it, whatever phases a connect goes through', () => {
    view.set({ kind: 'connecting', phase: 'dns' });
    const since = clock.now();
    clock.advance(100);
    view.enter('tls');
    expect(view.connection).toMatchObject({ state: { phase: 'tls' }, since });
    view.watch('idle', 0);
    expect(view.connection.since).toBe(since + 100);
  });

  it('waits anew with each retry', () => {
    view.set({ kind: 'retrying', retryAt: 1, problem, isHeldUp: false });
    clock.advance(100);
    view.set({ kind: 'retrying', retryAt: 2, problem, isHeldUp: false });
    expect(view.connection.since).toBe(clock.now());
  });

  it('fails since its first failure, through all attempts, until one succeeds', () => {
    view.set({ kind: 'connecting', phase: 'dns' });
    expect(view.connection.failing).toBeNull();
    const since = clock.now();
    view.set({ kind: 'retrying', retryAt: 1, problem, isHeldUp: false });
    clock.advance(100);
    view.set({ kind: 'connecting', phase: 'dns' });
    view.enter('tcp');
    expect(view.connection.failing).toEqual({ since, problem });
    const latest: Problem = { ...problem, code: 'timeout' };
    view.set({ kind: 'retrying', retryAt: 2, problem: latest, isHeldUp: false });
    expect(view.connection.failing).toEqual({ since, problem: latest });
    view.watch('idle', 3);
    expect(view.connection.failing).toBeNull();
  });

  it.each([
    { kind: 'offline' },
    { kind: 'paused' },
    { kind: 'sign-in-failed', problem },
    { kind: 'failed', problem },
  ] as const)('fails no longer once it is $kind: nothing is tried by itself', (state) => {
    view.set({ kind: 'retrying', retryAt: 1, problem, isHeldUp: false });
    view.set(state);
    view.set({ kind: 'connecting', phase: 'dns' });
    expect(view.connection.failing).toBeNull();
  });
});
