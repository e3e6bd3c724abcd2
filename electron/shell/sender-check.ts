/** Who may have a port to the engine. */

/** What is known of the frame that asks. */
export interface AskingFrame {
  /** As Electron spells it; `null` for sandboxed frames. */
  readonly origin: string;
  /** Names the frame among all of its process; a new document gets a new one. */
  readonly frameToken: string;
  /** `null` for a main frame. */
  readonly parent: unknown;
}

/**
 * Whether it is the main frame of our own window, showing our own page. A frame inside of it, a
 * page that the window was led away to, or another window's page gets nothing.
 *
 * @param sender the frame that asks; `null` where it is gone already
 * @param mainFrame the window's own
 */
export function mayHavePort(
  sender: AskingFrame | null,
  mainFrame: AskingFrame,
  pageOrigin: string,
): boolean {
  return (
    sender !== null &&
    sender.parent === null &&
    sender.frameToken === mainFrame.frameToken &&
    sender.origin === pageOrigin
  );
}
