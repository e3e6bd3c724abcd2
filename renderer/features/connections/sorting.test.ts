import { describe, expect, it } from 'vitest';
import type { ConnectionState } from '../../../shared/model.ts';
import { account, connection, PROBLEM } from '../../testing/entities.ts';
import { compareKeys, SORT_KEYS } from './sorting.ts';
import { rowAfter } from './use-roving-row.ts';

function key(column: string, state: ConnectionState, mailbox = 'INBOX') {
  const row = { connection: connection('1', 'a', state, { mailbox }), account: account('a') };
  return SORT_KEYS[column]?.(row) ?? null;
}

describe('the order of connections', () => {
  it('by state puts first what needs attention', () => {
    const failed = key('state', { kind: 'sign-in-failed', problem: PROBLEM });
    expect(compareKeys(failed ?? 0, key('state', { kind: 'idle' }) ?? 0)).toBeLessThan(0);
  });

  it('by name counts numbers as numbers and case as nothing', () => {
    expect(['lists/10', 'Lists/9', 'inbox'].sort(compareKeys)).toEqual([
      'inbox',
      'Lists/9',
      'lists/10',
    ]);
  });

  it('has no key for a handshake that has not been', () => {
    expect([key('reuse', { kind: 'idle' }), key('total', { kind: 'idle' })]).toEqual([null, null]);
  });
});

describe('moving between rows by keys', () => {
  it.each([
    ['ArrowDown', 3, 4],
    ['ArrowDown', 99, 99],
    ['ArrowUp', 0, 0],
    ['PageDown', 95, 99],
    ['PageUp', 3, 0],
    ['Home', 50, 0],
    ['End', 50, 99],
    ['a', 50, null],
  ])('%s leads from %s to %s', (pressed, from, to) => {
    expect(rowAfter(pressed, from, 100)).toBe(to);
  });
});
