import type { ReactNode } from 'react';
import type { OutcomeKind } from '../../shared/model.ts';
import { DASHES, MARK_HEIGHT, MARK_WIDTH, OUTCOME_SHAPES, OUTLINE_WIDTH } from './outcome-shape.ts';

/** The mark of an outcome; decoration, because the word stands beside it. */
export function OutcomeMark({ kind }: { readonly kind: OutcomeKind }): ReactNode {
  const { path, drawn, colour } = OUTCOME_SHAPES[kind];
  const paint =
    drawn === 'filled'
      ? { fill: `var(${colour})` }
      : {
          fill: 'none',
          stroke: `var(${colour})`,
          strokeWidth: OUTLINE_WIDTH,
          ...(drawn === 'dashed' ? { strokeDasharray: DASHES.join(' ') } : {}),
        };
  return (
    <svg
      aria-hidden="true"
      width={MARK_WIDTH}
      height={MARK_HEIGHT}
      viewBox={`0 0 ${MARK_WIDTH} ${MARK_HEIGHT}`}
    >
      <path d={path} {...paint} />
    </svg>
  );
}
