import { useId, type ReactNode } from 'react';
import type { AccountId } from '../../../shared/model.ts';
import { useEngine } from '../../store.ts';
import styles from './Sessions.module.css';

interface AccountFilterProps {
  /** `null` for all of them. */
  readonly chosen: AccountId | null;
  readonly onChoose: (id: AccountId | null) => void;
}

/** Narrows the sessions down to one account. */
export function AccountFilter({ chosen, onChoose }: AccountFilterProps): ReactNode {
  const id = useId();
  const accounts = useEngine((state) => state.accounts);
  return (
    <div className={styles.filter}>
      <label htmlFor={id}>Account</label>
      <select
        id={id}
        className={styles.select}
        value={chosen ?? ''}
        onChange={({ target }) => {
          onChoose([...accounts.keys()].find((id) => id === target.value) ?? null);
        }}
      >
        <option value="">All accounts</option>
        {[...accounts.values()].map(({ id, label }) => (
          <option key={id} value={id}>
            {label}
          </option>
        ))}
      </select>
    </div>
  );
}
