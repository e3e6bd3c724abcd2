import { useId, type ReactNode } from 'react';
import { OUTCOME_WORDS } from '../../../shared/attempt.ts';
import type { HistoryFigures, HistoryView } from '../../../shared/history.ts';
import type { OutcomeKind } from '../../../shared/model.ts';
import {
  formatCount,
  formatExactBytes,
  formatExactMs,
  formatMoment,
  formatMs,
  NOTHING,
} from '../../format.ts';
import { OUTCOME_SHAPES } from '../../ui/marks.tsx';
import { SavedInfo } from '../counters/Counters.tsx';
import { basisSentence, spreadWords } from '../counters/saved-time.ts';
import { STACK, TEXTURE_DASHES, TEXTURES, TILE, TILE_LINE } from './plots/bars.ts';
import { timesIn, type TimeLine } from './plots/lines.ts';
import { timeScale } from './plots/ticks.ts';
import { noteOf, periodOf, rangeTitle, reusedShare, savedWords } from './readout.ts';
import styles from './Readout.module.css';

interface ReadoutProps {
  readonly view: HistoryView;
  /** The bucket that is read; `null` for the whole range. */
  readonly index: number | null;
}

/** The exact figures of what the cursor is on, in a place of their own; also the legend of the bars. */
export function CountReadout({ view, index }: ReadoutProps): ReactNode {
  const bucket = index === null ? undefined : view.buckets[index];
  const figures = figuresAt(view, index);
  const isKnown = bucket?.isGap !== true;
  return (
    <div className={styles.readout}>
      <p className={styles.head}>
        <strong className={styles.period}>
          {bucket === undefined ? rangeTitle(view) : periodOf(bucket, view.at)}
        </strong>
        <span className={styles.note}>
          {index === null ? `since ${formatMoment(view.fromAt, view.at)}` : noteOf(view, index)}
        </span>
      </p>
      <dl className={styles.figures}>
        {STACK.map((kind) => (
          <div key={kind} className={styles.figure}>
            <dt className={styles.word}>
              <Swatch kind={kind} />
              {OUTCOME_WORDS[kind]}
            </dt>
            <dd className={styles.value}>{isKnown ? formatCount(figures[kind]) : NOTHING}</dd>
          </div>
        ))}
        <div className={`${styles.figure} ${styles.apart}`}>
          <dt className={styles.word}>Reused</dt>
          <dd className={styles.value}>{isKnown ? reusedShare(figures) : NOTHING}</dd>
        </div>
        <div className={styles.figure}>
          <dt className={styles.word}>
            Saved
            <SavedInfo />
          </dt>
          <dd
            className={styles.value}
            title={`${formatExactBytes(figures.savedBytes)} on the wire. ${basisSentence(figures)}`}
          >
            {isKnown ? savedWords(figures) : NOTHING}
            {isKnown && (
              <span className={`${styles.spread} ${styles.wide}`}>{spreadWords(figures)}</span>
            )}
          </dd>
        </div>
      </dl>
    </div>
  );
}

/** The same for handshake times. */
export function TimeReadout({ view, index }: ReadoutProps): ReactNode {
  const figures = figuresAt(view, index);
  return (
    <div className={styles.times}>
      <h2 className={styles.title}>
        TLS <span className={styles.wide}>handshake </span>time, ms
        {timeScale(timesIn(view)).isLogarithmic && (
          <span className={styles.note}>
            , log<span className={styles.wide}>arithmic</span>
          </span>
        )}
      </h2>
      <Times name="Resumed" of="resumed" figures={figures} />
      <Times name="Full" of="full" figures={figures} />
    </div>
  );
}

interface TimesProps {
  readonly name: string;
  readonly of: TimeLine['of'];
  readonly figures: HistoryFigures;
}

function Times({ name, of, figures }: TimesProps): ReactNode {
  const times = of === 'resumed' ? figures.resumedTimes : figures.fullTimes;
  return (
    <dl className={styles.line}>
      <div className={styles.pair}>
        <dt className={styles.word}>
          <LineSwatch of={of} figure="medianMs" />
          {name}
          <span className={styles.wide}> median</span>
        </dt>
        <dd className={styles.value} title={exact(times?.medianMs)}>
          {formatMs(times?.medianMs ?? null)}
        </dd>
      </div>
      <div className={styles.pair}>
        <dt className={styles.word}>
          <LineSwatch of={of} figure="p95Ms" />
          95 %
        </dt>
        <dd className={styles.value} title={exact(times?.p95Ms)}>
          {formatMs(times?.p95Ms ?? null)}
        </dd>
      </div>
    </dl>
  );
}

function exact(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : formatExactMs(ms);
}

function figuresAt(view: HistoryView, index: number | null): HistoryFigures {
  return (index === null ? undefined : view.buckets[index]) ?? view.totals;
}

const SIZE = 12;

/** How an outcome looks in the bars; decoration, because the word stands beside it. */
function Swatch({ kind }: { readonly kind: OutcomeKind }): ReactNode {
  const id = useId();
  const { tint, lines, outline } = TEXTURES[kind];
  const colour = `var(${OUTCOME_SHAPES[kind].colour})`;
  return (
    <svg aria-hidden="true" width={SIZE} height={SIZE} viewBox={`0 0 ${SIZE} ${SIZE}`}>
      {lines !== null && (
        <defs>
          <pattern id={id} width={TILE} height={TILE} patternUnits="userSpaceOnUse">
            <path d={lines} fill="none" stroke={colour} strokeWidth={TILE_LINE} />
          </pattern>
        </defs>
      )}
      <rect width={SIZE} height={SIZE} fill={colour} fillOpacity={tint} />
      {lines !== null && <rect width={SIZE} height={SIZE} fill={`url(#${id})`} />}
      {outline !== null && (
        <rect
          x="0.5"
          y="0.5"
          width={SIZE - 1}
          height={SIZE - 1}
          fill="none"
          stroke={colour}
          strokeDasharray={outline === 'dashed' ? TEXTURE_DASHES.join(' ') : undefined}
        />
      )}
    </svg>
  );
}

const LINE_WIDTH = 20;

/** How a line of handshake times looks; decoration as well. */
function LineSwatch({ of, figure }: TimeLine): ReactNode {
  const colour = `var(${OUTCOME_SHAPES[of].colour})`;
  const isMedian = figure === 'medianMs';
  return (
    <svg aria-hidden="true" width={LINE_WIDTH} height={SIZE}>
      <path
        d={`M0 ${SIZE / 2}h${LINE_WIDTH}`}
        stroke={colour}
        strokeWidth={isMedian ? 2 : 1}
        strokeDasharray={isMedian ? undefined : '4 3'}
      />
      {isMedian && (
        <circle
          cx={LINE_WIDTH / 2}
          cy={SIZE / 2}
          r="2.75"
          stroke={colour}
          strokeWidth="1.5"
          fill={of === 'resumed' ? colour : 'var(--surface)'}
        />
      )}
    </svg>
  );
}
