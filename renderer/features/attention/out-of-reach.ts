/** Accounts that have had no connection for a while, though they are tried again and again. Pure. */
import type { Account, Connection, Problem } from '../../../shared/model.ts';
import { formatCount, formatDuration } from '../../format.ts';
import { isolate } from '../../engine/isolate.ts';
import { OFFLINE_SENTENCE, STATE_WORDS } from '../../words.ts';
import type { WaitingItem, WatchedAccount } from './attention.ts';

/** Servers restart and networks stumble: what is over by itself sooner needs nobody's attention. */
export const LASTING_MS = 60_000;
/** More accounts than this have one cause in common, more likely than not: they share a line. */
const MOST_APART = 3;

/** One for each account that is out of reach; one for all where these are many. */
export function outOfReachItems(
  all: readonly WatchedAccount[],
  now: number,
): readonly WaitingItem[] {
  const out = all
    .map(({ account, connections }) => ({ account, failing: failing(connections) }))
    .filter(({ failing }) => failing !== null && now - failing.since >= LASTING_MS);
  if (out.length > MOST_APART) return [together(out.map(({ account }) => account))];
  return out.flatMap(({ account: { id, label }, failing }) =>
    failing === null
      ? []
      : [
          {
            id: `out-of-reach:${id}`,
            about: 'out-of-reach',
            label,
            text: `No connection for ${formatDuration(now - failing.since)}; it is tried again and again. ${failing.problem.message}`,
            action: { kind: 'try', accountIds: [id] },
          },
        ],
  );
}

/** One line, however many accounts wait for the network. */
export function offlineItems(all: readonly WatchedAccount[], now: number): readonly WaitingItem[] {
  const isLasting = all.some(({ connections }) =>
    connections.some(({ state, since }) => state.kind === 'offline' && now - since >= LASTING_MS),
  );
  if (!isLasting) return [];
  return [
    {
      id: 'offline',
      about: 'offline',
      label: STATE_WORDS.offline,
      text: OFFLINE_SENTENCE,
      action: null,
    },
  ];
}

/** Since when none of them has been up, and why the last one is not; `null` where one may be. */
function failing(
  connections: readonly Connection[],
): { readonly since: number; readonly problem: Problem } | null {
  let last: Connection['failing'] = null;
  for (const { failing } of connections) {
    if (failing === null) return null;
    if (last === null || failing.since > last.since) last = failing;
  }
  return last;
}

function together(accounts: readonly Account[]): WaitingItem {
  const named = accounts.slice(0, MOST_APART).map(({ label }) => isolate(label));
  const rest = formatCount(accounts.length - named.length);
  return {
    id: 'out-of-reach',
    about: 'out-of-reach',
    label: `${formatCount(accounts.length)} accounts`,
    text: `No connection for a minute or longer; they are tried again and again: ${named.join(', ')} and ${rest} more.`,
    action: { kind: 'try', accountIds: accounts.map(({ id }) => id) },
  };
}
