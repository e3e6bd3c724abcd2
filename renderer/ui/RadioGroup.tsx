import { useId, type ReactNode } from 'react';
import styles from './RadioGroup.module.css';

/** One of the things that can be chosen. */
interface Choice<Value extends string> {
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
  readonly onChoose: (value: Value) => void;
}

/** A few choices, each explained, one of them chosen; the browser's own radio buttons. */
export function RadioGroup<Value extends string>({
  title,
  hint,
  choices,
  chosen,
  disabled,
  onChoose,
}: RadioGroupProps<Value>): ReactNode {
  const id = useId();
  return (
    <div
      className={styles.group}
      role="radiogroup"
      aria-labelledby={`${id}-title`}
      aria-describedby={hint === undefined ? undefined : `${id}-hint`}
      aria-disabled={disabled}
    >
      <h3 className={styles.title} id={`${id}-title`}>
        {title}
      </h3>
      {choices.map(({ value, name, explanation }) => (
        <label key={value} className={styles.choice}>
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
            <span className={styles.name} id={`${id}-${value}`}>
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
