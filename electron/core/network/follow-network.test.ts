import { describe, expect, test } from 'vitest';
import { followNetwork } from './follow-network.ts';
import type { NetworkNews } from './network-watch.ts';

const addresses = {
  all: new Set(['127.0.0.1', '192.0.2.7']),
  outward: new Set(['192.0.2.7']),
  inside: [],
};
const steady: NetworkNews = {
  addresses,
  isOnline: true,
  hasSlept: false,
  clockMovedMs: 0,
  isAnother: false,
};
const offline: NetworkNews = { ...steady, isOnline: false };

/** What is done about these news, in its order. */
function done(news: readonly Partial<NetworkNews>[], forgets = false): string[] {
  const calls: string[] = [];
  let wasOnline = true;
  const follow = followNetwork({
    supervisor: {
      // As the supervisor does: nothing where it is told the same again.
      setOnline: (isOnline) => {
        if (isOnline !== wasOnline) calls.push(isOnline ? 'online' : 'offline');
        wasOnline = isOnline;
      },
      reopenAll: () => calls.push('reopen all'),
      moved: (all) => calls.push(`moved to ${[...all].join(' ')}`),
      lookAgain: () => undefined,
      clockMoved: (ms) => calls.push(`moved by ${ms}`),
    },
    sessions: { networkChanged: () => calls.push('end bursts') },
    forgetSessions: () => calls.push('forget sessions'),
    forgetsOnNetworkChange: () => forgets,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  for (const item of news) follow({ ...steady, ...item });
  return calls;
}

describe('what follows from the network', () => {
  test('offline and online are said once each', () => {
    expect(done([offline, { ...offline, hasSlept: true }, steady])).toEqual(['offline', 'online']);
  });

  test('after a sleep everything is made anew, once', () => {
    expect(done([{ hasSlept: true }])).toEqual(['reopen all']);
    expect(done([offline, { hasSlept: true }])).toEqual(['offline', 'online']);
  });

  test('a clock that moved takes along what is told of times', () => {
    expect(done([{ clockMovedMs: -5 }])).toEqual(['moved by -5', 'moved to 127.0.0.1 192.0.2.7']);
  });

  test('other addresses concern those connections only that have lost theirs', () => {
    expect(done([steady])).toEqual(['moved to 127.0.0.1 192.0.2.7']);
  });

  test('on another network no burst goes on, before anything connects there', () => {
    expect(done([offline, { isAnother: true }])).toEqual(['offline', 'end bursts', 'online']);
    expect(done([{ isAnother: true, hasSlept: true }])).toEqual(['end bursts', 'reopen all']);
  });

  test('sessions are not taken along where the user does not want that', () => {
    expect(done([offline, { isAnother: true }], true)).toEqual([
      'offline',
      'end bursts',
      'forget sessions',
      'online',
    ]);
    expect(done([offline, steady], true)).toEqual(['offline', 'online']);
  });
});
