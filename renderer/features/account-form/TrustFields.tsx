/** What the account trusts: a file of CA certificates, or one certificate alone. */
import { useEffect, useRef, type ReactNode } from 'react';
import { Button } from '../../ui/controls.tsx';
import { CaFileInput, Field, NO_CA_FILE, readCaFile } from '../../ui/fields.tsx';
import { shortFingerprint } from '../certificate/certificate.ts';
import { Fingerprint } from '../certificate/CertificateTable.tsx';
import { caFileOf, pinOf, strayPinOf, type Draft } from './draft.ts';
import type { AccountFormState } from './use-account-form.ts';
import fieldStyles from '../../ui/fields.module.css';
import { Foreign } from '../../ui/Text.tsx';
import styles from './AccountForm.module.css';

interface TrustFieldProps {
  readonly state: AccountFormState;
}

/** Chooses the file of CA certificates that this account trusts instead of the system's. */
export function CaFileField({ state }: TrustFieldProps): ReactNode {
  const input = useRef<HTMLInputElement>(null);
  const { draft, edit, errorOf, setProblem } = state;
  const fileName = caFileOf(draft);
  useEffect(() => {
    if (input.current !== null) showFile(input.current, fileName);
  }, [fileName]);

  const read = async (file: File) => {
    const found = await readCaFile(file);
    if ('problem' in found) setProblem({ field: 'trust', message: found.problem });
    else edit('trust', { kind: 'ca', ...found });
  };
  const remove = () => {
    edit('trust', { kind: 'system' });
    input.current?.focus();
  };
  return (
    <Field
      label="CA certificate file"
      error={errorOf('trust')}
      hint={<CaFileHint trust={draft.trust} onRemove={remove} />}
    >
      {(control) => (
        <CaFileInput
          {...control}
          ref={input}
          name="trust"
          onChange={({ target }) => {
            const file = target.files?.[0];
            if (file === undefined) showFile(target, fileName);
            else void read(file);
          }}
        />
      )}
    </Field>
  );
}

interface CaFileHintProps {
  readonly trust: Draft['trust'];
  readonly onRemove: () => void;
}

function CaFileHint({ trust, onRemove }: CaFileHintProps): ReactNode {
  switch (trust.kind) {
    case 'system':
      return NO_CA_FILE;
    case 'pin':
    case 'keep-pin':
      return 'Optional, PEM. A file takes the place of the trusted certificate.';
    case 'ca':
    case 'keep':
      return (
        <span className={styles.chosen}>
          <span>
            Only the certificates in <Foreign>{trust.fileName}</Foreign> are trusted.
            {trust.kind === 'keep' && <StoredFile subjects={trust.subjects} />}
          </span>
          <Button look="quiet" aria-label={`Remove ${trust.fileName}`} onClick={onRemove}>
            Remove
          </Button>
        </span>
      );
  }
}

/** What is stored of a file, of which the page sees no more than whose certificates it holds. */
function StoredFile({ subjects }: { readonly subjects: readonly string[] }): ReactNode {
  const [first, ...others] = subjects;
  if (first === undefined) {
    return ' None that can be read is stored: choose the file again, or remove it.';
  }
  return (
    <>
      {' '}
      Stored: <Foreign>{first}</Foreign>
      {others.length > 0 && ` and ${others.length} more`}.
    </>
  );
}

/**
 * Has the browser's own control name the file that counts, also one that was chosen in an earlier
 * run: of that there is nothing but the name here.
 */
function showFile(input: HTMLInputElement, fileName: string | null): void {
  if (fileName === (input.files?.[0]?.name ?? null)) return;
  const files = new DataTransfer();
  if (fileName !== null) files.items.add(new File([], fileName));
  input.files = files.files;
}

/** The one certificate that is trusted, with the way back; nothing where there is none. */
export function PinField({ state }: TrustFieldProps): ReactNode {
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
    <fieldset ref={field} aria-label="Trusted certificate" className={fieldStyles.field}>
      <span className={styles.pinned}>
        <span>
          Trusts only the certificate <strong>{shortFingerprint(fingerprint256)}</strong>
          {subject !== '' && (
            <>
              {' '}
              (<Foreign>{subject}</Foreign>)
            </>
          )}{' '}
          of <Foreign>{pin.host}</Foreign>
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
