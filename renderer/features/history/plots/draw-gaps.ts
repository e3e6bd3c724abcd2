/** Marks gaps on a canvas; every length is in px of the canvas. */
import uPlot from 'uplot';
import type { HistoryView } from '../../../../shared/history.ts';
import { GAP_NAMES, gapsOf } from './gaps.ts';
import { scaledFont, type PlotLook } from './plot-frame.ts';

/** Room on both sides of a name. */
const MARGIN = 6;

interface Place {
  readonly left: number;
  readonly width: number;
  readonly name: string;
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
        for (const { left, width, name } of placesOf(bbox, view())) {
          const room = ctx.measureText(name).width + 2 * MARGIN * ratio;
          if (room > width) continue;
          // No line of the grid goes through the words.
          ctx.fillStyle = surface;
          ctx.fillRect(left + (width - room) / 2, middle - 10 * ratio, room, 20 * ratio);
          ctx.fillStyle = look.text;
          ctx.fillText(name, left + width / 2, middle);
        }
        ctx.restore();
      },
    ],
  };
}

function placesOf(bbox: uPlot.BBox, view: HistoryView): Place[] {
  const pitch = bbox.width / view.buckets.length;
  return gapsOf(view).map(({ first, last, why }) => {
    const left = Math.round(bbox.left + pitch * first);
    const right = Math.round(bbox.left + pitch * (last + 1));
    return { left, width: right - left, name: GAP_NAMES[why] };
  });
}
