import { describe, expect, it } from 'vitest';
import type { AccountId } from '../../../shared/model.ts';
import { fromSnapshot } from '../../engine/engine-state.ts';
import { account, connection, PROBLEM, snapshot } from '../../testing/entities.ts';
import { newlyRefused } from './notifications.ts';

const well = fromSnapshot(
  snapshot({ accounts: [account('a')], connections: [connection('1', 'a')] }),
);
const refused = fromSnapshot(
  snapshot({
    accounts: [account('a')],
    connections: [connection('1', 'a', { kind: 'sign-in-failed', problem: PROBLEM })],
  }),
);

describe('accounts whose sign-in has failed', () => {
  it('are told of once', () => {
    expect(newlyRefused(well, refused)).toEqual(['a' as AccountId]);
    expect(newlyRefused(refused, refused)).toEqual([]);
  });

  it('are not told of when the page is loaded: the list shows them', () => {
    expect(newlyRefused(null, refused)).toEqual([]);
  });
});
