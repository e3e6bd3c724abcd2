/** What needs somebody's attention, and the one action that helps. Pure. */
import type { Account, AccountId, ConnectionId } from '../../../shared/model.ts';
import type { EngineState } from '../../engine-state.ts';
import { formatDaysLeft } from '../../format.ts';
import { refusedSoFar } from '../../refusal.ts';

/** A certificate with less time left than this is pointed out. */
export const SOON_MS = 14 * 24 * 60 * 60 * 1000;
/** More than anybody reads at once. */
const MAX_ITEMS = 100;

/** One thing that needs attention; the kind says which action helps. */
export interface AttentionItem {
  readonly id: string;
  readonly about: 'sign-in' | 'failure' | 'certificate-ends' | 'certificate-ended' | 'refusing';
  readonly accountId: AccountId;
  readonly label: string;
  readonly text: string;
  readonly action:
    | { readonly kind: 'edit'; readonly accountId: AccountId }
    | { readonly kind: 'show'; readonly connectionId: ConnectionId }
    | { readonly kind: 'check' };
}

type Facts = Pick<EngineState, 'accounts' | 'connections' | 'connectionIdsOf'>;

/** The most urgent first: what is down, then what will be, then what only costs. */
export function attention(facts: Facts, now: number): readonly AttentionItem[] {
  const accounts = [...facts.accounts.values()].filter(({ paused }) => !paused);
  return [
    ...accounts.flatMap((account) => downItems(account, facts)),
    ...accounts.flatMap((account) => certificateItems(account, facts, now)),
    ...accounts.flatMap(refusingItems),
  ].slice(0, MAX_ITEMS);
}

function connectionsOf({ id }: Account, { connections, connectionIdsOf }: Facts) {
  return (connectionIdsOf.get(id) ?? [])
    .map((connectionId) => connections.get(connectionId))
    .filter((connection) => connection !== undefined);
}

/** One for each account: its mailboxes stop for the same reason. */
function downItems(account: Account, facts: Facts): readonly AttentionItem[] {
  for (const { id, state } of connectionsOf(account, facts)) {
    const item = { id: `down:${account.id}`, accountId: account.id, label: account.label };
    switch (state.kind) {
      case 'sign-in-failed':
      case 'failed':
        return [
          {
            ...item,
            about: state.kind === 'failed' ? 'failure' : 'sign-in',
            text: state.problem.message,
            action: { kind: 'edit', accountId: account.id },
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
      case 'retrying':
      case 'offline':
      case 'paused':
        break;
    }
  }
  return [];
}

/** One for each certificate of an account that ends soon. */
function certificateItems(account: Account, facts: Facts, now: number): readonly AttentionItem[] {
  const items = new Map<string, AttentionItem>();
  for (const { id, state, handshake } of connectionsOf(account, facts)) {
    const certificate = handshake?.certificate ?? null;
    if (state.kind === 'certificate-problem' || certificate === null) continue;
    const { validToAt, fingerprint256 } = certificate;
    if (validToAt - now >= SOON_MS) continue;
    items.set(fingerprint256, {
      id: `certificate:${account.id}:${fingerprint256}`,
      about: 'certificate-ends',
      accountId: account.id,
      label: account.label,
      text: `The certificate of ${account.host} ends soon: ${formatDaysLeft(validToAt, now)}. Whoever runs the server has to renew it.`,
      action: { kind: 'show', connectionId: id },
    });
  }
  return [...items.values()];
}

function refusingItems({ id, label, refusing }: Account): readonly AttentionItem[] {
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
