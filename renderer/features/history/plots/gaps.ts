/** Where nothing is known, as runs of buckets. Pure. */
import uPlot from 'uplot';
import type { HistoryBucket, HistoryView } from '../../../../shared/history.ts';
import { scaledFont, type PlotLook } from './Plot.tsx';

/** Buckets next to each other of which nothing is known. */
interface Gap {
  /** The first of them, from 0. */
  readonly first: number;
  /** The last of them. */
  readonly last: number;
  readonly fromAt: number;
  readonly toAt: number;
}

/** All gaps of a view, oldest first. */
export function gapsOf({ buckets }: HistoryView): readonly Gap[] {
  const gaps: Gap[] = [];
  buckets.forEach(({ isGap, startAt, lengthMs }, index) => {
    if (!isGap) return;
    const toAt = startAt + lengthMs;
    const before = gaps.at(-1);
    if (before?.last === index - 1) {
      gaps[gaps.length - 1] = { ...before, last: index, toAt };
    } else {
      gaps.push({ first: index, last: index, fromAt: startAt, toAt });
    }
  });
  return gaps;
}

/** What a gap is called in the charts, where there is room. */
const GAP_NAME = 'closed or asleep';

/** What a gap means, as a sentence. */
export const GAP_SENTENCE = 'Reprise was closed, or the machine asleep: nothing is known.';

/** Room on both sides of a name. */
const MARGIN = 6;

interface Place {
  readonly left: number;
  readonly width: number;
}

/** Hooks that mark where nothing is known, beneath everything else, and name it where there is room. */
export function gapHooks(
  look: PlotLook,
  view: () => HistoryView,
): Required<Pick<uPlot.Hooks.Arrays, 'drawClear' | 'drawAxes'>> {
  const surface = look.style.getPropertyValue('--gap');
  return {
    drawClear: [
      ({ ctx, bbox }) => {
        ctx.fillStyle = surface;
        for (const { left, width } of placesOf(bbox, view())) {
          ctx.fillRect(left, bbox.top, width, bbox.height);
        }
      },
    ],
    drawAxes: [
      ({ ctx, bbox }) => {
        const ratio = uPlot.pxRatio;
        ctx.save();
        ctx.font = scaledFont(look, ratio);
        ctx.textAlign = 'center';
        ctx.textBaseline = 'middle';
        const middle = bbox.top + bbox.height / 2;
        const room = ctx.measureText(GAP_NAME).width + 2 * MARGIN * ratio;
        for (const { left, width } of placesOf(bbox, view())) {
          if (room > width) continue;
          // No line of the grid goes through the words.
          ctx.fillStyle = surface;
          ctx.fillRect(left + (width - room) / 2, middle - 10 * ratio, room, 20 * ratio);
          ctx.fillStyle = look.text;
          ctx.fillText(GAP_NAME, left + width / 2, middle);
        }
        ctx.restore();
      },
    ],
  };
}

function placesOf(bbox: uPlot.BBox, view: HistoryView): Place[] {
  const pitch = bbox.width / view.buckets.length;
  return gapsOf(view).map(({ first, last }) => {
    const left = Math.round(bbox.left + pitch * first);
    const right = Math.round(bbox.left + pitch * (last + 1));
    return { left, width: right - left };
  });
}

/** A bucket, or a whole gap. */
type Row =
  | { readonly kind: 'bucket'; readonly bucket: HistoryBucket }
  | { readonly kind: 'gap'; readonly gap: Gap };

/** Newest first: what is looked for is mostly what happened last. */
export function rowsOf(view: HistoryView): readonly Row[] {
  const gaps = gapsOf(view);
  return view.buckets
    .flatMap((bucket, index): Row[] => {
      if (!bucket.isGap) return [{ kind: 'bucket', bucket }];
      const gap = gaps.find(({ first }) => first === index);
      return gap === undefined ? [] : [{ kind: 'gap', gap }];
    })
    .toReversed();
}
