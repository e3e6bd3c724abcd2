/** The words for a server that issues sessions and does not take them up. */
import type { Refusing } from '../../shared/model.ts';
import { formatCount, formatTimeLeft } from '../format.ts';

/** What became of the sessions that were offered to it. */
export function refusedSoFar({ refusals }: Refusing): string {
  const count = formatCount(refusals);
  return `This server issues tickets and never takes them up: ${count} of ${count} refused`;
}

/** When it is offered one again. */
export function nextTry({ nextTryAt }: Refusing, now: number): string {
  const left = nextTryAt - now;
  return left > 0 ? `next try in ${formatTimeLeft(left)}` : 'next try with the next connection';
}
