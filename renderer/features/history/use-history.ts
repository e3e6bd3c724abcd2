import { useCallback, useEffect, useRef, useState } from 'react';
import type { HistoryQuery, HistoryView } from '../../../shared/history.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { store } from '../../engine/store.ts';
import { errorMessage } from '../../ui/toasts.ts';
import { Refresher } from './refresher.ts';

/** What is known at the moment. */
export interface HistoryState {
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
