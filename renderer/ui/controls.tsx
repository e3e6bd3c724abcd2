import { Switch as BaseSwitch } from '@base-ui/react/switch';
import { useId, type ComponentProps, type ReactNode } from 'react';
import type { AccountId } from '../../shared/model.ts';
import styles from './controls.module.css';

interface ButtonProps extends ComponentProps<'button'> {
  /** `primary` once on a screen at most; `quiet` and `icon` have no frame of their own. */
  readonly look?: 'plain' | 'primary' | 'quiet' | 'icon' | 'danger';
}

/** A button. Never submits a form unless it says `type="submit"`. */
export function Button({ look = 'plain', className, type, ...rest }: ButtonProps): ReactNode {
  return (
    <button
      // oxlint-disable-next-line react/button-has-type -- it has one: `button` unless given
      type={type ?? 'button'}
      className={[styles.button, styles[look], className].filter(Boolean).join(' ')}
      {...rest}
    />
  );
}

interface SwitchProps {
  /** What it switches; its accessible name. */
  readonly label: string;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly onChange: (checked: boolean) => void;
}

/** An on/off switch that takes effect at once. */
export function Switch({ label, checked, disabled = false, onChange }: SwitchProps): ReactNode {
  return (
    <BaseSwitch.Root
      className={styles.track}
      aria-label={label}
      title={`${label}: ${checked ? 'on' : 'off'}`}
      checked={checked}
      disabled={disabled}
      onCheckedChange={onChange}
    >
      <BaseSwitch.Thumb className={styles.thumb} />
    </BaseSwitch.Root>
  );
}

function entriesOf<Value extends string>(names: Readonly<Record<Value, string>>) {
  return Object.entries(names) as [Value, string][];
}

interface SegmentedProps<Value extends string> {
  /** The accessible name. */
  readonly label: string;
  /** The choices by name, in their order. */
  readonly names: Readonly<Record<Value, string>>;
  readonly chosen: Value;
  readonly onChoose: (value: Value) => void;
}

/** A few short choices side by side, one of them chosen; the browser's own radio buttons. */
export function Segmented<Value extends string>(props: SegmentedProps<Value>): ReactNode {
  const { label, names, chosen, onChoose } = props;
  const id = useId();
  return (
    <div className={styles.segments} role="radiogroup" aria-label={label}>
      {entriesOf(names).map(([value, name]) => (
        <label key={value} className={styles.segment}>
          <input
            type="radio"
            name={id}
            value={value}
            checked={value === chosen}
            className={styles.segmentInput}
            onChange={() => {
              onChoose(value);
            }}
          />
          <span className={styles.segmentName}>{name}</span>
        </label>
      ))}
    </div>
  );
}

/** One of the things that can be chosen, with what follows from it where that is not plain. */
export interface Choice<Value extends string> {
  readonly value: Value;
  readonly name: string;
  readonly explanation?: string;
}

interface RadioGroupProps<Value extends string> {
  readonly title: string;
  /** What holds for every choice. */
  readonly hint?: string;
  readonly choices: readonly Choice<Value>[];
  readonly chosen: Value;
  readonly disabled: boolean;
  /** In columns, to be compared. */
  readonly sideBySide?: boolean;
  readonly onChoose: (value: Value) => void;
}

/** A few choices, each explained, one of them chosen; the browser's own radio buttons. */
export function RadioGroup<Value extends string>(props: RadioGroupProps<Value>): ReactNode {
  const { title, hint, choices, chosen, disabled, sideBySide = false, onChoose } = props;
  const id = useId();
  return (
    <div
      className={sideBySide ? `${styles.radios} ${styles.columns}` : styles.radios}
      role="radiogroup"
      aria-labelledby={`${id}-title`}
      aria-describedby={hint === undefined ? undefined : `${id}-hint`}
      aria-disabled={disabled}
    >
      <h3 className={styles.radiosTitle} id={`${id}-title`}>
        {title}
      </h3>
      {choices.map(({ value, name, explanation }) => (
        <label key={value} className={styles.radio}>
          <input
            type="radio"
            name={id}
            value={value}
            checked={value === chosen}
            disabled={disabled}
            aria-labelledby={`${id}-${value}`}
            aria-describedby={explanation === undefined ? undefined : `${id}-${value}-why`}
            onChange={() => {
              onChoose(value);
            }}
          />
          <span>
            <span className={styles.radioName} id={`${id}-${value}`}>
              {name}
            </span>
            {explanation !== undefined && (
              <span className={styles.explanation} id={`${id}-${value}-why`}>
                {explanation}
              </span>
            )}
          </span>
        </label>
      ))}
      {hint !== undefined && (
        <p className={styles.hint} id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

interface SelectProps<Value extends string> {
  readonly id?: string;
  /** The accessible name, where no label stands beside it. */
  readonly label?: string;
  /** What stands for no choice. */
  readonly none: string;
  /** The choices by name, in their order. */
  readonly names: Readonly<Record<Value, string>>;
  readonly chosen: Value | null;
  readonly onChoose: (value: Value | null) => void;
}

/** A list to choose one of, or none. */
export function Select<Value extends string>(props: SelectProps<Value>): ReactNode {
  const { id, label, none, names, chosen, onChoose } = props;
  return (
    <select
      id={id}
      aria-label={label}
      className={styles.select}
      value={chosen ?? ''}
      onChange={({ target }) => {
        onChoose(entriesOf(names).find(([value]) => value === target.value)?.[0] ?? null);
      }}
    >
      <option value="">{none}</option>
      {entriesOf(names).map(([value, name]) => (
        <option key={value} value={value}>
          {name}
        </option>
      ))}
    </select>
  );
}

interface AccountSelectProps {
  readonly options: readonly { readonly id: AccountId; readonly label: string }[];
  /** `null` for all of them. */
  readonly chosen: AccountId | null;
  readonly onChoose: (id: AccountId | null) => void;
}

/** Narrows a screen down to one account. */
export function AccountSelect({ options, chosen, onChoose }: AccountSelectProps): ReactNode {
  const id = useId();
  const names = Object.fromEntries(options.map(({ id, label }) => [id, label]));
  return (
    <div className={styles.labelled}>
      <label htmlFor={id}>Account</label>
      <Select<AccountId>
        id={id}
        none="All accounts"
        names={names}
        chosen={chosen}
        onChoose={onChoose}
      />
    </div>
  );
}
