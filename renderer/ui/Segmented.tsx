import { useId, type ReactNode } from 'react';
import styles from './Segmented.module.css';

interface SegmentedProps<Value extends string> {
  /** The accessible name. */
  readonly label: string;
  readonly choices: readonly { readonly value: Value; readonly name: string }[];
  readonly chosen: Value;
  readonly onChoose: (value: Value) => void;
}

/** A few short choices side by side, one of them chosen; the browser's own radio buttons. */
export function Segmented<Value extends string>({
  label,
  choices,
  chosen,
  onChoose,
}: SegmentedProps<Value>): ReactNode {
  const id = useId();
  return (
    <div className={styles.group} role="radiogroup" aria-label={label}>
      {choices.map(({ value, name }) => (
        <label key={value} className={styles.choice}>
          <input
            type="radio"
            name={id}
            value={value}
            checked={value === chosen}
            className={styles.input}
            onChange={() => {
              onChoose(value);
            }}
          />
          <span className={styles.name}>{name}</span>
        </label>
      ))}
    </div>
  );
}
