/** What needs somebody's attention, and the one action that helps. Pure. */
import type {
  Account,
  AccountId,
  Connection,
  ConnectionId,
  Problem,
} from '../../../shared/model.ts';
import type { EngineState } from '../../engine/engine-state.ts';
import { formatCount, formatDaysLeft, formatDuration, isolate } from '../../format.ts';
import { OFFLINE_SENTENCE, refusedSoFar, STATE_WORDS } from '../../words.ts';

/** A certificate with less time left than this is pointed out. */
export const SOON_MS = 14 * 24 * 60 * 60 * 1000;
/** More than anybody reads at once. */
const MAX_ITEMS = 100;

/** One thing that needs attention, with the one action that helps. */
export type AttentionItem = AccountItem | WaitingItem;

interface Item {
  readonly id: string;
  readonly label: string;
  readonly text: string;
}

/** Concerns one account, and lasts until somebody does something. */
export interface AccountItem extends Item {
  readonly about: 'sign-in' | 'failure' | 'certificate-ends' | 'certificate-ended' | 'refusing';
  readonly accountId: AccountId;
  readonly action: OpenAction;
}

/** Is gone by itself once the servers, or the network, are back. */
interface WaitingItem extends Item {
  readonly about: 'out-of-reach' | 'offline';
  readonly action: TryAction | InsistAction;
}

/** Opens what helps. */
export type OpenAction =
  | { readonly kind: 'edit'; readonly accountId: AccountId }
  | { readonly kind: 'sign-in'; readonly accountId: AccountId }
  | { readonly kind: 'show'; readonly connectionId: ConnectionId }
  | { readonly kind: 'check' };

/** Connects these accounts without further waiting. */
export interface TryAction {
  readonly kind: 'try';
  readonly accountIds: readonly AccountId[];
}

/** There is a network, although the engine sees none. */
interface InsistAction {
  readonly kind: 'insist';
}

/** An account that is not paused, with its connections. */
interface WatchedAccount {
  readonly account: Account;
  readonly connections: readonly Connection[];
}

type Facts = Pick<EngineState, 'accounts' | 'connections' | 'connectionIdsOf'>;

/** The most urgent first: what is down, then what will be, then what only costs. */
export function attention(facts: Facts, now: number): readonly AttentionItem[] {
  const accounts = watched(facts);
  return [
    ...accounts.flatMap(downItems),
    ...offlineItems(accounts, now),
    ...outOfReachItems(accounts, now),
    ...laterItems(accounts, now),
  ].slice(0, MAX_ITEMS);
}

/** The same without what is gone by itself. */
export function accountItems(facts: Facts, now: number): readonly AccountItem[] {
  const accounts = watched(facts);
  return [...accounts.flatMap(downItems), ...laterItems(accounts, now)].slice(0, MAX_ITEMS);
}

/** Nothing is expected of an account that is paused. */
function watched({ accounts, connections, connectionIdsOf }: Facts): readonly WatchedAccount[] {
  return [...accounts.values()]
    .filter(({ paused }) => !paused)
    .map((account) => ({
      account,
      connections: (connectionIdsOf.get(account.id) ?? [])
        .map((id) => connections.get(id))
        .filter((connection) => connection !== undefined),
    }));
}

function laterItems(accounts: readonly WatchedAccount[], now: number): readonly AccountItem[] {
  return [
    ...accounts.flatMap((account) => certificateItems(account, now)),
    ...accounts.flatMap(({ account }) => refusingItems(account)),
  ];
}

/** One for each account: its mailboxes stop for the same reason. */
function downItems({ account, connections }: WatchedAccount): readonly AccountItem[] {
  for (const { id, state } of connections) {
    const item = { id: `down:${account.id}`, accountId: account.id, label: account.label };
    switch (state.kind) {
      case 'sign-in-failed':
      case 'failed':
        return [
          {
            ...item,
            about: state.kind === 'failed' ? 'failure' : 'sign-in',
            text: state.problem.message,
            action: {
              kind:
                state.kind === 'sign-in-failed' && account.signIn.kind === 'oauth'
                  ? 'sign-in'
                  : 'edit',
              accountId: account.id,
            },
          },
        ];
      case 'certificate-problem':
        return [
          {
            ...item,
            about: state.problem.code === 'certificate-expired' ? 'certificate-ended' : 'failure',
            text: state.problem.message,
            action: { kind: 'show', connectionId: id },
          },
        ];
      case 'connecting':
      case 'idle':
      case 'polling':
      case 'retrying':
      case 'offline':
      case 'paused':
        break;
    }
  }
  return [];
}

