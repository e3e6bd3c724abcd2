import { useRef, type ReactNode } from 'react';
import { Button } from '../../ui/Button.tsx';
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
  const { trust } = draft;

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
    if (input.current !== null) input.current.value = '';
    edit('trust', { kind: 'system' });
    input.current?.focus();
  };
  return (
    <FieldFrame
      label="CA certificate file"
      error={error}
      hint={
        trust.kind === 'system' ? (
          'Optional, PEM. Without one, the certificate authorities of your system are trusted.'
        ) : trust.kind === 'pin' || trust.kind === 'keep-pin' ? (
          'Optional, PEM. A file takes the place of the trusted certificate.'
        ) : (
          <span className={styles.chosen}>
            <span>
              Only the certificates in <bdi>{trust.fileName}</bdi> are trusted.
            </span>
            <Button look="quiet" aria-label={`Remove ${trust.fileName}`} onClick={remove}>
              Remove
            </Button>
          </span>
        )
      }
    >
      {(control) => (
        <input
          {...control}
          ref={input}
          className={styles.file}
          name="trust"
          type="file"
          accept=".pem,.crt,.cer,.ca-bundle"
          onChange={(event) => {
            const file = event.target.files?.[0];
            if (file !== undefined) void read(file);
          }}
        />
      )}
    </FieldFrame>
  );
}
