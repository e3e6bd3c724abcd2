import type { OutcomeKind } from '../../shared/model.ts';

/** Width of an outcome's mark, in px. */
export const MARK_WIDTH = 6;
/** Height of an outcome's mark, in px. */
export const MARK_HEIGHT = 12;

/** How an outcome is drawn: told apart by shape alone, and by colour as well. */
export interface OutcomeShape {
  /** Path in a box of {@link MARK_WIDTH} by {@link MARK_HEIGHT}. */
  readonly path: string;
  readonly drawn: 'filled' | 'outlined' | 'dashed';
  /** The custom property that holds its colour. */
  readonly colour: string;
}

const OUTLINE = 'M.75.75h4.5v10.5H.75z';

export const OUTCOME_SHAPES: Record<OutcomeKind, OutcomeShape> = {
  resumed: { path: 'M0 0h6v12H0z', drawn: 'filled', colour: '--resumed' },
  full: { path: OUTLINE, drawn: 'outlined', colour: '--full' },
  refused: { path: 'M0 0h6v3L3 6l3 3v3H0z', drawn: 'filled', colour: '--refused' },
  off: { path: OUTLINE, drawn: 'dashed', colour: '--off' },
  failed: { path: 'M.8 2.8l4.4 6.4M5.2 2.8.8 9.2', drawn: 'outlined', colour: '--failed' },
};

/** Line width of outlined shapes, in px. */
export const OUTLINE_WIDTH = 1.5;
/** Dashes of {@link OutcomeShape.drawn} `dashed`, in px. */
export const DASHES = [2, 1.5];
