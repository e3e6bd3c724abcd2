import { useCallback, useMemo, useRef, useState, type ReactNode } from 'react';
import type { EngineApi, Forgotten } from '../../../shared/contract.ts';
import type { Account, AccountId, HeldSessions, HeldSessionsId } from '../../../shared/model.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { store, useEngine } from '../../engine/store.ts';
import { formatSessions, isolate } from '../../format.ts';
import { showScreen, useKnownQuery, useRoute } from '../../navigation.ts';
import { toastIfFailed } from '../../ui/call.tsx';
import { AccountSelect, Button } from '../../ui/controls.tsx';
import { Question } from '../../ui/dialogs.tsx';
import { toastDone } from '../../ui/toasts.tsx';
import { heldSummary, inOrder, serverName, usersOf, whyNone } from './held.ts';
import { SessionTable } from './SessionTable.tsx';
import styles from './Sessions.module.css';

/** The sessions that are held, by server and account, and the ways to forget them. */
export function Sessions(): ReactNode {
  const route = useRoute();
  const { query } = route;
  const accountIds = useEngine((state) => state.accountIds);
  const heldIds = useEngine((state) => state.heldSessionIds);
  const chosen = accountIds.find((id) => id === query['account']) ?? null;
  useKnownQuery('sessions', route, chosen === null ? {} : { account: chosen });
  const account = useEngine((state) => (chosen === null ? undefined : state.accounts.get(chosen)));
  const isKept = useEngine(
    ({ settings, app }) => settings.keepSessions && app.protection.kind !== 'memory',
  );
  const bar = useRef<HTMLDivElement>(null);
  const [asked, setAsked] = useState<ForgetTarget | null>(null);
  // These stand for the state that is read: rows show live values of their own accord.
  const ids = useMemo(
    () => orderedIds(chosen),
    // oxlint-disable-next-line react/exhaustive-deps -- see above
    [chosen, heldIds, accountIds],
  );
  const askServer = useCallback((id: HeldSessionsId) => {
    const { engine } = store.getState();
    const held = engine?.heldSessions.get(id);
    const account = held === undefined ? undefined : engine?.accounts.get(held.accountId);
    if (held === undefined || account === undefined) return;
    setAsked({ kind: 'server', held, account });
  }, []);
  return (
    <>
      <div className={styles.bar} ref={bar}>
        <AccountFilter chosen={chosen} />
        {ids.length > 0 && (
          <>
            <Summary chosen={chosen} />
            <Button
              className={styles.forget}
              onClick={() => {
                setAsked(account === undefined ? { kind: 'all' } : { kind: 'account', account });
              }}
            >
              {account === undefined
                ? 'Forget all sessions…'
                : `Forget all of ${isolate(account.label)}…`}
            </Button>
          </>
        )}
      </div>
      {ids.length > 0 ? (
        <SessionTable ids={ids} onForget={askServer} />
      ) : (
        <div className={styles.empty}>
          <p>
            {account === undefined
              ? 'No session is held.'
              : `No session of ${isolate(account.label)} is held.`}
          </p>
          <p>{whyNone(account?.reuse !== false, isKept)}</p>
        </div>
      )}
      {asked !== null && (
        <ForgetQuestion
          target={asked}
          focusAfter={() => findNeighbour(asked) ?? bar.current?.querySelector('select') ?? null}
          onDone={() => {
            setAsked(null);
          }}
        />
      )}
    </>
  );
}

function orderedIds(account: AccountId | null): readonly HeldSessionsId[] {
  const { engine } = store.getState();
  if (engine === null) return [];
  return inOrder(engine.heldSessions.values(), engine.accounts, account).map(({ id }) => id);
}

/** The button of the row below or above the one that is forgotten. */
function findNeighbour(asked: ForgetTarget): HTMLElement | null {
  if (asked.kind !== 'server') return null;
  const row = document.querySelector(`tr[data-held="${CSS.escape(asked.held.id)}"]`);
  const neighbour = row?.nextElementSibling ?? row?.previousElementSibling;
  return neighbour?.querySelector('button') ?? null;
}

/** Apart from the table, because it changes with every session. */
function Summary({ chosen }: { readonly chosen: AccountId | null }): ReactNode {
  const all = useEngine((state) => state.heldSessions);
  const held = [...all.values()].filter((one) => chosen === null || usersOf(one).includes(chosen));
  return <p className={styles.summary}>{heldSummary(held)}</p>;
}

/** Narrows the sessions down to one account. Apart, because accounts change with every handshake. */
function AccountFilter({ chosen }: { readonly chosen: AccountId | null }): ReactNode {
  const accounts = useEngine((state) => state.accounts);
  return (
    <AccountSelect
      options={[...accounts.values()]}
      chosen={chosen}
      onChoose={(id) => {
        showScreen('sessions', id === null ? {} : { account: id });
      }}
    />
  );
}

/** What is to be forgotten. */
type ForgetTarget =
  | { readonly kind: 'server'; readonly held: HeldSessions; readonly account: Account }
  | { readonly kind: 'account'; readonly account: Account }
  | { readonly kind: 'all' };

interface ForgetQuestionProps {
  readonly target: ForgetTarget;
  readonly onDone: () => void;
  /** What has the focus once they are forgotten. */
  readonly focusAfter: () => HTMLElement | null;
}

/** Asks before sessions are forgotten: nobody can bring them back. */
function ForgetQuestion({ target, onDone, focusAfter }: ForgetQuestionProps): ReactNode {
  const api = useEngineApi();
  const { title, next, forget } = planOf(target);
  const forgetAndSay = async () => {
    const { forgotten } = await forget(api);
    toastDone(`${formatSessions(forgotten)} forgotten`);
  };
  return (
    <Question
      title={title}
      description={`They cannot be brought back. ${next} makes a full handshake. Connections that are up stay up.`}
      confirm="Forget"
      cancel="Keep"
      focusAfter={focusAfter}
      onConfirm={() => {
        onDone();
        void toastIfFailed('Could not forget the sessions', forgetAndSay());
      }}
      onCancel={onDone}
    />
  );
}

interface ForgetPlan {
  readonly title: string;
  /** The connection that will have nothing to offer. */
  readonly next: string;
  readonly forget: (api: EngineApi) => Promise<Forgotten>;
}

function planOf(target: ForgetTarget): ForgetPlan {
  switch (target.kind) {
    case 'server':
      return {
        title: `Forget the sessions for ${serverName(target.held, target.account)}?`,
        next:
          target.held.sharedBy === null
            ? `The next connection of ${isolate(target.account.label)} to this server`
            : 'The next connection of any account that shares them',
        forget: (api) => api.forgetHeldSessions(target.held.id),
      };
    case 'account':
      return {
        title: `Forget all sessions of ${isolate(target.account.label)}?`,
        next:
          target.account.policy.sharing === 'shared'
            ? 'Its next connection, where no other account shares a session with it,'
            : 'Its next connection',
        forget: (api) => api.forgetSessions(target.account.id),
      };
    case 'all':
      return {
        title: 'Forget all sessions?',
        next: 'The next connection of every account',
        forget: (api) => api.forgetAllSessions(),
      };
  }
}
