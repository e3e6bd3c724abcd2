import type { ReactNode } from 'react';
import type { Account, AccountId, Refusing } from '../../../shared/model.ts';
import type { AccountSummary } from '../../account-summary.ts';
import { useNow } from '../../clock.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { openCertificate, openEditForm, store, useEngine } from '../../engine/store.ts';
import { formatCountdown, formatExactTime, isolate } from '../../format.ts';
import { toastIfFailed } from '../../ui/call.tsx';
import { Button } from '../../ui/controls.tsx';
import { focusOwnerOf } from '../../ui/focus.ts';
import { nextTry, OFFLINE_SENTENCE, refusedSoFar, STATE_WORDS } from '../../words.ts';
import styles from './AccountTrouble.module.css';

interface AccountTroubleProps {
  readonly account: Account;
  readonly summary: AccountSummary;
}

/** Why an account is not all up, with the one action that helps; nothing where it is. */
export function AccountTrouble({ account, summary }: AccountTroubleProps): ReactNode {
  const api = useEngineApi();
  switch (summary.state) {
    case null:
    case 'idle':
    case 'connecting':
      return null;
    case 'paused':
      return (
        <Line words={STATE_WORDS.paused}>
          <Button
            look="quiet"
            aria-label={`Resume ${account.label}`}
            onClick={({ currentTarget }) => {
              focusOwnerOf(currentTarget);
              void toastIfFailed(
                `Could not resume ${isolate(account.label)}`,
                api.setPaused(account.id, false),
              );
            }}
          >
            Resume
          </Button>
        </Line>
      );
    case 'retrying':
      return <Retrying account={account} summary={summary} />;
    case 'offline':
      return <Line words={STATE_WORDS.offline} title={OFFLINE_SENTENCE} />;
    case 'sign-in-failed':
    case 'certificate-problem':
    case 'failed':
      return (
        <>
          <Line words={STATE_WORDS[summary.state]} look="bad">
            <Remedy account={account} />
          </Line>
          {summary.problem !== null && (
            <p className={styles.problem} title={summary.problem.message}>
              {summary.problem.message}
            </p>
          )}
        </>
      );
  }
}

/** To look at the certificate, where that is what stopped the account; else to edit it. */
function Remedy({ account }: { readonly account: Account }): ReactNode {
  const { id, label } = account;
  const isCertificate = useEngine(({ connections, connectionIdsOf }) =>
    (connectionIdsOf.get(id) ?? []).some((one) => {
      const state = connections.get(one)?.state;
      return state?.kind === 'certificate-problem' && state.certificate !== null;
    }),
  );
  return isCertificate ? (
    <Button
      look="quiet"
      aria-label={`Show the certificate of ${label}`}
      onClick={() => {
        openCertificate(id);
      }}
    >
      Show
    </Button>
  ) : (
    <Button
      look="quiet"
      aria-label={`Edit ${label}`}
      onClick={() => {
        openEditForm(id);
      }}
    >
      Edit
    </Button>
  );
}

function Retrying({ account, summary }: AccountTroubleProps): ReactNode {
  const api = useEngineApi();
  const now = useNow();
  const waiting = useEngine((state) => state.connectionIdsOf.get(account.id));
  const retryNow = async () => {
    const { engine } = store.getState();
    const retrying = (waiting ?? []).filter(
      (id) => engine?.connections.get(id)?.state.kind === 'retrying',
    );
    await toastIfFailed(
      `Could not reconnect ${isolate(account.label)}`,
      Promise.all(retrying.map((id) => api.reconnect(id))),
    );
  };
  const countdown = summary.retryAt === null ? '' : ` in ${formatCountdown(summary.retryAt - now)}`;
  return (
    <Line
      words={`${STATE_WORDS.retrying}${countdown}`}
      title={summary.problem?.message}
      look="waiting"
    >
      <Button
        look="quiet"
        aria-label={`Retry ${account.label} now`}
        onClick={({ currentTarget }) => {
          focusOwnerOf(currentTarget);
          void retryNow();
        }}
      >
        Now
      </Button>
    </Line>
  );
}

interface LineProps {
  readonly words: string;
  readonly title?: string | undefined;
  /** Nobody waits for anything without it. */
  readonly look?: 'calm' | 'waiting' | 'bad';
  readonly children?: ReactNode;
}

function Line({ words, title, look = 'calm', children }: LineProps): ReactNode {
  return (
    <div className={styles.line} title={title}>
      <span className={styles.words} data-look={look}>
        {words}
      </span>
      {children}
    </div>
  );
}

interface RefusingLineProps {
  readonly accountId: AccountId;
  readonly label: string;
  readonly refusing: Refusing;
}

/** Says that nothing is offered to a server, why and until when, and ends that. Ticks by itself. */
export function RefusingLine({ accountId, label, refusing }: RefusingLineProps): ReactNode {
  const api = useEngineApi();
  const now = useNow();
  return (
    <p className={styles.refusing}>
      <span title={`Next try at ${formatExactTime(refusing.nextTryAt)}`}>
        {refusedSoFar(refusing)}, <span className={styles.next}>{nextTry(refusing, now)}.</span>
      </span>{' '}
      <Button
        look="quiet"
        className={styles.button}
        aria-label={`Try now: offer sessions to ${label} again`}
        onClick={({ currentTarget }) => {
          focusOwnerOf(currentTarget);
          void toastIfFailed(
            `Could not offer sessions on ${isolate(label)}`,
            api.tryOffering(accountId),
          );
        }}
      >
        Try now
      </Button>
    </p>
  );
}
