import { OUTCOME_WORDS } from '../../../shared/attempt.ts';
import { useRef, type ReactNode } from 'react';
import { formatCount } from '../../format.ts';
import { Button, Select } from '../../ui/controls.tsx';
import { STATE_WORDS } from '../../words.ts';
import { ColumnChoice } from './ColumnChoice.tsx';
import { isOpen, type ConnectionFilter } from './filter.ts';
import styles from './FilterBar.module.css';

interface FilterBarProps {
  readonly filter: ConnectionFilter;
  /** How many connections it lets through. */
  readonly shown: number;
  readonly onChange: (filter: ConnectionFilter) => void;
}

/** Narrows the table down by words, state and outcome. */
export function FilterBar({ filter, shown, onChange }: FilterBarProps): ReactNode {
  const find = useRef<HTMLInputElement>(null);
  return (
    <search className={styles.bar} aria-label="Filter of the connections">
      <input
        ref={find}
        type="search"
        className={styles.text}
        aria-label="Find connections"
        placeholder="Find account, mailbox or server"
        maxLength={200}
        value={filter.text}
        onChange={({ target }) => {
          onChange({ ...filter, text: target.value });
        }}
      />
      <Select
        label="State"
        none="Any state"
        names={STATE_WORDS}
        chosen={filter.state}
        onChoose={(state) => {
          onChange({ ...filter, state });
        }}
      />
      <Select
        label="Outcome"
        none="Any outcome"
        names={OUTCOME_WORDS}
        chosen={filter.outcome}
        onChoose={(outcome) => {
          onChange({ ...filter, outcome });
        }}
      />
      {!isOpen(filter) && (
        <>
          <span className={styles.count}>{formatCount(shown)} shown</span>
          <Button
            look="quiet"
            onClick={() => {
              onChange({ text: '', state: null, outcome: null });
              // This button goes.
              find.current?.focus();
            }}
          >
            Show all
          </Button>
        </>
      )}
      <span className={styles.choice}>
        <ColumnChoice />
      </span>
    </search>
  );
}
