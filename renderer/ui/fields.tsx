/** Fields of forms: a control with its label above, and a hint and an error below. */
import { useId, useState, type ComponentProps, type ReactNode } from 'react';
import { Button } from './controls.tsx';
import styles from './fields.module.css';

/** What ties a control to its label, its hint and its error. */
interface ControlProps {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': boolean;
  readonly className: string | undefined;
}

interface FieldProps {
  readonly label: string;
  readonly hint?: ReactNode;
  /** What is wrong with it. */
  readonly error?: string | null;
  readonly children: (control: ControlProps) => ReactNode;
}

/** A field with any control. */
export function Field({ label, hint, error = null, children }: FieldProps): ReactNode {
  const id = useId();
  const hintId = `${id}-hint`;
  const errorId = `${id}-error`;
  const hasHint = hint !== undefined && hint !== null;
  const described = [error === null ? null : errorId, hasHint ? hintId : null].filter(
    (part) => part !== null,
  );
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={styles.label}>
        {label}
      </label>
      {children({
        id,
        'aria-describedby': described.length === 0 ? undefined : described.join(' '),
        'aria-invalid': error !== null,
        className: styles.input,
      })}
      {error !== null && (
        <p id={errorId} className={styles.error}>
          {error}
        </p>
      )}
      {hasHint && (
        <div id={hintId} className={styles.hint}>
          {hint}
        </div>
      )}
    </div>
  );
}

interface TextFieldProps
  extends Omit<FieldProps, 'children'>, Omit<ComponentProps<'input'>, 'children' | 'onChange'> {
  readonly onType: (text: string) => void;
}

/** A field for one line, which nothing spells or capitalises otherwise than it was typed. */
export function TextField({ label, hint, error, onType, ...rest }: TextFieldProps): ReactNode {
  return (
    <Field label={label} hint={hint} error={error ?? null}>
      {(control) => (
        <input
          type="text"
          autoCapitalize="none"
          spellCheck={false}
          {...rest}
          {...control}
          onChange={({ target }) => {
            onType(target.value);
          }}
        />
      )}
    </Field>
  );
}

/** A field for a password, which is shown on demand. */
export function PasswordField({ label, hint, error, onType, ...rest }: TextFieldProps): ReactNode {
  const [isShown, setShown] = useState(false);
  const act = isShown ? 'Hide' : 'Show';
  return (
    <Field label={label} hint={hint} error={error ?? null}>
      {(control) => (
        <span className={styles.secret}>
          <input
            autoComplete="new-password"
            autoCapitalize="none"
            spellCheck={false}
            {...rest}
            {...control}
            type={isShown ? 'text' : 'password'}
            onChange={({ target }) => {
              onType(target.value);
            }}
          />
          <Button
            look="quiet"
            aria-label={`${act} ${label.toLowerCase()}`}
            onClick={() => {
              setShown(!isShown);
            }}
          >
            {act}
          </Button>
        </span>
      )}
    </Field>
  );
}

/** A file of CA certificates as it was chosen. */
export interface CaFile {
  readonly fileName: string;
  readonly pem: string;
}

/** The largest CA file that the engine takes, in bytes; a larger one is not even read. */
const MAX_FILE_BYTES = 1_048_576;

/** Reads a file of CA certificates, or says why it cannot be. */
export async function readCaFile(file: File): Promise<CaFile | { readonly problem: string }> {
  if (file.size > MAX_FILE_BYTES) {
    return { problem: `${file.name} is too large for a CA certificate file: 1 MiB at most.` };
  }
  try {
    return { fileName: file.name, pem: await file.text() };
  } catch {
    // The browser says no more than that: moved, deleted or not to be read.
    return {
      problem: `${file.name} could not be read. Check that it is still there and choose it again.`,
    };
  }
}

/** Why nobody has to choose one. */
export const NO_CA_FILE =
  'Optional, PEM. Without one, the certificate authorities of your system are trusted, and those that Reprise brings with Node.';

/** The control that chooses such a file. */
export function CaFileInput(props: ComponentProps<'input'>): ReactNode {
  return (
    <input {...props} className={styles.file} type="file" accept=".pem,.crt,.cer,.ca-bundle" />
  );
}
