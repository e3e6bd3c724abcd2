import { useEffect, useRef, type ReactNode } from 'react';
import { Button } from '../../ui/controls.tsx';
import { shortFingerprint } from '../certificate/certificate.ts';
import { Fingerprint } from '../certificate/CertificateTable.tsx';
import { caFileOf, pinOf, strayPinOf, type Draft } from './draft.ts';
import { FieldFrame } from './FieldFrame.tsx';
import type { AccountFormState } from './use-account-form.ts';
import styles from './AccountForm.module.css';

/** The largest CA file that the engine takes, in bytes; a larger one is not even read. */
const MAX_FILE_BYTES = 1_048_576;

interface CaFileFieldProps {
  readonly state: AccountFormState;
  readonly error: string | null;
}

/** Chooses the file of CA certificates that this account trusts instead of the system's. */
export function CaFileField({ state, error }: CaFileFieldProps): ReactNode {
  const input = useRef<HTMLInputElement>(null);
  const { draft, edit, setProblem } = state;
  const fileName = caFileOf(draft);
  useEffect(() => {
    if (input.current !== null) showFile(input.current, fileName);
  }, [fileName]);

  const read = async (file: File) => {
    if (file.size > MAX_FILE_BYTES) {
      setProblem({
        field: 'trust',
        message: `${file.name} is too large for a CA certificate file: 1 MiB at most.`,
      });
      return;
    }
    try {
      edit('trust', { kind: 'ca', fileName: file.name, pem: await file.text() });
    } catch {
      // The browser says no more than that: moved, deleted or not to be read.
      setProblem({
        field: 'trust',
        message: `${file.name} could not be read. Check that it is still there and choose it again.`,
      });
    }
  };
  const remove = () => {
    edit('trust', { kind: 'system' });
    input.current?.focus();
  };
  return (
    <FieldFrame
      label="CA certificate file"
      error={error}
      hint={<CaFileHint trust={draft.trust} onRemove={remove} />}
    >
      {(control) => (
        <input
          {...control}
          ref={input}
          className={styles.file}
          name="trust"
          type="file"
          accept=".pem,.crt,.cer,.ca-bundle"
          onChange={({ target }) => {
            const file = target.files?.[0];
            if (file === undefined) showFile(target, fileName);
            else void read(file);
          }}
        />
      )}
    </FieldFrame>
  );
}

interface CaFileHintProps {
  readonly trust: Draft['trust'];
  readonly onRemove: () => void;
}

function CaFileHint({ trust, onRemove }: CaFileHintProps): ReactNode {
  switch (trust.kind) {
    case 'system':
      return 'Optional, PEM. Without one, the certificate authorities of your system are trusted.';
    case 'pin':
    case 'keep-pin':
      return 'Optional, PEM. A file takes the place of the trusted certificate.';
    case 'ca':
    case 'keep':
      return (
        <span className={styles.chosen}>
          <span>
            Only the certificates in <bdi>{trust.fileName}</bdi> are trusted.
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
      Stored: <bdi>{first}</bdi>
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
