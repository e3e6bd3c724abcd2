import { useRef, type ReactNode } from 'react';
import { Button } from '../../ui/Button.tsx';
import { Fingerprint } from '../certificate/Fingerprint.tsx';
import { shortFingerprint } from '../certificate/fingerprint.ts';
import { pinOf, strayPinOf } from './draft.ts';
import type { AccountFormState } from './use-account-form.ts';
import styles from './AccountForm.module.css';

/** The one certificate that is trusted, with the way back; nothing where there is none. */
export function PinField({ state }: { readonly state: AccountFormState }): ReactNode {
  const field = useRef<HTMLFieldSetElement>(null);
  const { draft, edit } = state;
  const pin = pinOf(draft);
  if (pin === null) return null;
  const { subject, fingerprint256 } = pin.certificate;
  const remove = () => {
    // The field above is what takes its place.
    field.current?.parentElement?.querySelector<HTMLElement>('[name="trust"]')?.focus();
    edit('trust', { kind: 'system' });
  };
  return (
    <fieldset ref={field} aria-label="Trusted certificate" className={styles.field}>
      <span className={styles.pinned}>
        <span>
          Trusts only the certificate <strong>{shortFingerprint(fingerprint256)}</strong>
          {subject !== '' && (
            <>
              {' '}
              (<bdi>{subject}</bdi>)
            </>
          )}{' '}
          of <bdi>{pin.host}</bdi>
          {strayPinOf(draft) !== null && <>, which is not the server above</>}.
        </span>
        <Button look="quiet" aria-label="Remove the trusted certificate" onClick={remove}>
          Remove
        </Button>
      </span>
      <Fingerprint of="the trusted certificate">{fingerprint256}</Fingerprint>
    </fieldset>
  );
}
