import { useId, type ReactNode } from 'react';
import type { OutcomeKind } from '../../../shared/model.ts';
import { OUTCOME_SHAPES } from '../../ui/marks/outcome-shape.ts';
import type { TimeLine } from './plots/series.ts';
import { TEXTURE_DASHES, TEXTURES, TILE, TILE_LINE } from './plots/textures.ts';

const SIZE = 12;

/** How an outcome looks in the bars; decoration, because the word stands beside it. */
export function Swatch({ kind }: { readonly kind: OutcomeKind }): ReactNode {
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
export function LineSwatch({ of, figure }: TimeLine): ReactNode {
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
