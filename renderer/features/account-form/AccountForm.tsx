import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { Account } from '../../../shared/model.ts';
import { closeForm, useEngine, useInterface, type OpenForm } from '../../engine/store.ts';
import { isolate } from '../../format.ts';
import { Button } from '../../ui/controls.tsx';
import { Dialog, Question } from '../../ui/dialogs.tsx';
import { toastFailure } from '../../ui/toasts.tsx';
import { shortFingerprint } from '../certificate/certificate.ts';
import { strayPinOf, type Field } from './draft.ts';
import { Fields } from './Fields.tsx';
import { TestReport } from './TestReport.tsx';
import { useAccountForm, type AccountFormState } from './use-account-form.ts';
import styles from './AccountForm.module.css';

/** The form for a new account or for one that is there; nothing while it is closed. */
export function AccountForm(): ReactNode {
  const form = useInterface((state) => state.form);
  const account = useEngine((state) =>
    form?.kind === 'edit' ? state.accounts.get(form.accountId) : undefined,
  );
  const isGone = form?.kind === 'edit' && account === undefined;
  useEffect(() => {
    if (!isGone) return;
    closeForm(form);
    toastFailure({
      title: 'This account was removed',
      description: 'Another window of Reprise removed it, so there is nothing left to edit.',
    });
  }, [form, isGone]);
  if (form === null) return null;
  if (form.kind === 'add') return <FormDialog key="add" form={form} account={null} />;
  return account === undefined ? null : (
    <FormDialog key={account.id} form={form} account={account} />
  );
}

interface FormDialogProps {
  readonly form: OpenForm;
  /** The account to edit; `null` for a new one. */
  readonly account: Account | null;
}

function FormDialog({ form, account }: FormDialogProps): ReactNode {
  const element = useRef<HTMLFormElement>(null);
  const testButton = useRef<HTMLButtonElement>(null);
  const focusField = (field: Field) => {
    const control = element.current?.elements.namedItem(field);
    if (control instanceof HTMLElement) control.focus();
  };
  // Then most likely the password is to be typed anew.
  const isRefused = useEngine(({ connections, connectionIdsOf }) =>
    (account === null ? [] : (connectionIdsOf.get(account.id) ?? [])).some(
      (id) => connections.get(id)?.state.kind === 'sign-in-failed',
    ),
  );
  const state = useAccountForm(account, form, focusField);
  const [isAsking, setAsking] = useState(false);
  const { running, problem, result } = state;

  const isSaving = running === 'save';
  const leave = () => {
    closeForm(form);
  };
  const close = () => {
    if (state.isDirty || isSaving) setAsking(true);
    else leave();
  };
  return (
    <Dialog
      title={account === null ? 'Add account' : `Edit ${isolate(account.label)}`}
      initialFocus={() =>
        element.current?.querySelector(isRefused ? 'input[name="password"]' : 'input') ?? null
      }
      onClose={close}
    >
      <form
        ref={element}
        className={styles.form}
        noValidate
        autoComplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          void state.save();
        }}
      >
        <div className={styles.scroller}>
          <Fields state={state} account={account} />
        </div>
        <div aria-live="polite" className={styles.report}>
          {isSaving && <p>Saving…</p>}
          {running === 'test' && <p>Testing: connecting, signing in, looking for mailboxes…</p>}
          {running === null && result !== null && (
            <TestReport
              result={result}
              state={state}
              onTrust={(certificate) => {
                // The report goes while the test is made again, and with it what was pressed.
                testButton.current?.focus();
                void state.trustShown(certificate);
              }}
            />
          )}
        </div>
        {problem !== null && problem.field === null && (
          <p role="alert" className={styles.alert}>
            {problem.message}
          </p>
        )}
        <div className={styles.footer}>
          <Button
            ref={testButton}
            aria-disabled={running !== null}
            onClick={() => void state.test()}
          >
            Test connection
          </Button>
          <span className={styles.spring} />
          <Button onClick={close}>Cancel</Button>
          <Button look="primary" type="submit" aria-disabled={running !== null}>
            Save
          </Button>
        </div>
      </form>
      <StrayPinQuestion state={state} />
      {isAsking && (
        <LeaveQuestion
          isNew={account === null}
          isSaving={isSaving}
          onLeave={leave}
          onStay={() => {
            setAsking(false);
          }}
        />
      )}
    </Dialog>
  );
}

interface LeaveQuestionProps {
  readonly isNew: boolean;
  readonly isSaving: boolean;
  readonly onLeave: () => void;
  readonly onStay: () => void;
}

/** Asks before what was typed is lost. What is being saved is not: only the form goes. */
function LeaveQuestion({ isNew, isSaving, onLeave, onStay }: LeaveQuestionProps): ReactNode {
  return isSaving ? (
    <Question
      title="Close while it is being saved?"
      description="Your system has not stored the password yet. It goes on being saved, and if that fails, you are told."
      confirm="Close"
      cancel="Wait"
      onConfirm={onLeave}
      onCancel={onStay}
    />
  ) : (
    <Question
      title={isNew ? 'Discard this account?' : 'Discard these changes?'}
      description="What you typed has not been saved."
      confirm="Discard"
      cancel="Go on editing"
      onConfirm={onLeave}
      onCancel={onStay}
    />
  );
}

/** Asks what becomes of the trusted certificate where the server is another one now. */
function StrayPinQuestion({ state }: { readonly state: AccountFormState }): ReactNode {
  const pin = strayPinOf(state.draft);
  if (!state.isAskingAboutPin || pin === null) return null;
  return (
    <Question
      title="Stop trusting the certificate?"
      description={`The certificate ${shortFingerprint(pin.certificate.fingerprint256)} was trusted for ${pin.host} alone. On ${state.draft.host.trim()}, certificates are checked as usual, by the authorities of your system.`}
      confirm="Remove the certificate"
      cancel={`Keep ${pin.host}`}
      onConfirm={() => void state.dropPin()}
      onCancel={state.keepPin}
    />
  );
}
