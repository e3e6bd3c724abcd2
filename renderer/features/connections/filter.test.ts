import { describe, expect, it } from 'vitest';
import type { Attempt } from '../../../shared/model.ts';
import { formatRoute, parseRoute } from '../../navigation.ts';
import { account, connection, PROBLEM } from '../../testing/entities.ts';
import { filterRows, isOpen, readFilter, writeFilter, type ConnectionFilter } from './filter.ts';

const NONE: ConnectionFilter = { text: '', state: null, outcome: null };
const off = { outcome: { kind: 'off' } } as Attempt;
const rows = [
  { connection: connection('1', 'a', { kind: 'idle' }), account: account('a', { label: 'Work' }) },
  {
    connection: connection(
      '2',
      'b',
      { kind: 'sign-in-failed', problem: PROBLEM },
      { mailbox: 'Größe', attempt: off },
    ),
    account: account('b', { label: 'Home', host: 'mail.example.net' }),
  },
];
const found = (filter: Partial<ConnectionFilter>) =>
  filterRows(rows, { ...NONE, ...filter }).map(({ connection: { id } }) => id);

describe('the filter of the connections', () => {
  it.each([
    ['', ['1', '2']],
    ['  ', ['1', '2']],
    ['wORK', ['1']],
    ['a@example', ['1']],
    ['GRÖSSE', []],
    ['größe', ['2']],
    ['net:993 home', ['2']],
    ['home work', []],
  ])('finds %j in names, mailboxes and servers: %j', (text, expected) => {
    expect(found({ text })).toEqual(expected);
  });

  it('is by state and by outcome; no handshake is no outcome', () => {
    expect(found({ state: 'idle' })).toEqual(['1']);
    expect(found({ outcome: 'off' })).toEqual(['2']);
    expect(found({ outcome: 'off', state: 'idle' })).toEqual([]);
    expect(found({ outcome: 'failed' })).toEqual([]);
  });

  it('is in the address, and anything unknown there is none', () => {
    const filter: ConnectionFilter = { text: 'a b&c', state: 'idle', outcome: 'refused' };
    const { query } = parseRoute(
      formatRoute({ screen: 'connections', query: writeFilter(filter) }),
    );
    expect(readFilter(query)).toEqual(filter);
    expect(readFilter({ state: 'x', outcome: 'constructor' })).toEqual(NONE);
    expect(formatRoute({ screen: 'connections', query: writeFilter(NONE) })).toBe('#/connections');
    expect([isOpen(NONE), isOpen(filter)]).toEqual([true, false]);
  });
});
