import { useCallback, useEffect, useRef, useState } from 'react';
import type { HistoryQuery, HistoryView } from '../../../shared/history.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { store } from '../../engine/store.ts';
import { errorMessage } from '../../ui/call.tsx';

/** What a refresher works with. */
interface RefresherDeps {
  /** Asks the engine. */
  readonly load: () => Promise<HistoryView>;
  readonly onView: (view: HistoryView) => void;
  readonly onError: (error: unknown) => void;
  /** Calls back once after a time in ms. @returns what takes that back */
  readonly after: (ms: number, run: () => void) => () => void;
  readonly now: () => number;
}

/** Between an answer and the next question: a thousand handshakes a second must not ask as often. */
export const PAUSE_MS = 2000;
/** So much after a bucket's end the engine's clock agrees that it has ended. */
const LATE_MS = 100;

/**
 * Keeps a view fresh: asks again soon after something has happened, and when a bucket has ended. One
 * question at a time; what happens meanwhile is asked for once, later.
 */
export class Refresher {
  readonly #deps: RefresherDeps;
  #state: 'idle' | 'asking' | 'stopped' = 'idle';
  #isStale = false;
  #isPausing = false;
  #cancelTimer: () => void = () => {};

  constructor(deps: RefresherDeps) {
    this.#deps = deps;
  }

  /** Asks at once, whatever the pause. */
  start(): void {
    if (this.#state === 'idle') void this.#ask();
    else this.#isStale = true;
  }

  /** Something has happened that the view does not show yet. */
  touch(): void {
    this.#isStale = true;
    if (this.#state === 'idle' && !this.#isPausing) void this.#ask();
  }

  /** Asks no more; an answer that is under way is dropped. */
  stop(): void {
    this.#state = 'stopped';
    this.#cancelTimer();
  }

  /** Never rejects. */
  async #ask(): Promise<void> {
    this.#cancelTimer();
    this.#state = 'asking';
    this.#isStale = false;
    let endsAt: number | null = null;
    try {
      const view = await this.#deps.load();
      if (this.#isStopped()) return;
      endsAt = view.toAt;
      this.#deps.onView(view);
    } catch (error) {
      if (this.#isStopped()) return;
      this.#deps.onError(error);
    }
    this.#state = 'idle';
    this.#pause(endsAt);
  }

  /** Then asks for what has happened, or waits for the end of the bucket. */
  #pause(endsAt: number | null): void {
    this.#isPausing = true;
    this.#cancelTimer = this.#deps.after(PAUSE_MS, () => {
      this.#isPausing = false;
      if (this.#isStale) void this.#ask();
      else if (endsAt !== null) this.#waitUntil(endsAt);
    });
  }

  #waitUntil(at: number): void {
    const left = Math.max(0, at - this.#deps.now()) + LATE_MS;
    this.#cancelTimer = this.#deps.after(left, () => void this.#ask());
  }

  #isStopped(): boolean {
    return this.#state === 'stopped';
  }
}

/** What is known at the moment. */
interface HistoryState {
  /** The latest that came; of another question until the answer to the new one is there. */
  readonly view: HistoryView | null;
  /** Why there is no newer one. */
  readonly problem: string | null;
  readonly tryAgain: () => void;
}

/** Asks for the figures and keeps them fresh while the screen is shown. */
export function useHistory({ range, account }: HistoryQuery): HistoryState {
  const api = useEngineApi();
  const refresher = useRef<Refresher>(null);
  const [view, setView] = useState<HistoryView | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  useEffect(() => {
    const current = new Refresher({
      load: () => api.getHistory({ range, account }),
      onView: (view) => {
        setView(view);
        setProblem(null);
      },
      onError: (error) => {
        setProblem(errorMessage(error));
      },
      after: (ms, run) => {
        const timer = setTimeout(run, ms);
        return () => {
          clearTimeout(timer);
        };
      },
      now: Date.now,
    });
    refresher.current = current;
    current.start();
    // Past React: the totals change with every handshake, and nothing here shows them.
    const leave = store.subscribe(({ engine }, before) => {
      if (engine?.totals !== before.engine?.totals) current.touch();
    });
    return () => {
      leave();
      current.stop();
    };
  }, [api, range, account]);

  const tryAgain = useCallback(() => {
    refresher.current?.start();
  }, []);
  return { view, problem, tryAgain };
}
