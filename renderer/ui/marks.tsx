import type { ReactNode, SVGAttributes } from 'react';
import { OUTCOME_WORDS } from '../../shared/attempt.ts';
import type { Attempt, ConnectionState, OutcomeKind } from '../../shared/model.ts';
import { NOTHING } from '../format.ts';
import { outcomeDetail, PLANNED_SENTENCE } from '../words.ts';
import styles from './marks.module.css';

/** Width of an outcome's mark, in px. */
export const MARK_WIDTH = 6;
/** Height of an outcome's mark, in px. */
export const MARK_HEIGHT = 12;

/** How an outcome is drawn: told apart by shape alone, and by colour as well. */
interface OutcomeShape {
  /** Where its path begins, in a box of {@link MARK_WIDTH} by {@link MARK_HEIGHT}. */
  readonly from: readonly [x: number, y: number];
  /** How its path goes on, in relative commands. */
  readonly path: string;
  readonly drawn: 'filled' | 'outlined' | 'dashed';
  /** The custom property that holds its colour. */
  readonly colour: string;
}

/** Line width of outlined shapes, in px. */
const OUTLINE_WIDTH = 1.5;
/** Dashes of {@link OutcomeShape.drawn} `dashed`, in px. */
const DASHES = '2 1.5';

const OUTLINE = { from: [0.75, 0.75], path: 'h4.5v10.5h-4.5z' } as const;

export const OUTCOME_SHAPES: Record<OutcomeKind, OutcomeShape> = {
  resumed: { from: [0, 0], path: 'h6v12h-6z', drawn: 'filled', colour: '--resumed' },
  full: { ...OUTLINE, drawn: 'outlined', colour: '--full' },
  refused: { from: [0, 0], path: 'h6v2l-4 4l4 4v2h-6z', drawn: 'filled', colour: '--refused' },
  off: { ...OUTLINE, drawn: 'dashed', colour: '--off' },
  failed: {
    from: [0.8, 2.8],
    path: 'l4.4 6.4m0-6.4l-4.4 6.4',
    drawn: 'outlined',
    colour: '--failed',
  },
};

/** The path of a mark whose box begins `left` px from the left. */
export function pathOfMark({ from: [x, y], path }: OutcomeShape, left: number): string {
  return `M${left + x} ${y}${path}`;
}

/** How an SVG path with this shape is painted. */
export function paintOfMark({ drawn, colour }: OutcomeShape): SVGAttributes<SVGPathElement> {
  if (drawn === 'filled') return { fill: `var(${colour})` };
  return {
    fill: 'none',
    stroke: `var(${colour})`,
    strokeWidth: OUTLINE_WIDTH,
    ...(drawn === 'dashed' ? { strokeDasharray: DASHES } : {}),
  };
}

/** The mark of an outcome; decoration, because the word stands beside it. */
export function OutcomeMark({ kind }: { readonly kind: OutcomeKind }): ReactNode {
  const shape = OUTCOME_SHAPES[kind];
  return (
    <svg
      aria-hidden="true"
      width={MARK_WIDTH}
      height={MARK_HEIGHT}
      viewBox={`0 0 ${MARK_WIDTH} ${MARK_HEIGHT}`}
    >
      <path d={pathOfMark(shape, 0)} {...paintOfMark(shape)} />
    </svg>
  );
}

type Shown = Pick<Attempt, 'outcome' | 'planned'>;

/** What came of the handshake of an attempt, with its mark: `Resumed · TLS 1.3 ticket, planned`. */
export function ReuseText({ attempt }: { readonly attempt: Shown | null }): ReactNode {
  if (attempt === null) return NOTHING;
  const { outcome, planned } = attempt;
  const details = [outcomeDetail(outcome), planned ? 'planned' : null];
  const detail = details.filter((part) => part !== null).join(', ') || null;
  return (
    <MarkedOutcome
      kind={outcome.kind}
      detail={detail}
      {...(planned ? { explanation: PLANNED_SENTENCE } : {})}
    />
  );
}

interface MarkedOutcomeProps {
  readonly kind: OutcomeKind;
  /** What its word leaves open. */
  readonly detail: string | null;
  /** What hovering says beside that. */
  readonly explanation?: string;
}

/** An outcome's mark, its word, and what goes on after that. */
export function MarkedOutcome({ kind, detail, explanation }: MarkedOutcomeProps): ReactNode {
  const word = OUTCOME_WORDS[kind];
  const text = detail === null ? word : `${word} · ${detail}`;
  return (
    <span
      className={styles.reuse}
      title={explanation === undefined ? text : `${text} (${explanation})`}
    >
      <OutcomeMark kind={kind} />
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

type StateKind = ConnectionState['kind'];

/** A ring, part of it filled, or a sign: every state has a shape of its own. */
const SHAPES: Record<StateKind | 'unknown', ReactNode> = {
  idle: <circle cx="6" cy="6" r="4.5" fill="var(--good)" />,
  polling: (
    <>
      <circle cx="6" cy="6" r="3.9" fill="none" stroke="var(--good)" strokeWidth="1.4" />
      <circle cx="6" cy="6" r="2" fill="var(--good)" />
    </>
  ),
  connecting: (
    <>
      <circle cx="6" cy="6" r="3.9" fill="none" stroke="var(--neutral)" strokeWidth="1.4" />
      <circle cx="6" cy="6" r="1.6" fill="var(--neutral)" />
    </>
  ),
  retrying: (
    <>
      <circle cx="6" cy="6" r="3.9" fill="none" stroke="var(--waiting)" strokeWidth="1.4" />
      <path d="M6 2a4 4 0 0 1 0 8z" fill="var(--waiting)" />
    </>
  ),
  offline: (
    <>
      <circle cx="6" cy="6" r="3.9" fill="none" stroke="var(--neutral)" strokeWidth="1.4" />
      <path d="M3 9l6-6" stroke="var(--neutral)" strokeWidth="1.4" />
    </>
  ),
  paused: <path d="M3 2h2.2v8H3zM6.8 2H9v8H6.8z" fill="var(--neutral)" />,
  'sign-in-failed': (
    <path d="M2.2 2.2l7.6 7.6M9.8 2.2 2.2 9.8" stroke="var(--bad)" strokeWidth="2.2" />
  ),
  'certificate-problem': (
    <path
      d="M6 .8 11.6 11H.4zM5.3 4.4l.2 3.2h1l.2-3.2zM5.4 8.4v1.2h1.2V8.4z"
      fill="var(--bad)"
      fillRule="evenodd"
    />
  ),
  failed: (
    <path
      d="M2 2h8v8H2zM5.3 3.2l.2 3.6h1l.2-3.6zM5.4 7.6v1.2h1.2V7.6z"
      fill="var(--bad)"
      fillRule="evenodd"
    />
  ),
  unknown: (
    <circle
      cx="6"
      cy="6"
      r="3.9"
      fill="none"
      stroke="var(--neutral)"
      strokeWidth="1.4"
      strokeDasharray="2 1.6"
    />
  ),
};

/** The mark of a connection's or an account's state; `null` is one that has not been heard from. */
export function StateMark({ kind }: { readonly kind: StateKind | null }): ReactNode {
  return (
    <svg aria-hidden="true" width="12" height="12" viewBox="0 0 12 12">
      {SHAPES[kind ?? 'unknown']}
    </svg>
  );
}
