/** Draws stacked bars on a canvas; every length is in px of the canvas. */
import type uPlot from 'uplot';
import type { HistoryView } from '../../../../shared/history.ts';
import type { OutcomeKind } from '../../../../shared/model.ts';
import { OUTCOME_SHAPES } from '../../../ui/marks/outcome-shape.ts';
import { STACK, stackOf } from './bars.ts';
import { TEXTURE_DASHES, TEXTURES, TILE, TILE_LINE } from './textures.ts';

/** What bars are painted with; made once for a theme and a resolution. */
export type Paints = Readonly<
  Record<OutcomeKind, { readonly colour: string; readonly lines: CanvasPattern | null }>
>;

/** @param ratio px of the canvas in a px of the page */
export function paintsOf(style: CSSStyleDeclaration, ratio: number): Paints {
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
export function drawBars(plot: uPlot, view: HistoryView, paints: Paints, ratio: number): void {
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
