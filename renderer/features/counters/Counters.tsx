import { memo, type ReactNode } from 'react';
import { SAVED_LOOK_BACK } from '../../../shared/history.ts';
import { STRIP_LENGTH } from '../../../shared/model.ts';
import { useNow } from '../../clock.ts';
import { useEngine } from '../../engine/store.ts';
import {
  formatBytes,
  formatCount,
  formatExactBytes,
  formatExactMs,
  formatExactTime,
  formatMoment,
  formatPercent,
  formatSum,
} from '../../format.ts';
import { InfoIcon } from '../../ui/icons.tsx';
import { Popover } from '../../ui/popups.tsx';
import { Strip } from '../../ui/Strip.tsx';
import styles from './Counters.module.css';

/** What reuse has brought in the last 24 hours. */
export function Counters(): ReactNode {
  const totals = useEngine((state) => state.totals);
  const made = totals.resumed + totals.full + totals.refused + totals.off;
  const now = useNow();
  const since = formatExactTime(totals.since);
  return (
    <section className={styles.counters} aria-label="Savings">
      <div className={styles.figures}>
        <Counter
          name="Reused"
          value={formatPercent(totals.resumed, made)}
          caption="reused"
          exact={`${formatCount(totals.resumed)} of ${formatCount(made)} TLS connections since ${since}; failed ones do not count`}
        />
        <Counter
          name="Handshakes spared"
          value={formatCount(totals.resumed)}
          caption="handshakes spared"
          exact={`${formatCount(totals.resumed)} full handshakes that were not needed since ${since}`}
        />
        <Counter
          name="Time saved"
          value={formatSum(totals.savedMs)}
          caption="time saved"
          exact={`About ${formatExactMs(totals.savedMs)} since ${since}, estimated from full handshakes with the same server`}
        />
        <Counter
          name="Bytes saved"
          value={formatBytes(totals.savedBytes)}
          caption="bytes saved"
          exact={`About ${formatExactBytes(totals.savedBytes)} since ${since}, estimated from full handshakes with the same server`}
        />
        <div className={styles.beside}>
          <SavedInfo />
        </div>
      </div>
      <div className={styles.strip}>
        <Strip of="all accounts" marks={totals.strip} length={STRIP_LENGTH} />
        <p className={styles.below}>
          <span>last {STRIP_LENGTH} handshakes</span>
          <span title={since}>figures since {formatMoment(totals.since, now)}</span>
        </p>
      </div>
    </section>
  );
}

interface CounterProps {
  readonly name: string;
  readonly value: string;
  readonly caption: string;
  readonly exact: string;
}

/** A status that is there to be read: it changes too often to be announced. */
function Counter({ name, value, caption, exact }: CounterProps): ReactNode {
  return (
    <output className={styles.counter} aria-live="off" aria-label={name} title={exact}>
      <span className={styles.value}>{value}</span>
      <span className={styles.caption}>{caption}</span>
    </output>
  );
}

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

interface Explanation {
  /** The counter's accessible name. */
  readonly name: string;
  readonly words: string;
  readonly formula: string;
}

const EXPLANATIONS: readonly Explanation[] = [
  {
    name: 'Reused',
    words: 'Of the TLS connections that came about, those that took up an earlier session.',
    formula: 'resumed ÷ (resumed + full + refused + off)',
  },
  {
    name: 'Handshakes spared',
    words: 'Each resumed connection is one full handshake that was not needed.',
    formula: 'resumed',
  },
  {
    name: 'Time saved',
    words: `An estimate. For each resumed handshake: the median time of the last ${SAVED_LOOK_BACK} handshakes with that server that offered nothing, minus its own, never below 0. Where none has been seen, nothing is said to be saved. A refused one is not counted among them: the useless offer made it dearer.`,
    formula: `Σ max(0, median(last ${SAVED_LOOK_BACK} that offered nothing) − own time)`,
  },
  {
    name: 'Bytes saved',
    words: 'An estimate. The same with the bytes on the wire, both ways together.',
    formula: `Σ max(0, median(last ${SAVED_LOOK_BACK} that offered nothing) − own bytes)`,
  },
];
