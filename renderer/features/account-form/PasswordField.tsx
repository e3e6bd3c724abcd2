import type { ReactNode } from 'react';
import { protectionSentence } from '../../protection.ts';
import { useEngine } from '../../engine/store.ts';
import { ExternalIcon } from '../../ui/icons.tsx';
import { FieldFrame } from './FieldFrame.tsx';
import type { AccountFormState } from './use-account-form.ts';
import styles from './AccountForm.module.css';

interface PasswordFieldProps {
  readonly state: AccountFormState;
  /** There is one already, which need not be typed again for the same server. */
  readonly isStored: boolean;
  readonly error: string | null;
}

/** The password: how its provider wants it, whether it has to be typed, and how it is protected. */
export function PasswordField({ state, isStored, error }: PasswordFieldProps): ReactNode {
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
