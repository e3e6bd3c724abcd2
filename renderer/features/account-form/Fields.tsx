import type { ReactNode } from 'react';
import type { Account, Security } from '../../../shared/model.ts';
import { useEngine } from '../../engine/store.ts';
import { ExternalIcon } from '../../ui/icons.tsx';
import { protectionSentence, SECURITY_WORDS } from '../../words.ts';
import { labelOf, type Field } from './draft.ts';
import { FieldFrame } from './FieldFrame.tsx';
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
  const { draft, edit, problem } = state;
  const errorOf = (field: Field) => (problem?.field === field ? problem.message : null);
  const domain = draft.user.split('@')[1]?.trim();
  return (
    <>
      <FieldFrame label="Email or user name" error={errorOf('user')}>
        {(control) => (
          <input
            {...control}
            className={styles.input}
            name="user"
            type="text"
            inputMode="email"
            autoCapitalize="none"
            spellCheck={false}
            dir="auto"
            value={draft.user}
            onChange={(event) => {
              edit('user', event.target.value);
            }}
            onBlur={() => void state.suggest()}
          />
        )}
      </FieldFrame>
      <PasswordField state={state} isStored={account !== null} error={errorOf('password')} />
      <div className={styles.server}>
        <FieldFrame label="Server" error={errorOf('host')}>
          {(control) => (
            <input
              {...control}
              className={styles.input}
              name="host"
              type="text"
              inputMode="url"
              autoCapitalize="none"
              spellCheck={false}
              placeholder={domain === undefined || domain === '' ? '' : `imap.${domain}`}
              value={draft.host}
              onChange={(event) => {
                edit('host', event.target.value);
              }}
            />
          )}
        </FieldFrame>
        <FieldFrame label="Port" error={errorOf('port')}>
          {(control) => (
            <input
              {...control}
              className={styles.input}
              name="port"
              type="text"
              inputMode="numeric"
              value={draft.port}
              onChange={(event) => {
                edit('port', event.target.value);
              }}
            />
          )}
        </FieldFrame>
        <FieldFrame label="Security" error={errorOf('security')}>
          {(control) => (
            <select
              {...control}
              className={styles.input}
              name="security"
              value={draft.security}
              onChange={(event) => {
                edit('security', event.target.value as Security);
              }}
            >
              <option value="tls">{SECURITY_WORDS.tls}</option>
              <option value="starttls">{SECURITY_WORDS.starttls}</option>
            </select>
          )}
        </FieldFrame>
      </div>
      <FieldFrame
        label="Mailboxes to watch"
        error={errorOf('mailboxes')}
        hint="One a line; on a single line, separated by commas. Each one is a connection of its own."
      >
        {(control) => (
          <textarea
            {...control}
            className={styles.input}
            name="mailboxes"
            rows={3}
            spellCheck={false}
            dir="auto"
            value={draft.mailboxes}
            onChange={(event) => {
              edit('mailboxes', event.target.value);
            }}
          />
        )}
      </FieldFrame>
      <CaFileField state={state} error={errorOf('trust')} />
      <PinField state={state} />
      <FieldFrame
        label="Server name for the certificate"
        error={errorOf('servername')}
        hint="Only where it differs from the server above."
      >
        {(control) => (
          <input
            {...control}
            className={styles.input}
            name="servername"
            type="text"
            autoCapitalize="none"
            spellCheck={false}
            placeholder={draft.host}
            value={draft.servername}
            onChange={(event) => {
              edit('servername', event.target.value);
            }}
          />
        )}
      </FieldFrame>
      <FieldFrame label="Name of this account" error={errorOf('label')}>
        {(control) => (
          <input
            {...control}
            className={styles.input}
            name="label"
            type="text"
            dir="auto"
            value={labelOf(draft)}
            onChange={(event) => {
              edit('label', event.target.value);
            }}
          />
        )}
      </FieldFrame>
    </>
  );
}

interface PasswordFieldProps {
  readonly state: AccountFormState;
  /** There is one already, which need not be typed again for the same server. */
  readonly isStored: boolean;
  readonly error: string | null;
}

/** The password: how its provider wants it, whether it has to be typed, and how it is protected. */
function PasswordField({ state, isStored, error }: PasswordFieldProps): ReactNode {
  const { draft, edit, preset, whyTypeAgain } = state;
  const protection = useEngine(({ app }) => app.protection);
  const mayStay = isStored && whyTypeAgain === null;
  return (
    <FieldFrame
      label="Password"
      error={error}
      hint={
        <>
          {/* Said as soon as it is so: whoever types the server has left this field behind. */}
          <p aria-live="polite" className={styles.advice}>
            {whyTypeAgain !== error && whyTypeAgain}
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
      }
    >
      {(control) => (
        <input
          {...control}
          className={styles.input}
          name="password"
          type="password"
          autoComplete="new-password"
          aria-required={!mayStay}
          placeholder={mayStay ? 'unchanged' : isStored ? 'type it again' : ''}
          value={draft.password}
          onChange={(event) => {
            edit('password', event.target.value);
          }}
        />
      )}
    </FieldFrame>
  );
}
