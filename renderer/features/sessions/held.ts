/** What the Sessions screen says of what is held. Pure. */
import type { Account, AccountId, HeldSessions } from '../../../shared/model.ts';
import {
  formatCount,
  formatCountdown,
  formatServer,
  formatSessions,
  isolate,
} from '../../format.ts';
import { isSameHost } from '../../../shared/server-names.ts';
import { otherName } from '../../words.ts';

/** How many sessions can still be offered. */
export function countLeft({ endsAt }: HeldSessions, now: number): number {
  return endsAt.filter((at) => at > now).length;
}

/** The whole cell: how long the last of them lasts, or why there is none. */
export function timeLeft(held: HeldSessions, now: number): string {
  if (held.endsAt.length === 0) return 'all in use';
  const last = Math.max(...held.endsAt);
  return last <= now ? 'expired' : formatCountdown(last - now);
}

/**
 * The server as Connections calls it, by the host that is connected to. What is left of a host that
 * the account no longer has is called by the name in its certificate.
 */
export function serverName({ name, port }: HeldSessions, account: Account | undefined): string {
  return formatServer(account !== undefined && isOwn(name, account) ? account.host : name, port);
}

/** What else sets this server apart, `STARTTLS, verified as mail.example`; empty for most. */
export function serverNote({ name, security }: HeldSessions, account: Account | undefined): string {
  const other = account !== undefined && isOwn(name, account) ? otherName(account) : null;
  return [
    ...(security === 'starttls' ? ['STARTTLS'] : []),
    ...(other === null ? [] : [`verified as ${other}`]),
  ].join(', ');
}

/** Whether sessions under this name are with the server that the account has now. */
function isOwn(name: string, { host, servername }: Account): boolean {
  return isSameHost(servername ?? host, name);
}

/** The accounts that may use them. */
export function usersOf({ accountId, sharedBy }: HeldSessions): readonly AccountId[] {
  return sharedBy ?? [accountId];
}

/** Who may use them, where they are shared: `Shared by 3: Ann, Bob, Cid`. */
export function sharingWords(
  held: HeldSessions,
  accounts: ReadonlyMap<AccountId, Pick<Account, 'label'>>,
): string | null {
  if (held.sharedBy === null) return null;
  const labels = held.sharedBy
    .flatMap((id) => accounts.get(id)?.label ?? [])
    .toSorted((a, b) => collator.compare(a, b));
  return `Shared by ${formatCount(labels.length)}: ${labels.map(isolate).join(', ')}`;
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** By account, then by server; only those of `account` where one is given. */
export function inOrder(
  held: Iterable<HeldSessions>,
  accounts: ReadonlyMap<AccountId, Account>,
  account: AccountId | null,
): readonly HeldSessions[] {
  const label = ({ accountId }: HeldSessions) => accounts.get(accountId)?.label ?? '';
  const isOf = (one: HeldSessions) => account === null || usersOf(one).includes(account);
  const server = (one: HeldSessions) => serverName(one, accounts.get(one.accountId));
  return [...held]
    .filter(isOf)
    .toSorted(
      (a, b) => collator.compare(label(a), label(b)) || collator.compare(server(a), server(b)),
    );
}

/** What there is in all. */
export function heldSummary(held: readonly HeldSessions[]): string {
  const sessions = held.reduce((sum, { endsAt }) => sum + endsAt.length, 0);
  const servers = `${formatCount(held.length)} ${held.length === 1 ? 'server' : 'servers'}`;
  return `${formatSessions(sessions)} held for ${servers}`;
}

/** Why there may be none. @param isKept whether they outlive the program */
export function whyNone(isReused: boolean, isKept: boolean): string {
  if (!isReused) return 'Reuse is off for this account: nothing is offered and nothing is kept.';
  const ends = isKept
    ? 'when they expire and when they are refused'
    : 'when they expire, when they are refused, and when Reprise is closed';
  return `A server issues them with a connection, and they are gone ${ends}. Some servers issue none.`;
}
