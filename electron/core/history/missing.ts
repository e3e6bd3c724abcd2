import type { NoticeBoard } from '../state/index.ts';

const NOTICE = 'history:missing';

/** Counts handshakes that could not be recorded, and says so: nothing is missing silently. */
export class Missing {
  readonly #notices: NoticeBoard;
  #count = 0;
  #isFailing = false;

  constructor(notices: NoticeBoard) {
    this.#notices = notices;
  }

  /** Since the program started. */
  get count(): number {
    return this.#count;
  }

  /** So many could not be recorded. @param why the reason, and what to do; to stand after a colon */
  add(handshakes: number, why: string): void {
    this.#count += handshakes;
    this.#isFailing = true;
    this.#notices.post(
      NOTICE,
      'error',
      `The history is not being recorded: ${why}. ${this.#missing} Everything else goes on.`,
    );
  }

  /** It can be written again. */
  recovered(): void {
    if (!this.#isFailing) return;
    this.#isFailing = false;
    this.#notices.post(NOTICE, 'warning', `The history is recorded again. ${this.#missing}`);
  }

  get #missing(): string {
    if (this.#count === 0) return 'No handshake is missing in it.';
    return this.#count === 1
      ? 'One handshake is missing in it.'
      : `${String(this.#count)} handshakes are missing in it.`;
  }
}
