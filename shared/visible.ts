/** Text that somebody else chose, as it is shown: on the page, in files, on a terminal. */
import { visible } from '../electron/core/tls/visible.ts';

export { visible };

/** The same of every text in a value of plain data, keys left out. */
export function allVisible<Value>(value: Value): Value {
  if (typeof value === 'string') return visible(value) as Value;
  if (Array.isArray(value)) return value.map(allVisible) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, allVisible(part as unknown)]),
  ) as Value;
}