/** One for each certificate of an account that ends soon. */
function certificateItems(
  { account, connections }: WatchedAccount,
  now: number,
): readonly AccountItem[] {
  const items = new Map<string, AccountItem>();
  for (const { id, state, attempt } of connections) {
    const certificate = attempt?.handshake?.certificate ?? null;
    if (state.kind === 'certificate-problem' || certificate === null) continue;
    const { validToAt, fingerprint256 } = certificate;
    if (validToAt - now >= SOON_MS) continue;
    items.set(fingerprint256, {
      id: `certificate:${account.id}:${fingerprint256}`,
      about: 'certificate-ends',
      accountId: account.id,
      label: account.label,
      text: `The certificate of ${isolate(account.host)} ends soon: ${formatDaysLeft(validToAt, now)}. Whoever runs the server has to renew it.`,
      action: { kind: 'show', connectionId: id },
    });
  }
  return [...items.values()];
}

function refusingItems({ id, label, refusing }: Account): readonly AccountItem[] {
  if (refusing === null) return [];
  return [
    {
      id: `refusing:${id}`,
      about: 'refusing',
      accountId: id,
      label,
      text: `${refusedSoFar(refusing)}. The server check says what to change on it.`,
      action: { kind: 'check' },
    },
  ];
}

/** Servers restart and networks stumble: what is over by itself sooner needs nobody's attention. */
export const LASTING_MS = 60_000;
/** More accounts than this have one cause in common, more likely than not: they share a line. */
const MOST_APART = 3;

/** One for each account that is out of reach, wholly or in part; one for all where these are many. */
function outOfReachItems(all: readonly WatchedAccount[], now: number): readonly WaitingItem[] {
  const out = all.flatMap(({ account, connections }) => {
    const outage = outageOf(connections, now);
    return outage === null ? [] : [{ account, outage }];
  });
  if (out.length > MOST_APART) return [together(out)];
  return out.map(({ account: { id, label }, outage }) => ({
    id: `out-of-reach:${id}`,
    about: 'out-of-reach',
    label,
    text: `${outageWords(outage, now)} tried again and again. ${outage.problem.message}`,
    action: { kind: 'try', accountIds: [id] },
  }));
}

/** One line, however many accounts wait for the network. */
function offlineItems(all: readonly WatchedAccount[], now: number): readonly WaitingItem[] {
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
      action: { kind: 'insist' },
    },
  ];
}

/** What of an account is out of reach for longer than a moment. */
interface Outage {
  readonly down: number;
  /** Of so many that are wanted and have not stopped: what stopped is an item of its own. */
  readonly of: number;
  /** Since when none of those has been up where all are down, else since when the first is down. */
  readonly since: number;
  readonly problem: Problem;
}

/** `null` where nothing has been down for a minute, or the account has stopped as a whole. */
function outageOf(connections: readonly Connection[], now: number): Outage | null {
  const hasStopped = connections.some(
    ({ state }) => state.kind === 'sign-in-failed' || state.kind === 'certificate-problem',
  );
  if (hasStopped) return null;
  const wanted = connections.filter(({ state }) => state.kind !== 'failed');
  const lasting = wanted
    .flatMap(({ failing }) => (failing === null ? [] : [failing]))
    .filter(({ since }) => now - since >= LASTING_MS)
    .toSorted((a, b) => a.since - b.since);
  const told = lasting.length === wanted.length ? lasting.at(-1) : lasting[0];
  if (told === undefined) return null;
  return { down: lasting.length, of: wanted.length, ...told };
}

function outageWords({ down, of, since }: Outage, now: number): string {
  const duration = formatDuration(now - since);
  if (down === of) return `No connection for ${duration}; it is`;
  const verbs = down === 1 ? ['has', 'it is'] : ['have', 'they are'];
  return `${formatCount(down)} of ${formatCount(of)} connections ${verbs[0]} been down for ${duration}; ${verbs[1]}`;
}

function together(
  out: readonly { readonly account: Account; readonly outage: Outage }[],
): WaitingItem {
  const named = out.slice(0, MOST_APART).map(({ account }) => isolate(account.label));
  const rest = formatCount(out.length - named.length);
  const isWhole = out.every(({ outage }) => outage.down === outage.of);
  const what = isWhole ? 'No connection' : 'Connections down';
  return {
    id: 'out-of-reach',
    about: 'out-of-reach',
    label: `${formatCount(out.length)} accounts`,
    text: `${what} for a minute or longer; they are tried again and again: ${named.join(', ')} and ${rest} more.`,
    action: { kind: 'try', accountIds: out.map(({ account }) => account.id) },
  };
}
