import { memo, type ReactNode } from 'react';
import { FEWEST_MEASURED } from '../../../shared/history.ts';
import { STRIP_LENGTH, type AccountId, type Totals } from '../../../shared/model.ts';
import { useNow } from '../../clock.ts';
import { useEngine } from '../../engine/store.ts';
import {
  formatBytes,
  formatCount,
  formatExactBytes,
  formatExactTime,
  formatMoment,
  formatPercent,
  isolate,
} from '../../format.ts';
import { showScreen } from '../../navigation.ts';
import { CallButton } from '../../ui/call.tsx';
import { InfoIcon } from '../../ui/icons.tsx';
import { Popover } from '../../ui/popups.tsx';
import { Strip } from '../../ui/Strip.tsx';
import { basisSentence, savedTimeWords, spreadWords } from './saved-time.ts';
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
          name="Handshakes spared"
          value={formatCount(totals.resumed)}
          caption="handshakes spared"
          exact={`${formatCount(totals.resumed)} full handshakes that were not needed since ${since}`}
        />
        <Counter
          name="Bytes saved"
          value={formatBytes(totals.savedBytes)}
          caption="bytes saved"
          exact={`${formatExactBytes(totals.savedBytes)} less on the wire since ${since}, both ways together`}
        />
        <Counter
          name="Reused"
          value={formatPercent(totals.resumed, made)}
          caption="reused"
          exact={`${formatCount(totals.resumed)} of ${formatCount(made)} TLS connections since ${since}; failed ones do not count`}
        />
        <TimeSaved totals={totals} since={since} />
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

interface TimeSavedProps {
  readonly totals: Totals;
  /** When counting began, in words. */
  readonly since: string;
}

/** The one figure that is an estimate: with what it rests on, or what it would need. */
function TimeSaved({ totals, since }: TimeSavedProps): ReactNode {
  const { unmeasured } = totals;
  return (
    <div className={styles.estimate}>
      <Counter
        name="Time saved"
        value={savedTimeWords(totals)}
        caption={`time saved${spreadWords(totals)}`}
        exact={`${basisSentence(totals)} Since ${since}.`}
      />
      <SavedInfo />
      {unmeasured !== null && (
        <p className={styles.offer}>
          <span>
            {Math.min(unmeasured.full, FEWEST_MEASURED)} of {FEWEST_MEASURED} full handshakes known
          </span>
          <CheckButton id={unmeasured.accountId} />
        </p>
      )}
    </div>
  );
}

function CheckButton({ id }: { readonly id: AccountId }): ReactNode {
  const label = useEngine(({ accounts }) => accounts.get(id)?.label ?? '');
  return (
    <CallButton
      look="quiet"
      title={`Measure full and resumed handshakes with the server of ${label}`}
      call={async (api) => {
        const { id: check } = await api.checkAccountServer(id);
        showScreen('check', { check });
      }}
      failure={`Could not check the server of ${isolate(label)}`}
    >
      Server check
    </CallButton>
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
    name: 'Handshakes spared',
    words: 'Each resumed connection is one full handshake that was not needed.',
    formula: 'resumed',
  },
  {
    name: 'Bytes saved',
    words:
      'Counted on the wire, both ways together: what a full handshake with that server weighs, minus what each resumed one weighed.',
    formula: 'Σ (bytes of a full handshake − own bytes)',
  },
  {
    name: 'Reused',
    words: 'Of the TLS connections that came about, those that took up an earlier session.',
    formula: 'resumed ÷ (resumed + full + refused + off)',
  },
  {
    name: 'Time saved',
    words: `An estimate, over the TLS phase alone. Servers count apart, and so do versions of TLS, certificates and networks. Medians are of the latest handshakes, at least ${FEWEST_MEASURED} full and ${FEWEST_MEASURED} resumed ones; those of a server check count among them, refused ones and the first of a process do not. With fewer, nothing is claimed: with reuse on full ones seldom come, and a server check makes some. In brackets is what the sum lies between, at some 95 %; where chance alone could explain it, it is 0.`,
    formula: 'max(0, Σ resumed × (median full − median resumed))',
  },
];
