/** What a notification is shown for, and when. Pure. */
import type { AccountId } from '../../../shared/model.ts';
import { isUp } from '../../account-summary.ts';
import type { EngineState } from '../../engine/engine-state.ts';
import { isolate } from '../../format.ts';
import type { AccountItem, OpenAction } from './attention.ts';

/** Shorter trouble passes unnoticed: somebody may be at it already. */
export const LASTED_MS = 10_000;
/** More than there are accounts with trouble at any time. */
const MOST_TOLD = 200;

/** One notification. */
export interface Told {
  /** The same for as long as the trouble lasts, however often it is tried again. */
  readonly key: string;
  readonly title: string;
  readonly body: string;
  readonly action: OpenAction;
}

/** What has been seen so far. */
export interface Memory {
  /** Since when the trouble of a key has been there without a break. */
  readonly seenAt: ReadonlyMap<string, number>;
  /** Keys that a notification was shown for, oldest first, until that trouble is over. */
  readonly told: readonly string[];
}

/** What to show now, and what to remember. */
interface Step {
  readonly memory: Memory;
  readonly show: readonly Told[];
}

const TITLES = {
  'sign-in': 'Sign-in failed',
  'certificate-ends': 'Certificate ends soon',
  'certificate-ended': 'Certificate has expired',
} as const;

/** Takes up what needs attention at a moment; `now` only ever rises. */
export function takeUp(
  { seenAt, told }: Memory,
  items: readonly AccountItem[],
  facts: Pick<EngineState, 'connections' | 'connectionIdsOf'>,
  now: number,
): Step {
  const present = items.flatMap(notificationFor);
  const keys = new Set(present.map(({ key }) => key));
  const nextSeenAt = new Map([...keys].map((key) => [key, seenAt.get(key) ?? now]));
  const stillTold = told.filter((key) => keys.has(key) || !isWell(accountOf(key), facts));
  const show = present.filter(({ key }) => {
    return !stillTold.includes(key) && now - (nextSeenAt.get(key) ?? now) >= LASTED_MS;
  });
  const nextTold = [...stillTold, ...show.map(({ key }) => key)].slice(-MOST_TOLD);
  return { memory: { seenAt: nextSeenAt, told: nextTold }, show };
}

function notificationFor({
  about,
  accountId,
  id,
  label,
  text,
  action,
}: AccountItem): readonly Told[] {
  if (about === 'failure' || about === 'refusing') return [];
  return [
    {
      key: `${accountId} ${about} ${id}`,
      title: `${TITLES[about]}: ${isolate(label)}`,
      body: text,
      action,
    },
  ];
}

function accountOf(key: string): AccountId {
  return key.split(' ', 1)[0] as AccountId;
}

/**
 * Whether trouble of this account that is not there at the moment is over: while it is tried again,
 * nothing is known. An account that is gone has none.
 */
function isWell(
  account: AccountId,
  { connections, connectionIdsOf }: Pick<EngineState, 'connections' | 'connectionIdsOf'>,
): boolean {
  const states = (connectionIdsOf.get(account) ?? []).map((id) => connections.get(id)?.state.kind);
  if (states.length === 0) return true;
  const isTrying = states.some(
    (kind) => kind === 'connecting' || kind === 'retrying' || kind === 'offline',
  );
  return !isTrying && states.some(isUp);
}
