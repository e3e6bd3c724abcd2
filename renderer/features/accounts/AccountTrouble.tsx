import type { ReactNode } from 'react';
import type { EngineApi } from '../../../shared/contract.ts';
import type { Account, AccountId, Refusing } from '../../../shared/model.ts';
import type { AccountSummary } from '../../account-summary.ts';
import { useNow } from '../../clock.ts';
import { openCertificate, openEditForm, store, useEngine } from '../../engine/store.ts';
import { formatCountdown, formatExactTime, isolate } from '../../format.ts';
import { CallButton } from '../../ui/call.tsx';
import { Button } from '../../ui/controls.tsx';
import { focusOwner } from '../../ui/focus.ts';
import {
  heldUpSentence,
  nextTry,
  OFFLINE_SENTENCE,
  refusedSoFar,
  STATE_WORDS,
} from '../../words.ts';
import { canSignInAgain, SignInAgain } from '../sign-in/SignInAgain.tsx';
import styles from './AccountTrouble.module.css';

interface AccountTroubleProps {
  readonly account: Account;
  readonly summary: AccountSummary;
}

/** Why an account is not all up, with the one action that helps; nothing where it is. */
export function AccountTrouble({ account, summary }: AccountTroubleProps): ReactNode {
  switch (summary.state) {
    case null:
    case 'idle':
    case 'polling':
    case 'connecting':
      return null;
    case 'paused':
      return (
        <Line words={STATE_WORDS.paused}>
          <CallButton
            look="quiet"
            aria-label={`Resume ${account.label}`}
            before={focusOwner}
            call={(api) => api.setPaused(account.id, false)}
            failure={`Could not resume ${isolate(account.label)}`}
          >
            Resume
          </CallButton>
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
            {summary.state === 'sign-in-failed' && canSignInAgain(account) ? (
              <SignInAgain account={account} look="quiet" />
            ) : (
              <Remedy account={account} />
            )}
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
  const now = useNow();
  const retryNow = (api: EngineApi) => {
    const { engine } = store.getState();
    const retrying = (engine?.connectionIdsOf.get(account.id) ?? []).filter(
      (id) => engine?.connections.get(id)?.state.kind === 'retrying',
    );
    return Promise.all(retrying.map((id) => api.reconnect(id)));
  };
  const countdown = summary.retryAt === null ? '' : ` in ${formatCountdown(summary.retryAt - now)}`;
  return (
    <>
      <Line
        words={`${STATE_WORDS.retrying}${countdown}`}
        title={summary.problem?.message}
        look="waiting"
      >
        <CallButton
          look="quiet"
          aria-label={`Retry ${account.label} now`}
          before={focusOwner}
          call={retryNow}
          failure={`Could not reconnect ${isolate(account.label)}`}
        >
          Now
        </CallButton>
      </Line>
      {summary.heldUpUntil !== null && (
        <p className={styles.problem}>{heldUpSentence(summary.heldUpUntil)}</p>
      )}
    </>
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
  const now = useNow();
  return (
    <p className={styles.refusing}>
      <span title={`Next try at ${formatExactTime(refusing.nextTryAt)}`}>
        {refusedSoFar(refusing)}, <span className={styles.next}>{nextTry(refusing, now)}.</span>
      </span>{' '}
      <CallButton
        look="quiet"
        className={styles.button}
        aria-label={`Try now: offer sessions to ${label} again`}
        before={focusOwner}
        call={(api) => api.tryOffering(accountId)}
        failure={`Could not offer sessions on ${isolate(label)}`}
      >
        Try now
      </CallButton>
    </p>
  );
}
