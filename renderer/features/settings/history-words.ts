import type { HistoryExtent } from '../../../shared/history.ts';
import type { HistoryDays } from '../../../shared/settings.ts';
import { formatBytes, formatDate } from '../../format.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** How long that is. */
export function daysName(days: HistoryDays): string {
  return days === 365 ? '1 year' : `${days} days`;
}

/** Before when everything is deleted by keeping so many days; `null` where nothing is. */
export function deletedBefore(
  days: HistoryDays,
  { recordedSince }: HistoryExtent,
  now: number,
): number | null {
  const oldestAt = now - days * DAY_MS;
  return recordedSince !== null && recordedSince < oldestAt ? oldestAt : null;
}

/** How much there is, in a sentence. */
export function extentSentence({ recordedSince, sizeBytes }: HistoryExtent): string {
  if (recordedSince === null) return 'Nothing is recorded yet.';
  const since = `Recorded since ${formatDate(recordedSince)}`;
  return sizeBytes === null
    ? `${since}, in memory only.`
    : `${since}; takes ${formatBytes(sizeBytes)} on disk, at most 100 MB.`;
}

/** What a shorter history costs. */
export function lossSentence(beforeAt: number, { recordedSince }: HistoryExtent): string {
  const from = recordedSince === null ? '' : ` from ${formatDate(recordedSince)}`;
  return `All figures${from} to ${formatDate(beforeAt)} will be deleted. They cannot be brought back.`;
}
