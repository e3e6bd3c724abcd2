import { expect, it } from 'vitest';
import { shownColumns } from './ColumnChoice.tsx';
import { COLUMNS } from './columns.tsx';

it.each([
  [[], []],
  [
    ['version', 'messages'],
    ['messages', 'version'],
  ],
  // What a row is and how it stands is always there; another version may have known other names.
  [['state', 'nonsense', '', 'clock'], ['clock']],
])('the choice %j leaves out %j', (hidden, expected) => {
  const shown = shownColumns(hidden);
  expect(COLUMNS.filter((column) => !shown.includes(column)).map(({ id }) => id)).toEqual(expected);
});
