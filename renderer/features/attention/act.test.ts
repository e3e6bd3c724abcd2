import { describe, expect, it } from 'vitest';
import { RepriseError } from '../../../shared/errors.ts';
import type { AccountId } from '../../../shared/model.ts';
import { tryNow } from './act.ts';

const accountIds = ['a', 'b', 'c'] as AccountId[];
const removed = new RepriseError('not-found', 'This account is no longer there.');
const offline = new RepriseError('offline', 'This machine has no network.');

/** Presses Try now where the calls for some accounts fail; gives what was called and is said. */
async function press(failing: Record<string, Error>, ids = accountIds, label = '3 accounts') {
  const calls: string[] = [];
  const failure = await tryNow({ kind: 'try', accountIds: ids }, label, {
    reconnectAccount: async (id) => {
      calls.push(`${id} asked`);
      await Promise.resolve();
      calls.push(`${id} answered`);
      const error = failing[id];
      if (error !== undefined) throw error;
    },
  });
  return { calls, failure };
}

const all = accountIds.flatMap((id) => [`${id} asked`, `${id} answered`]);

describe('Try now', () => {
  it('connects every account, each after the one before, as the engine answers', async () => {
    expect(await press({})).toEqual({ calls: all, failure: null });
  });

  it('connects the others where one was removed meanwhile, which is no failure', async () => {
    expect(await press({ a: removed })).toEqual({ calls: all, failure: null });
    expect((await press({ a: removed }, accountIds.slice(0, 1), 'Work')).failure).toBeNull();
  });

  it('connects the others where some fail, and says for how many and why', async () => {
    const internal = new RepriseError('internal', 'Something went wrong inside Reprise.');
    expect(await press({ a: offline, b: internal })).toEqual({
      calls: all,
      failure: {
        title: 'Could not reconnect 2 of 3 accounts',
        description: `${offline.message} ${internal.message}`,
      },
    });
    expect((await press({ a: removed, c: offline })).failure).toEqual({
      title: 'Could not reconnect 1 of 3 accounts',
      description: offline.message,
    });
  });

  it('says a reason that all have in common once, under the name they go by', async () => {
    expect((await press({ a: offline, b: offline, c: offline })).failure).toEqual({
      title: 'Could not reconnect 3 accounts',
      description: offline.message,
    });
    expect((await press({ a: offline }, accountIds.slice(0, 1), 'Work')).failure?.title).toBe(
      'Could not reconnect Work',
    );
  });
});
