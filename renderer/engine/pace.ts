/** How long a value waits for a frame at most, in ms: a window that is covered may have none. */
const LATEST_MS = 250;

/** What it needs of a page. */
export type PacingPage = Pick<
  Window,
  'requestAnimationFrame' | 'cancelAnimationFrame' | 'setTimeout' | 'clearTimeout'
> & { readonly document: Pick<Document, 'hidden'> };

/**
 * Shows at most one value a frame, the latest. What comes between frames is shown after the frame's
 * scroll events: those read positions, and had the page been changed before them, it would have to
 * be laid out twice. A hidden page, which has no frames, shows everything at once.
 */
export function oncePerFrame<Value>(
  show: (value: Value) => void,
  page: PacingPage = window,
): (value: Value) => void {
  let waiting: { readonly value: Value; readonly frame: number; readonly timer: number } | null =
    null;

  const flush = () => {
    if (waiting === null) return;
    const { value, frame, timer } = waiting;
    waiting = null;
    page.cancelAnimationFrame(frame);
    page.clearTimeout(timer);
    show(value);
  };

  return (value) => {
    waiting = {
      value,
      frame: waiting?.frame ?? page.requestAnimationFrame(flush),
      timer: waiting?.timer ?? page.setTimeout(flush, LATEST_MS),
    };
    if (page.document.hidden) flush();
  };
}
