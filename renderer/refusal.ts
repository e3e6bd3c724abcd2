import type { Refusing } from '../shared/model.ts';
import { formatCount, formatTimeLeft } from './format.ts';

/** What became of the sessions offered to a server that keeps refusing, and until when none is. */
export function refusalSentence({ refusals, nextTryAt }: Refusing, now: number): string {
  const count = formatCount(refusals);
  const left = nextTryAt - now;
  const next =
    left > 0 ? `next try in ${formatTimeLeft(left)}` : 'next try with the next connection';
  return `This server issues tickets and never takes them up: ${count} of ${count} refused, ${next}.`;
}
