import type { ReactNode } from 'react';
import { STRIP_LENGTH } from '../../../shared/model.ts';
import { useNow } from '../../clock.ts';
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
import { useEngine } from '../../engine/store.ts';
import { Strip } from '../../ui/marks/Strip.tsx';
import { SavedInfo } from './SavedInfo.tsx';
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
        <div className={styles.info}>
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
