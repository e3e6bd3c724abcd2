import type { ReactNode } from 'react';
import type { Outcome } from '../../../shared/model.ts';
import { NOTHING } from '../../format.ts';
import { OutcomeMark } from '../../ui/marks/OutcomeMark.tsx';
import { OUTCOME_WORDS, outcomeDetail } from '../../words.ts';
import styles from './ReuseText.module.css';

/** What came of a handshake, with its mark: `Resumed · TLS 1.3 ticket`. */
export function ReuseText({ outcome }: { readonly outcome: Outcome | null }): ReactNode {
  if (outcome === null) return NOTHING;
  const detail = outcomeDetail(outcome);
  const word = OUTCOME_WORDS[outcome.kind];
  const text = detail === null ? word : `${word} · ${detail}`;
  return (
    <span className={styles.reuse} title={text}>
      <OutcomeMark kind={outcome.kind} />
      <span className={styles.text}>
        <span className={styles.word}>{word}</span>
        {detail !== null && (
          <>
            {' '}
            <span className={styles.detail}>· {detail}</span>
          </>
        )}
      </span>
    </span>
  );
}
