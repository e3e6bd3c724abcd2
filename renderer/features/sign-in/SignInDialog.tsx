import { useEffect, useRef, type ReactNode } from 'react';
import type { Account } from '../../../shared/model.ts';
import { offerOf } from '../../../shared/oauth-offers.ts';
import { closeSignIn, openEditForm, useEngine, useInterface } from '../../engine/store.ts';
import { isolate } from '../../format.ts';
import { toastIfFailed } from '../../ui/call.tsx';
import { Button } from '../../ui/controls.tsx';
import { Dialog } from '../../ui/dialogs.tsx';
import { toastDone } from '../../ui/toasts.tsx';
import { SignInCourse } from './SignInCourse.tsx';
import { useSignIn, type SignInManner } from './use-sign-in.ts';
import { nextStep } from './words.ts';
import styles from './SignIn.module.css';

/** Signs an account in again, as it is, from the moment on that it is opened; nothing while it is closed. */
export function SignInDialog(): ReactNode {
  const id = useInterface((state) => state.signInOf);
  const account = useEngine(({ accounts }) => (id === null ? undefined : accounts.get(id)));
  const isGone = id !== null && account?.signIn.kind !== 'oauth';
  useEffect(() => {
    if (isGone) closeSignIn(id);
  }, [id, isGone]);
  if (account?.signIn.kind !== 'oauth') return null;
  return <OpenDialog key={account.id} account={account} issuer={account.signIn.issuer} />;
}

interface OpenDialogProps {
  readonly account: Account;
  readonly issuer: string;
}

function OpenDialog({ account, issuer }: OpenDialogProps): ReactNode {
  const { id, label, user } = account;
  const leave = useRef<HTMLButtonElement>(null);
  const offer = offerOf(issuer);
  const state = useSignIn((api, { flow, anyUser = false }) => api.signInAgain(id, flow, anyUser));
  const { course, isRunning, manner } = state;
  const start = (chosen: SignInManner) =>
    void toastIfFailed(`Could not sign ${isolate(label)} in`, state.start(chosen));
  const flow = offer.flows[0] ?? 'browser';

  const begin = useRef(() => {
    start({ flow });
  });
  useEffect(() => {
    begin.current();
  }, []);

  const isDone = course?.phase === 'done';
  useEffect(() => {
    if (!isDone) return;
    toastDone(`${isolate(label)} is signed in, and connects`);
    closeSignIn(id);
  }, [id, isDone, label]);

  const close = () => {
    closeSignIn(id);
  };
  const code = course?.phase === 'failed' ? (course.problem?.code ?? null) : null;
  return (
    <Dialog
      title={`Sign in again: ${isolate(label)}`}
      initialFocus={() => leave.current}
      returnFocus={() =>
        document.querySelector<HTMLElement>(`[aria-label="${CSS.escape(`More for ${label}`)}"]`)
      }
      onClose={close}
    >
      <div className={styles.body}>
        <p>
          {isolate(user)} signs in at {offer.name}. The account, its mailboxes and its history stay
          as they are.
        </p>
        <SignInCourse offer={offer} state={state} onStart={start} />
        {!isRunning && (course === null || course.phase === 'cancelled') && (
          <div>
            <Button
              onClick={() => {
                start(manner ?? { flow });
              }}
            >
              Try again
            </Button>
          </div>
        )}
      </div>
      <div className={styles.footer}>
        {code !== null && nextStep(code) === 'client' && (
          <Button
            onClick={() => {
              close();
              openEditForm(id);
            }}
          >
            Edit the account
          </Button>
        )}
        <Button ref={leave} onClick={close}>
          {isRunning ? 'Not now' : 'Close'}
        </Button>
      </div>
    </Dialog>
  );
}
