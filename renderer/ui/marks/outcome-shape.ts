import type { SVGAttributes } from 'react';
import type { OutcomeKind } from '../../../shared/model.ts';

/** Width of an outcome's mark, in px. */
export const MARK_WIDTH = 6;
/** Height of an outcome's mark, in px. */
export const MARK_HEIGHT = 12;

/** How an outcome is drawn: told apart by shape alone, and by colour as well. */
export interface OutcomeShape {
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
