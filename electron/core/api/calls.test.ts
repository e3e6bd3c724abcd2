import { expect, it } from 'vitest';
import type { Services } from './call-context.ts';
import { createCalls } from './calls.ts';

it('forgetting sessions does not wait for a history that is being shortened', async () => {
  const done: string[] = [];
  const { promise: shortened, resolve } = Promise.withResolvers<void>();
  const calls = createCalls({
    watchList: { supervisor: {}, forgetAllSessions: () => 3 },
    settings: { change: () => shortened },
    forgotten: () => Promise.resolve(),
  } as unknown as Services);
  const slow = (async () => {
    await calls.changeSettings({ historyDays: 7 });
    done.push('shortened');
  })();
  const quick = (async () => {
    await calls.forgetAllSessions();
    done.push('forgotten');
    resolve();
  })();
  // Whichever way round it is, both end.
  setImmediate(resolve);
  await Promise.all([slow, quick]);
  expect(done).toEqual(['forgotten', 'shortened']);
});
