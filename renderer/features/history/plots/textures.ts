/** How an outcome is filled where it is an area: told apart without colour. Pure. */
import type { OutcomeKind } from '../../../../shared/model.ts';

/** Of an outcome's own colour throughout; see `ui/outcome-shape.ts` for marks. */
export interface Texture {
  /** How much of the colour lies under everything, from 0 to 1. */
  readonly tint: number;
  /** Lines in a tile of {@link TILE} by {@link TILE} that is repeated; `null` for none. */
  readonly lines: string | null;
  readonly outline: 'solid' | 'dashed' | null;
}

/** Width and height of a tile, in px. */
export const TILE = 6;
/** Width of its lines, in px. */
export const TILE_LINE = 1.6;
/** Dashes of an outline, in px. */
export const TEXTURE_DASHES = [3, 2];

// They go on beyond the tile, so that they meet the next one's.
const RISING = 'M-2 8 8-2M-2 2 2-2M4 8 8 4';
const FALLING = 'M-2-2 8 8M-2 4 2 8M4-2 8 2';

export const TEXTURES: Record<OutcomeKind, Texture> = {
  resumed: { tint: 1, lines: null, outline: null },
  full: { tint: 0.12, lines: null, outline: 'solid' },
  refused: { tint: 0.24, lines: RISING, outline: null },
  off: { tint: 0.06, lines: null, outline: 'dashed' },
  failed: { tint: 0.3, lines: `${RISING}${FALLING}`, outline: null },
};
