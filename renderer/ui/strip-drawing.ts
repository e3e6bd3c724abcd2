/** A strip of handshakes on a canvas: hundreds of marks cost one element. */
import type { OutcomeKind, StripMark } from '../../shared/model.ts';
import { OUTCOME_WORDS } from '../words.ts';
import { DASHES, MARK_HEIGHT, MARK_WIDTH, OUTCOME_SHAPES, OUTLINE_WIDTH } from './outcome-shape.ts';

/** From one mark to the next, in px. */
export const STRIDE = MARK_WIDTH + 2;

/** Draws `marks`, the newest at the right end of room for `length`; empty places are dots. */
export function drawStrip(
  canvas: HTMLCanvasElement,
  marks: readonly StripMark[],
  length: number,
): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const ratio = devicePixelRatio;
  canvas.width = Math.round(length * STRIDE * ratio);
  canvas.height = Math.round(MARK_HEIGHT * ratio);
  const style = getComputedStyle(canvas);
  const shown = marks.slice(-length);
  const empty = length - shown.length;

  context.fillStyle = style.getPropertyValue('--line-strong');
  for (let place = 0; place < empty; place += 1) {
    context.setTransform(ratio, 0, 0, ratio, place * STRIDE * ratio, 0);
    context.fillRect(2, MARK_HEIGHT / 2 - 1, 2, 2);
  }
  shown.forEach(({ kind }, index) => {
    context.setTransform(ratio, 0, 0, ratio, (empty + index) * STRIDE * ratio, 0);
    drawMark(context, kind, style);
  });
}

function drawMark(
  context: CanvasRenderingContext2D,
  kind: OutcomeKind,
  style: CSSStyleDeclaration,
): void {
  const { path, drawn, colour } = OUTCOME_SHAPES[kind];
  const shape = new Path2D(path);
  const paint = style.getPropertyValue(colour);
  if (drawn === 'filled') {
    context.fillStyle = paint;
    // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- a canvas is no array
    context.fill(shape);
    return;
  }
  context.strokeStyle = paint;
  context.lineWidth = OUTLINE_WIDTH;
  context.setLineDash(drawn === 'dashed' ? DASHES : []);
  context.stroke(shape);
}

/** The mark at `x` px of a strip with room for `length`; `null` where there is none. */
export function markAt(marks: readonly StripMark[], length: number, x: number): StripMark | null {
  const shown = marks.slice(-length);
  return shown[Math.floor(x / STRIDE) - (length - shown.length)] ?? null;
}

const ORDER: readonly OutcomeKind[] = ['resumed', 'full', 'refused', 'off', 'failed'];

/** What a strip shows, in words: `Last 12 handshakes: 9 resumed, 2 full handshake, 1 refused`. */
export function describeStrip(marks: readonly StripMark[]): string {
  if (marks.length === 0) return 'No handshakes yet';
  const parts = ORDER.map((kind) => ({
    kind,
    count: marks.filter((mark) => mark.kind === kind).length,
  }))
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) => `${count} ${OUTCOME_WORDS[kind].toLowerCase()}`);
  const heading = marks.length === 1 ? 'Last handshake' : `Last ${marks.length} handshakes`;
  return `${heading}: ${parts.join(', ')}`;
}
