/** The geometry of stacked bars. Pure; px of the screen or of a canvas, as the caller likes. */
import uPlot from 'uplot';
import type { HistoryFigures, HistoryView } from '../../../../shared/history.ts';
import type { OutcomeKind } from '../../../../shared/model.ts';
import { formatCount } from '../../../format.ts';
import { OUTCOME_SHAPES } from '../../../ui/marks.tsx';
import { gapHooks } from './gaps.ts';
import { middles } from './lines.ts';
import { frameOptions, type PlotKind, type PlotLook } from './Plot.tsx';

/** What stands on what, from the bottom up; also the order of the words. */
export const STACK: readonly OutcomeKind[] = ['resumed', 'full', 'refused', 'off', 'failed'];

/** One outcome's part of a bar. */
interface Segment {
  readonly kind: OutcomeKind;
  /** From the foot of the bar to its own foot. */
  readonly from: number;
  readonly height: number;
}

/** Handshakes of every outcome together. */
export function countAll(figures: HistoryFigures): number {
  return STACK.reduce((sum, kind) => sum + figures[kind], 0);
}

/**
 * The bar of a bucket. What happened at all is at least `leastPx` high: one failure among thousands
 * of handshakes is what somebody looks for.
 */
export function stackOf(
  figures: HistoryFigures,
  pxPerHandshake: number,
  leastPx: number,
): readonly Segment[] {
  let from = 0;
  return STACK.filter((kind) => figures[kind] > 0).map((kind) => {
    const height = Math.max(leastPx, Math.round(figures[kind] * pxPerHandshake));
    const segment = { kind, from, height };
    from += height;
    return segment;
  });
}

/** Below it a single handshake would fill the chart. */
const LEAST_TOP = 4;
/** Room above the highest bar. */
const HEADROOM = 1.06;

/** How many handshakes the count axis reaches up to. */
export function countTop({ buckets }: HistoryView): number {
  return Math.max(LEAST_TOP, ...buckets.map(countAll)) * HEADROOM;
}

/** Of an outcome's own colour throughout; see `ui/marks.tsx` for marks. */
interface Texture {
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

/** What bars are painted with; made once for a theme and a resolution. */
type Paints = Readonly<
  Record<OutcomeKind, { readonly colour: string; readonly lines: CanvasPattern | null }>
>;

/** @param ratio px of the canvas in a px of the page */
function paintsOf(style: CSSStyleDeclaration, ratio: number): Paints {
  const paints = STACK.map((kind) => {
    const colour = style.getPropertyValue(OUTCOME_SHAPES[kind].colour);
    const { lines } = TEXTURES[kind];
    return [kind, { colour, lines: lines === null ? null : tile(lines, colour, ratio) }];
  });
  return Object.fromEntries(paints) as Paints;
}

function tile(lines: string, colour: string, ratio: number): CanvasPattern | null {
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(TILE * ratio);
  canvas.height = canvas.width;
  const context = canvas.getContext('2d');
  if (context === null) return null;
  context.scale(canvas.width / TILE, canvas.width / TILE);
  context.strokeStyle = colour;
  context.lineWidth = TILE_LINE;
  context.stroke(new Path2D(lines));
  return context.createPattern(canvas, 'repeat');
}

/** Room between bars, as a share of a bucket. */
const BETWEEN = 0.2;
/** A wider one looks like a block. */
const WIDEST = 20;
/** What happened at all can be seen. */
const LEAST = 2;

/** Draws the bar of every bucket. */
function drawBars(plot: uPlot, view: HistoryView, paints: Paints, ratio: number): void {
  const { ctx, bbox } = plot;
  const foot = bbox.top + bbox.height;
  const pxPerHandshake = plot.valToPos(0, 'y', true) - plot.valToPos(1, 'y', true);
  const pitch = bbox.width / view.buckets.length;
  const room = Math.max(1, Math.round(pitch * BETWEEN));
  const width = Math.max(1, Math.min(Math.floor(pitch) - room, WIDEST * ratio));
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  view.buckets.forEach((bucket, index) => {
    const left = Math.round(bbox.left + pitch * (index + 0.5) - width / 2);
    for (const { kind, from, height } of stackOf(bucket, pxPerHandshake, LEAST * ratio)) {
      // A hair between one and the next.
      const clear = from > 0 && height > 2 * ratio ? Math.round(ratio) : 0;
      drawSegment(ctx, kind, paints, ratio, {
        left,
        top: foot - from - height,
        width,
        height: height - clear,
      });
    }
  });
  ctx.restore();
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

function drawSegment(
  ctx: CanvasRenderingContext2D,
  kind: OutcomeKind,
  paints: Paints,
  ratio: number,
  { left, top, width, height }: Box,
): void {
  const { colour, lines } = paints[kind];
  const { tint, outline } = TEXTURES[kind];
  // Too low for a texture: the colour alone, as full as it is.
  const isHair = height <= 3 * ratio;
  ctx.fillStyle = colour;
  ctx.globalAlpha = isHair ? 1 : tint;
  ctx.fillRect(left, top, width, height);
  ctx.globalAlpha = 1;
  if (isHair) return;
  if (lines !== null) {
    ctx.fillStyle = lines;
    ctx.fillRect(left, top, width, height);
  }
  if (outline !== null) {
    ctx.strokeStyle = colour;
    ctx.lineWidth = ratio;
    ctx.setLineDash(outline === 'dashed' ? TEXTURE_DASHES.map((dash) => dash * ratio) : []);
    ctx.strokeRect(left + ratio / 2, top + ratio / 2, width - ratio, height - ratio);
  }
}

/** Handshakes are whole. */
const INCREMENTS = [0, 1, 2, 3, 4, 5, 6].flatMap((power) =>
  [1, 2, 5].map((factor) => factor * 10 ** power),
);

/** Bars of handshakes by their outcome. */
export const countPlot: PlotKind = {
  data: (view) => [middles(view), view.buckets.map(countAll)],
  options: (look, view) => {
    const { x, xAxis, yAxis, ...frame } = frameOptions(look, () => [view().fromAt, view().toAt]);
    const paints = paintsAt(look);
    return {
      ...frame,
      scales: { x, y: { range: () => [0, countTop(view())] } },
      axes: [
        xAxis,
        { ...yAxis, incrs: INCREMENTS, values: (_, splits) => splits.map(formatCount) },
      ],
      series: [{}, { paths: () => null, points: { show: false } }],
      hooks: {
        ...gapHooks(look, view),
        draw: [
          (plot) => {
            drawBars(plot, view(), paints(uPlot.pxRatio), uPlot.pxRatio);
          },
        ],
      },
    };
  },
};

/** Made anew where the window has moved to a screen of another resolution. */
function paintsAt(look: PlotLook): (ratio: number) => Paints {
  let made: { readonly ratio: number; readonly paints: Paints } | null = null;
  return (ratio) => {
    if (made?.ratio !== ratio) made = { ratio, paints: paintsOf(look.style, ratio) };
    return made.paints;
  };
}
