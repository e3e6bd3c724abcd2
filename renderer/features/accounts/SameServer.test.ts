import { describe, expect, it } from 'vitest';
import type { Account, AccountId, ReusePolicy } from '../../../shared/model.ts';
import { account } from '../../testing/entities.ts';
import { atServerOf, chosenForAll, takenBack } from './SameServer.tsx';

const SAVING: ReusePolicy = { sharing: 'saving', longestAge: 'server' };
const HOURLY: ReusePolicy = { sharing: 'saving', longestAge: 'hour' };
const SHARED: ReusePolicy = { sharing: 'shared', longestAge: 'server' };

const accountsOf = (...all: Account[]) => new Map(all.map((one) => [one.id, one]));
const idsOf = (all: readonly { readonly id: AccountId }[]) => all.map(({ id }) => id);

describe('a policy for all accounts at a server', () => {
  it('is for those with its name, in whatever spelling, and its port', () => {
    const accounts = accountsOf(
      account('a', { host: 'mail.example' }),
      account('b', { host: 'MAIL.example.' }),
      account('c', { host: 'mail.example', port: 1993 }),
      account('d', { host: 'other.example' }),
    );
    expect(idsOf(atServerOf('a' as AccountId, accounts))).toEqual(['a', 'b']);
    expect(atServerOf('gone' as AccountId, accounts)).toEqual([]);
  });

  it('is taken back where nothing else was chosen since', () => {
    const accounts = accountsOf(
      account('a', { policy: SHARED }),
      account('b', { policy: { ...SHARED, longestAge: 'hour' } }),
    );
    const before = ['a', 'b', 'gone'].map((id) => ({ id: id as AccountId, policy: SAVING }));
    expect(takenBack({ chosen: SHARED, before }, accounts)).toEqual([{ id: 'a', policy: SAVING }]);
  });

  it('is taken back for those of an earlier press too, where that chose the same', () => {
    const [ann, bob, cid] = ['ann', 'bob', 'cid'].map((id) => account(id, { policy: SAVING }));
    if (!ann || !bob || !cid) throw new Error('three accounts');
    const first = chosenForAll(null, SHARED, [ann, bob]);
    const again = chosenForAll(first, SHARED, [{ ...bob, policy: HOURLY }, cid]);
    expect(again.before.map(({ id, policy }) => [id, policy])).toEqual([
      ['ann', SAVING],
      ['bob', HOURLY],
      ['cid', SAVING],
    ]);
    expect(idsOf(chosenForAll(first, HOURLY, [cid]).before)).toEqual(['cid']);
  });
});
