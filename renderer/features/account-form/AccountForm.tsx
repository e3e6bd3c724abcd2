import { useCallback, useEffect, useRef, useState, type ReactNode, type RefObject } from 'react';
import type { Account, AccountId } from '../../../shared/model.ts';
import { closeForm, useEngine, useInterface, type OpenForm } from '../../engine/store.ts';
import { isolate } from '../../format.ts';
import { Button } from '../../ui/controls.tsx';
import { Dialog, Question } from '../../ui/dialogs.tsx';
import { toastFailure } from '../../ui/toasts.tsx';
import { shortFingerprint } from '../certificate/certificate.ts';
import { strayPinOf, type Field } from './draft.ts';
import { Fields } from './Fields.tsx';
import { foreignSentence } from './set-up.ts';
import { SignInButtons, SignInReport } from './SignInFields.tsx';
import { TestReport } from './TestReport.tsx';
import { TestSteps } from './TestSteps.tsx';
import { useAccountForm, type AccountFormState, type Beginning } from './use-account-form.ts';
import styles from './AccountForm.module.css';

/** The form for a new account or for one that is there; nothing while it is closed. */
export function AccountForm(): ReactNode {
  const form = useInterface((state) => state.form);
  const accounts = useEngine((state) => state.accounts);
  const begun = form === null ? null : beginningOf(form, accounts);
  const isGone = form !== null && begun === null;
  useEffect(() => {
    if (!isGone) return;
    closeForm(form);
    toastFailure({
      title: 'This account was removed',
      description: 'Another window of Reprise removed it, so there is nothing left to edit.',
    });
  }, [form, isGone]);
  if (form === null || begun === null) return null;
  const of = begun.kind === 'add' ? '' : begun.account.id;
  return <FormDialog key={`${form.kind} ${of}`} form={form} begun={begun} />;
}

/** `null` where the account is gone that the form is about. */
function beginningOf(form: OpenForm, accounts: ReadonlyMap<AccountId, Account>): Beginning | null {
  if (form.kind === 'add') return form;
  const account = accounts.get(form.accountId);
  if (account === undefined) return null;
  return form.kind === 'edit'
    ? { kind: 'edit', account }
    : { kind: 'duplicate', account, labels: [...accounts.values()].map(({ label }) => label) };
}

function titleOf(begun: Beginning): string {
  switch (begun.kind) {
    case 'add':
      return 'Add account';
    case 'edit':
      return `Edit ${isolate(begun.account.label)}`;
    case 'duplicate':
      return `Duplicate ${isolate(begun.account.label)}`;
  }
}

interface FormDialogProps {
  readonly form: OpenForm;
  readonly begun: Beginning;
}

function FormDialog({ form, begun }: FormDialogProps): ReactNode {
  const element = useRef<HTMLFormElement>(null);
  const testButton = useRef<HTMLButtonElement>(null);
  const edited = begun.kind === 'edit' ? begun.account.id : null;
  // Then most likely the password is to be typed anew.
  const isRefused = useEngine(({ connections, connectionIdsOf }) =>
    (edited === null ? [] : (connectionIdsOf.get(edited) ?? [])).some(
      (id) => connections.get(id)?.state.kind === 'sign-in-failed',
    ),
  );
  const focusField = useCallback((field: Field) => {
    const control = element.current?.elements.namedItem(field);
    if (control instanceof HTMLElement) control.focus();
  }, []);
  const state = useAccountForm(begun, form, focusField);
  const { running, problem, result, wanted } = state;
  useEffect(() => {
    if (wanted !== null) focusField(wanted.field);
  }, [wanted, focusField]);
  const [isLeaving, setLeaving] = useState(false);

  const isSaving = running === 'save';
  const leave = () => {
    closeForm(form);
  };
  const close = () => {
    if (state.isDirty || isSaving) setLeaving(true);
    else leave();
  };
  return (
    <Dialog
      title={titleOf(begun)}
      initialFocus={() =>
        (isRefused ? element.current?.querySelector('input[name="password"]') : null) ??
        element.current?.querySelector('input') ??
        null
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
          state.goOn();
        }}
      >
        <div className={styles.scroller}>
          <Fields state={state} />
        </div>
        <div aria-live="polite" className={styles.report}>
          <SignInReport state={state} />
          {isSaving && <p>Saving…</p>}
          {running === 'test' && <TestSteps phases={state.phases} />}
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
          <Actions state={state} testButton={testButton} onCancel={close} />
        </div>
      </form>
      <StrayPinQuestion state={state} />
      <ForeignQuestion state={state} />
      <IssuerQuestion state={state} />
      {isLeaving && (
        <LeaveQuestion
          isNew={edited === null}
          isSaving={isSaving}
          onLeave={leave}
          onStay={() => {
            setLeaving(false);
          }}
        />
      )}
    </Dialog>
  );
}

