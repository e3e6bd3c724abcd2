import { describe, expect, it } from 'vitest';
import type { Attempt, ConnectionState } from '../../../shared/model.ts';
import { account, connection, PROBLEM } from '../../testing/entities.ts';
import type { ColumnId } from './columns.tsx';
import { rowAfter } from './ConnectionRows.tsx';
import { nextSort, sortRows } from './order.ts';

const IDLE: ConnectionState = { kind: 'idle' };

function row(id: string, more: Partial<Parameters<typeof connection>[3]> = {}, state = IDLE) {
  return { connection: connection(id, 'a', state, more), account: account('a') };
}

function took(totalMs: number) {
  return { attempt: { totalMs, outcome: { kind: 'off' } } as Attempt };
}

function sorted(
  rows: readonly ReturnType<typeof row>[],
  by: ColumnId,
  direction: 'ascending' | 'descending' = 'ascending',
) {
  return sortRows(rows, { by, direction }).map(({ connection: { id } }) => id);
}

describe('the order of connections', () => {
  it('by state puts first what needs attention', () => {
    const failed: ConnectionState = { kind: 'sign-in-failed', problem: PROBLEM };
    expect(sorted([row('1'), row('2', {}, failed)], 'state')).toEqual(['2', '1']);
  });

  it('by name counts numbers as numbers and case as nothing', () => {
    const rows = ['lists/10', 'Lists/9', 'inbox'].map((mailbox) => row(mailbox, { mailbox }));
    expect(sorted(rows, 'mailbox')).toEqual(['inbox', 'Lists/9', 'lists/10']);
    expect(sorted(rows, 'mailbox', 'descending')).toEqual(['lists/10', 'Lists/9', 'inbox']);
  });

  it('has what there is nothing of at its end, up and down', () => {
    const rows = [row('none'), row('9', took(9)), row('100', took(100))];
    expect(sorted(rows, 'total')).toEqual(['9', '100', 'none']);
    expect(sorted(rows, 'total', 'descending')).toEqual(['100', '9', 'none']);
    expect(sorted(rows, 'reuse').at(-1)).toBe('none');
  });

  it('leaves equals as they were, also downwards', () => {
    const rows = [row('1'), row('2'), row('3')];
    expect(sorted(rows, 'account', 'descending')).toEqual(['1', '2', '3']);
    expect(sortRows(rows, null)).toBe(rows);
  });

  it('goes up, down, and back to what it was, with each press of a column’s head', () => {
    const up = nextSort(null, 'total');
    const down = nextSort(up, 'total');
    expect([up, down]).toEqual([
      { by: 'total', direction: 'ascending' },
      { by: 'total', direction: 'descending' },
    ]);
    expect(nextSort(down, 'total')).toBeNull();
    expect(nextSort(down, 'state')).toEqual({ by: 'state', direction: 'ascending' });
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
