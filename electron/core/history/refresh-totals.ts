import type { Clock, Timer } from '../clock.ts';
import type { EngineState } from '../state/snapshot.ts';
import type { Tally } from './totals.ts';

/** A day's end moves with the time, not only with handshakes. */
const EVERY_MS = 60_000;

/** Shows the totals anew when the day that they are of has moved on, or when asked to. */
export function refreshTotals(
  state: EngineState,
  tally: Tally,
  clock: Clock,
): { show(): void; close(): void } {
  const show = (): void => {
    state.set('totals', tally.totals());
  };
  let timer: Timer;
  const later = (): void => {
    timer = clock.after(EVERY_MS, () => {
      if (tally.totals().since !== state.get('totals').since) show();
      later();
    });
  };
  later();
  return {
    show,
    close: () => {
      timer.cancel();
    },
  };
}
