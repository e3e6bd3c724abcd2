/** Why there is nothing to show. Pure. */
import type { HistoryView } from '../../../shared/history.ts';
import { formatMoment } from '../../format.ts';
import { countAll } from './plots/bars.ts';
import { RANGE_WORDS } from './question.ts';

interface Empty {
  readonly title: string;
  readonly why: string;
}

/**
 * The words for a view without a handshake; `null` where there is one.
 *
 * @param isUnrecorded whether everything that is shown belongs to the demo beside a user's own data
 */
export function emptyWords(view: HistoryView, isUnrecorded: boolean): Empty | null {
  if (countAll(view.totals) > 0) return null;
  const range = RANGE_WORDS[view.range];
  if (isUnrecorded) {
    return {
      title: `Nothing recorded in ${range}`,
      why: 'The demo leaves nothing behind: the handshakes of its accounts are not written to your history. Add an account of your own, and its handshakes stand here.',
    };
  }
  if (view.account !== null) {
    return {
      title: `No handshake of this account in ${range}`,
      why: 'A handshake is recorded whenever a connection is made. One that stays up makes none.',
    };
  }
  if (view.recordedSince === null || view.recordedSince > view.fromAt) {
    return {
      title: 'Nothing recorded yet',
      why: 'Every TLS handshake of your accounts is recorded from now on, and stands here within a few seconds.',
    };
  }
  return {
    title: `No handshake in ${range}`,
    why: `Connections that stay up make none. Recorded since ${formatMoment(view.recordedSince, view.at)}.`,
  };
}
