import type { ReactNode } from 'react';
import type { Account, Security } from '../../../shared/model.ts';
import { useEngine } from '../../engine/store.ts';
import { Field, TextField } from '../../ui/fields.tsx';
import { ExternalIcon } from '../../ui/icons.tsx';
import { protectionSentence, SECURITY_WORDS } from '../../words.ts';
import { domainOf, labelOf } from './draft.ts';
import { CaFileField, PinField } from './TrustFields.tsx';
import type { AccountFormState } from './use-account-form.ts';
import styles from './AccountForm.module.css';

interface FieldsProps {
  readonly state: AccountFormState;
  /** The account that is edited; `null` for a new one. */
  readonly account: Account | null;
}

/** Every field of the form, the address first. */
export function Fields({ state, account }: FieldsProps): ReactNode {
  const { draft, edit, errorOf, whyTypeAgain } = state;
  const text = (name: 'user' | 'password' | 'host' | 'port' | 'servername') => ({
    name,
    value: draft[name],
    error: errorOf(name),
    onType: (typed: string) => {
      edit(name, typed);
    },
  });
  const domain = domainOf(draft.user);
  // There is a password already, which need not be typed again for the same server.
  const mayStay = account !== null && whyTypeAgain === null;
  return (
    <>
      <TextField
        {...text('user')}
        label="Email or user name"
        inputMode="email"
        dir="auto"
        onBlur={() => void state.suggest()}
      />
      <TextField
        {...text('password')}
        label="Password"
        hint={<PasswordHint state={state} />}
        type="password"
        autoComplete="new-password"
        aria-required={!mayStay}
        placeholder={mayStay ? 'unchanged' : account === null ? '' : 'type it again'}
      />
      <div className={styles.server}>
        <TextField
          {...text('host')}
          label="Server"
          inputMode="url"
          placeholder={domain === '' ? '' : `imap.${domain}`}
        />
        <TextField {...text('port')} label="Port" inputMode="numeric" />
        <Field label="Security" error={errorOf('security')}>
          {(control) => (
            <select
              {...control}
              name="security"
              value={draft.security}
              onChange={({ target }) => {
                edit('security', target.value as Security);
              }}
            >
              <option value="tls">{SECURITY_WORDS.tls}</option>
              <option value="starttls">{SECURITY_WORDS.starttls}</option>
            </select>
          )}
        </Field>
      </div>
      <Field
        label="Mailboxes to watch"
        error={errorOf('mailboxes')}
        hint="One a line; on a single line, separated by commas. Each one is a connection of its own."
      >
        {(control) => (
          <textarea
            {...control}
            name="mailboxes"
            rows={3}
            spellCheck={false}
            dir="auto"
            value={draft.mailboxes}
            onChange={({ target }) => {
              edit('mailboxes', target.value);
            }}
          />
        )}
      </Field>
      <CaFileField state={state} />
      <PinField state={state} />
      <TextField
        {...text('servername')}
        label="Server name for the certificate"
        hint="Only where it differs from the server above."
        placeholder={draft.host}
      />
      <TextField
        label="Name of this account"
        error={errorOf('label')}
        name="label"
        autoCapitalize="sentences"
        spellCheck
        dir="auto"
        value={labelOf(draft)}
        onType={(typed) => {
          edit('label', typed);
        }}
      />
    </>
  );
}

/** How the provider wants the password, whether it has to be typed, and how it is protected. */
function PasswordHint({ state }: { readonly state: AccountFormState }): ReactNode {
  const { preset, errorOf, whyTypeAgain } = state;
  const protection = useEngine(({ app }) => app.protection);
  return (
    <>
      {/* Said as soon as it is so: whoever types the server has left this field behind. */}
      <p aria-live="polite" className={styles.advice}>
        {whyTypeAgain !== errorOf('password') && whyTypeAgain}
      </p>
      {preset !== null && preset.hint !== null && (
        <p className={styles.advice}>
          {preset.hint}{' '}
          {preset.helpUrl !== null && (
            <a href={preset.helpUrl} target="_blank" rel="noreferrer">
              {preset.provider}’s instructions
              <ExternalIcon />
            </a>
          )}
        </p>
      )}
      <p>{protectionSentence(protection)}</p>
    </>
  );
}