interface ActionsProps {
  readonly state: AccountFormState;
  readonly testButton: RefObject<HTMLButtonElement | null>;
  readonly onCancel: () => void;
}

/** What can be done with what stands there. */
function Actions({ state, testButton, onCancel }: ActionsProps): ReactNode {
  const { running, setUp, hasSecret } = state;
  const isWaiting = running !== null || setUp.kind === 'looking';
  const isUsable = setUp.kind !== 'address' && hasSecret;
  return (
    <>
      {isUsable && (
        <Button ref={testButton} aria-disabled={isWaiting} onClick={() => void state.test()}>
          Test connection
        </Button>
      )}
      {!isUsable && setUp.kind !== 'manual' && (
        <Button onClick={state.enterManually}>Set up manually</Button>
      )}
      <span className={styles.spring} />
      <Button onClick={onCancel}>Cancel</Button>
      {setUp.kind === 'address' && (
        <Button look="primary" type="submit">
          Continue
        </Button>
      )}
      {isUsable && (
        <Button look="primary" type="submit" aria-disabled={isWaiting}>
          Save
        </Button>
      )}
      {setUp.kind !== 'address' && !isUsable && <SignInButtons state={state} />}
    </>
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
  const { asking, draft } = state;
  const pin = strayPinOf(draft);
  if (asking?.about !== 'pin' || pin === null) return null;
  return (
    <Question
      title="Stop trusting the certificate?"
      description={`The certificate ${shortFingerprint(pin.certificate.fingerprint256)} was trusted for ${isolate(pin.host)} alone. On ${isolate(draft.host.trim())}, certificates are checked as usual, by the authorities of your system.`}
      confirm="Remove the certificate"
      cancel={`Keep ${isolate(pin.host)}`}
      onConfirm={() => void state.dropPin(asking)}
      onCancel={state.keepPin}
    />
  );
}

/** Asks before a password, or a token, goes to a server outside of the address's own domain. */
function ForeignQuestion({ state }: { readonly state: AccountFormState }): ReactNode {
  const { asking, foreign, draft } = state;
  if (asking?.about !== 'foreign' || foreign === null) return null;
  const { domain } = foreign.settings;
  const secret = draft.signIn.kind === 'password' ? 'password' : 'sign-in';
  return (
    <Question
      title={`Send your ${secret} to ${domain}?`}
      description={foreignSentence(foreign, secret)}
      confirm="Send it there"
      cancel="Do not send it"
      onConfirm={() => void state.confirmForeign(asking)}
      onCancel={state.dropQuestion}
    />
  );
}

/** Asks before somebody signs in at an issuer that is foreign to the mail server. */
function IssuerQuestion({ state }: { readonly state: AccountFormState }): ReactNode {
  const { signIn } = state;
  const { foreignIssuer, course, manner } = signIn;
  if (foreignIssuer === null || course === null || manner === null) return null;
  const hosts = foreignIssuer.foreignHosts ?? [];
  return (
    <Question
      title={`Sign in at ${hosts.join(', ')}?`}
      description={foreignIssuer.message}
      confirm="Sign in there"
      cancel="Not there"
      onConfirm={() => {
        signIn.start({
          ...manner,
          confirmedForeign: [...(manner.confirmedForeign ?? []), ...hosts],
        });
      }}
      onCancel={signIn.cancel}
    />
  );
}
