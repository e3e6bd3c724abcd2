import { expect, it } from 'vitest';
import type { AccountId } from '../../../shared/model.ts';
import { tryNow } from './act.ts';

it('Try now connects every account, each after the one before, as the engine answers', async () => {
  const calls: string[] = [];
  const accountIds = ['a', 'b', 'c'] as AccountId[];
  await tryNow(
    { kind: 'try', accountIds },
    {
      reconnectAccount: async (id) => {
        calls.push(`${id} asked`);
        await Promise.resolve();
        calls.push(`${id} answered`);
      },
    },
  );
  expect(calls).toEqual(accountIds.flatMap((id) => [`${id} asked`, `${id} answered`]));
});
