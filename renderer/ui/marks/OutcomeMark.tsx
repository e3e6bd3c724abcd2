import type { ReactNode } from 'react';
import type { OutcomeKind } from '../../../shared/model.ts';
import {
  MARK_HEIGHT,
  MARK_WIDTH,
  OUTCOME_SHAPES,
  paintOfMark,
  pathOfMark,
} from './outcome-shape.ts';

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
