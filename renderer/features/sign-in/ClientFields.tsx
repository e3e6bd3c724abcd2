import type { ReactNode } from 'react';
import type { OAuthOffer } from '../../../shared/oauth.ts';
import { PasswordField, TextField } from '../../ui/fields.tsx';
import { ExternalIcon } from '../../ui/icons.tsx';
import { SECRET_HINT, whyClient } from './words.ts';
import styles from './SignIn.module.css';

/** A client id as it is typed. */
export interface ClientDraft {
  readonly clientId: string;
  readonly clientSecret: string;
}

export const EMPTY_CLIENT: ClientDraft = { clientId: '', clientSecret: '' };

interface ClientFieldsProps {
  readonly offer: OAuthOffer;
  readonly draft: ClientDraft;
  /** A secret is stored with the id that is replaced. */
  readonly hasSecret: boolean;
  /** What is wrong, and with which of the two. */
  readonly error: { readonly field: string | null; readonly message: string } | null;
  readonly onEdit: (draft: ClientDraft) => void;
}

/** How one makes a client id of one's own, and where it goes. */
export function ClientFields(props: ClientFieldsProps): ReactNode {
  const { offer, draft, hasSecret, error, onEdit } = props;
  const { name, steps, stepsUrl, secretNeeded, clientNeeded } = offer;
  const errorOf = (field: keyof ClientDraft) => (error?.field === field ? error.message : null);
  return (
    <div className={styles.client}>
      <p className={styles.why}>{whyClient(offer)}</p>
      {steps.length > 0 && (
        <ol className={styles.steps} aria-label={`Steps at ${name}`}>
          {steps.map((step, index) => (
            <li key={step}>
              {step}
              {index === 0 && stepsUrl !== null && (
                <>
                  {' '}
                  <a href={stepsUrl} target="_blank" rel="noreferrer">
                    Open {name}’s page
                    <ExternalIcon />
                  </a>
                </>
              )}
            </li>
          ))}
        </ol>
      )}
      <div className={styles.ids}>
        <TextField
          name="clientId"
          label="Client id"
          value={draft.clientId}
          error={errorOf('clientId')}
          aria-required
          autoComplete="off"
          onType={(clientId) => {
            onEdit({ ...draft, clientId });
          }}
        />
        {/* Some of those that are in no list want one, too. */}
        {(secretNeeded || !clientNeeded) && (
          <PasswordField
            name="clientSecret"
            label="Client secret"
            value={draft.clientSecret}
            error={errorOf('clientSecret')}
            aria-required={secretNeeded && !hasSecret}
            placeholder={hasSecret ? 'unchanged' : ''}
            hint={secretNeeded ? SECRET_HINT : `${SECRET_HINT} Empty where there is none.`}
            onType={(clientSecret) => {
              onEdit({ ...draft, clientSecret });
            }}
          />
        )}
      </div>
    </div>
  );
}
