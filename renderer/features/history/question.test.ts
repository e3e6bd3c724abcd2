import { describe, expect, it } from 'vitest';
import type { AccountId } from '../../../shared/model.ts';
import { accountOptions, questionQuery, readQuestion, usualRange } from './question.ts';
import { emptyWords } from './readout.ts';
import { FROM, viewOf } from './testing/view.ts';

const id = (text: string) => text as AccountId;

/** The title of a view in which nothing happened. */
function title(more: Parameters<typeof viewOf>[1], isUnrecorded = false) {
  return emptyWords(viewOf([{}], more), isUnrecorded)?.title;
}

describe('the address of the History screen', () => {
  it('says range, account and look, and leads back to them', () => {
    const query = { range: '7d', account: 'a', look: 'table' };
    expect(readQuestion(query, '24h')).toEqual(query);
    expect(questionQuery(readQuestion(query, '24h'))).toEqual(query);
  });

  it.each([{}, { range: '2y', account: '', look: 'pie' }, { account: 'x'.repeat(65) }])(
    'falls back to the usual range of all accounts for %j',
    (query) => {
      expect(readQuestion(query, '1h')).toEqual({ range: '1h', account: null, look: 'chart' });
    },
  );
});

describe('the usual range', () => {
  it('is a day, and an hour until an hour has been recorded', () => {
    expect(usualRange(FROM, FROM + 3_600_000)).toBe('24h');
    expect(usualRange(FROM, FROM + 3_599_999)).toBe('1h');
  });
});

describe('the accounts to choose from', () => {
  it('are those that are there, with their names of today, and removed ones with figures', () => {
    const there = [{ id: id('a'), label: 'New name' }];
    const recorded = [
      { id: id('a'), label: 'Old name' },
      { id: id('b'), label: 'Gone' },
    ];
    expect(accountOptions(there, recorded, id('b'))).toEqual([
      { id: 'a', label: 'New name' },
      { id: 'b', label: 'Gone (removed)' },
    ]);
  });

  it('hold the one that is asked for, also without figures', () => {
    expect(accountOptions([], [], id('c'))).toEqual([{ id: 'c', label: 'Removed account' }]);
  });
});

describe('an empty view', () => {
  it('is none where anything happened', () => {
    expect(emptyWords(viewOf([{ resumed: 1 }]), true)).toBeNull();
  });

  it('says why it is', () => {
    expect(title({ recordedSince: FROM + 1 })).toBe('Nothing recorded yet');
    expect(title({ recordedSince: null })).toBe('Nothing recorded yet');
    expect(title({ recordedSince: FROM - 1 })).toBe('No handshake in the last 24 hours');
    expect(title({ account: 'a' as AccountId })).toBe(
      'No handshake of this account in the last 24 hours',
    );
    expect(title({}, true)).toBe('Nothing recorded in the last 24 hours');
  });
});
