/** Gives the reuse policy of one account to all that are at the same server, and takes it back. */
import { useState, type ReactNode } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { Account, AccountId, ReusePolicy } from '../../../shared/model.ts';
import { isSameHost } from '../../../shared/server-names.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { store, useEngine } from '../../engine/store.ts';
import { formatCount, formatServer, isolate } from '../../format.ts';
import { toastIfFailed } from '../../ui/call.tsx';
import { Button } from '../../ui/controls.tsx';
import styles from './Reuse.module.css';

/** A policy and whose it is, or was. */
export interface PolicyOf {
  readonly id: AccountId;
  readonly policy: ReusePolicy;
}

/** What was chosen for several accounts at once. */
export interface GroupChoice {
  readonly chosen: ReusePolicy;
  /** What they had before. */
  readonly before: readonly PolicyOf[];
}

/** Which accounts are at the server of this one, itself included. */
export function atServerOf(id: AccountId, accounts: ReadonlyMap<AccountId, Account>): Account[] {
  const one = accounts.get(id);
  return [...accounts.values()].filter(
    (other) => one !== undefined && other.port === one.port && isSameHost(other.host, one.host),
  );
}

/** What brings back what was there before, except where something else was chosen since. */
export function takenBack(
  { chosen, before }: GroupChoice,
  accounts: ReadonlyMap<AccountId, Account>,
): PolicyOf[] {
  return before.filter(({ id }) => {
    const policy = accounts.get(id)?.policy;
    return policy !== undefined && isSamePolicy(policy, chosen);
  });
}

/** `policy` is given to all of `others`; what was chosen before stays part of it where that is the same. */
export function chosenForAll(
  choice: GroupChoice | null,
  policy: ReusePolicy,
  others: readonly PolicyOf[],
): GroupChoice {
  const earlier = choice !== null && isSamePolicy(choice.chosen, policy) ? choice.before : [];
  const given = new Set(others.map(({ id }) => id));
  return { chosen: policy, before: [...earlier.filter(({ id }) => !given.has(id)), ...others] };
}

function isSamePolicy(one: ReusePolicy, other: ReusePolicy): boolean {
  return one.sharing === other.sharing && one.longestAge === other.longestAge;
}

function read(): ReadonlyMap<AccountId, Account> {
  return store.getState().engine?.accounts ?? new Map<AccountId, Account>();
}

interface SameServerProps {
  readonly id: AccountId;
  readonly policy: ReusePolicy;
  /** The last one made here. */
  readonly choice: GroupChoice | null;
  readonly setChoice: (choice: GroupChoice | null) => void;
}

/** Nothing where the account is alone at its server. */
export function SameServer({ id, policy, choice, setChoice }: SameServerProps): ReactNode {
  const api = useEngineApi();
  const [isBusy, setBusy] = useState(false);
  const facts = useEngine(
    useShallow((state) => {
      const all = atServerOf(id, state.accounts);
      const others = all.filter((account) => !isSamePolicy(account.policy, policy));
      const own = state.accounts.get(id);
      return [all.length, others.length, formatServer(own?.host ?? '', own?.port ?? 0)] as const;
    }),
  );
  const [count, different, server] = facts;
  const set = async (policies: readonly PolicyOf[], next: GroupChoice | null) => {
    setBusy(true);
    const isTaken =
      policies.length === 0 ||
      (await toastIfFailed(
        `Could not change the reuse policy of the accounts at ${isolate(server)}`,
        api.setPolicies([...policies]),
      ));
    setBusy(false);
    if (isTaken) setChoice(next);
  };
  const giveToAll = () => {
    const others = atServerOf(id, read()).filter((other) => !isSamePolicy(other.policy, policy));
    void set(
      others.map((other) => ({ id: other.id, policy })),
      chosenForAll(choice, policy, others),
    );
  };
  const takeBack = () => {
    if (choice !== null) void set(takenBack(choice, read()), null);
  };
  if (count < 2) return null;
  return (
    <div className={styles.group}>
      <Button disabled={isBusy || different === 0} onClick={giveToAll}>
        Use for all {formatCount(count)} accounts at {isolate(server)}
      </Button>
      <output className={styles.effect}>
        {choice !== null && `Chosen for ${formatCount(choice.before.length)} more.`}
      </output>
      {choice !== null && (
        <Button look="quiet" disabled={isBusy} onClick={takeBack}>
          Undo for all
        </Button>
      )}
    </div>
  );
}
