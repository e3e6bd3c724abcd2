import { useId, type ReactNode } from 'react';
import type { AccountId } from '../../shared/model.ts';
import styles from './AccountSelect.module.css';

interface AccountSelectProps {
  readonly options: readonly { readonly id: AccountId; readonly label: string }[];
  /** `null` for all of them. */
  readonly chosen: AccountId | null;
  readonly onChoose: (id: AccountId | null) => void;
}

/** Narrows a screen down to one account. */
export function AccountSelect({ options, chosen, onChoose }: AccountSelectProps): ReactNode {
  const id = useId();
  return (
    <div className={styles.filter}>
      <label htmlFor={id}>Account</label>
      <select
        id={id}
        className={styles.select}
        value={chosen ?? ''}
        onChange={({ target }) => {
          onChoose(options.find((option) => option.id === target.value)?.id ?? null);
        }}
      >
        <option value="">All accounts</option>
        {options.map((option) => (
          <option key={option.id} value={option.id}>
            {option.label}
          </option>
        ))}
      </select>
    </div>
  );
}
