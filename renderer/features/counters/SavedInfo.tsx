import { memo, type ReactNode } from 'react';
import { InfoIcon } from '../../ui/icons.tsx';
import { Popover } from '../../ui/Popover.tsx';
import { EXPLANATIONS } from './saved-words.ts';
import styles from './SavedInfo.module.css';

/** An (i) that opens the formulas; apart from the figures beside it, which change all the time. */
export const SavedInfo = memo(function SavedInfo(): ReactNode {
  return (
    <span className={styles.info}>
      <Popover
        label="How savings are counted"
        icon={<InfoIcon />}
        title="How savings are counted"
        side="bottom"
      >
        <dl className={styles.list}>
          {EXPLANATIONS.map(({ name, words, formula }) => (
            <div key={name}>
              <dt className={styles.name}>{name}</dt>
              <dd>{words}</dd>
              <dd className={styles.formula}>{formula}</dd>
            </div>
          ))}
        </dl>
      </Popover>
    </span>
  );
});
