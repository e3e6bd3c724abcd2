/** How the account signs in where that is in the browser, and the choice between that and a password. */
import type { ReactNode } from 'react';
import { OAUTH_OFFERS } from '../../../shared/oauth-offers.ts';
import { Button, RadioGroup } from '../../ui/controls.tsx';
import { Field, TextField } from '../../ui/fields.tsx';
import { Foreign } from '../../ui/Text.tsx';
import { ClientFields } from '../sign-in/ClientFields.tsx';
import { SignInCourse } from '../sign-in/SignInCourse.tsx';
import { browserCost, otherFlow, PASSWORD_COSTS } from '../sign-in/words.ts';
import { signInAt, type DraftSignIn } from './draft.ts';
import { foundIn } from './set-up.ts';
import type { AccountFormState } from './use-account-form.ts';
import styles from './SignInFields.module.css';

interface SignInFieldsProps {
  readonly state: AccountFormState;
}

/** Password and browser side by side, each with what it costs; nothing where the provider has but one. */
export function WayChoice({ state }: SignInFieldsProps): ReactNode {
  const { draft, setUp, edit, running, clients } = state;
  const provider = foundIn(setUp)?.settings.provider ?? null;
  const offer = provider?.oauth ?? null;
  if (provider === null || offer === null) return null;
  // A bridge on this computer may take one where the provider takes none.
  if (provider.passwords === 'none' && setUp.kind !== 'manual') return null;
  return (
    <RadioGroup<DraftSignIn['kind']>
      title="How Reprise signs in"
      sideBySide
      chosen={draft.signIn.kind}
      disabled={running === 'save'}
      choices={[
        {
          value: 'password',
          name: provider.passwords === 'app' ? 'App password' : 'With a password',
          explanation: PASSWORD_COSTS[provider.passwords],
        },
        {
          value: 'oauth',
          name: `Sign in with ${offer.name}`,
          explanation: browserCost(offer, clients.has(offer.issuer)),
        },
      ]}
      onChoose={(kind) => {
        edit('signIn', kind === 'oauth' ? signInAt(offer.issuer) : { kind });
      }}
    />
  );
}

/** The same for any server, among the fields that are folded away. */
export function OtherWay({ state }: SignInFieldsProps): ReactNode {
  const { draft, setUp, edit } = state;
  if ((foundIn(setUp)?.settings.provider?.oauth ?? null) !== null) return null;
  return (
    <Field
      label="Sign-in"
      hint="In the browser: by OAuth, for servers that take the tokens of an authorization server."
    >
      {(control) => (
        <select
          {...control}
          value={draft.signIn.kind}
          onChange={({ target }) => {
            edit('signIn', target.value === 'oauth' ? signInAt('') : { kind: 'password' });
          }}
        >
          <option value="password">Password</option>
          <option value="oauth">In the browser (OAuth)</option>
        </select>
      )}
    </Field>
  );
}

/** Stands where the password would: whom to sign in with, and by which client id. */
export function SignInFields({ state }: SignInFieldsProps): ReactNode {
  const { draft, edit, errorOf, signIn, isSignedIn, whyTypeAgain } = state;
  if (draft.signIn.kind !== 'oauth') return null;
  const { offer, stored, needsClient, clientProblem } = signIn;
  return (
    <>
      {!isListed(draft.signIn.issuer) && (
        <TextField
          name="signIn"
          label="Issuer"
          value={draft.signIn.issuer}
          error={errorOf('signIn')}
          inputMode="url"
          placeholder="https://auth.example.org"
          hint="The address of the authorization server that signs you in."
          aria-required
          onType={(issuer) => {
            edit('signIn', signInAt(issuer));
          }}
        />
      )}
      {needsClient && (
        <ClientFields
          offer={offer}
          draft={signIn.client}
          hasSecret={signIn.hasSecret}
          error={clientProblem}
          onEdit={signIn.editClient}
        />
      )}
      {whyTypeAgain !== null && <p className={styles.why}>{whyTypeAgain}</p>}
      {isSignedIn && signIn.course === null && (
        <p className={styles.stored}>
          <span>Signed in at {offer.name}; what that brought is stored encrypted.</span>
          <Button look="quiet" onClick={signIn.begin}>
            Sign in again
          </Button>
        </p>
      )}
      {stored !== null && !needsClient && (
        <p className={styles.hint}>
          {stored.isRegistered
            ? 'Client id, had by registering: '
            : 'Your client id, from Settings: '}
          <Foreign>{stored.clientId}</Foreign>
        </p>
      )}
    </>
  );
}

/** Whether it is known what signing in there takes. */
function isListed(issuer: string): boolean {
  return OAUTH_OFFERS.some((offer) => offer.issuer === issuer);
}

/** How far the sign-in is, where it stays in sight however long the form is. */
export function SignInReport({ state }: SignInFieldsProps): ReactNode {
  const { draft, signIn, errorOf } = state;
  if (draft.signIn.kind !== 'oauth') return null;
  const { offer, clientProblem } = signIn;
  const said = [
    isListed(draft.signIn.issuer) ? errorOf('signIn') : null,
    clientProblem?.field === null ? clientProblem.message : null,
  ];
  return (
    <>
      {said.map(
        (message) =>
          message !== null && (
            <p key={message} role="alert" className={styles.error}>
              {message}
            </p>
          ),
      )}
      <SignInCourse offer={offer} state={signIn} onStart={signIn.start} />
    </>
  );
}

/** Begins the sign-in, where Save is once somebody has signed in. */
export function SignInButtons({ state }: SignInFieldsProps): ReactNode {
  const { signIn } = state;
  const { offer, isRunning } = signIn;
  const other = otherFlow(offer);
  return (
    <>
      {other !== null && (
        <Button
          aria-disabled={isRunning}
          onClick={() => {
            signIn.start({ flow: other });
          }}
        >
          Use a code
        </Button>
      )}
      <Button name="signIn" look="primary" type="submit" aria-disabled={isRunning}>
        {isListed(offer.issuer) ? `Sign in with ${offer.name}` : 'Sign in in the browser'}
      </Button>
    </>
  );
}
