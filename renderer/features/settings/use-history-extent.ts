import { useEffect, useState } from 'react';
import type { HistoryExtent } from '../../../shared/history.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { toastIfFailed } from '../../ui/toasts.ts';

/**
 * How much history there is; `null` until it is known.
 *
 * @param occasion it is read anew when this changes
 */
export function useHistoryExtent(occasion: string): HistoryExtent | null {
  const api = useEngineApi();
  const [extent, setExtent] = useState<HistoryExtent | null>(null);
  useEffect(() => {
    let isCurrent = true;
    const read = async () => {
      const found = await api.getHistoryExtent();
      if (isCurrent) setExtent(found);
    };
    void toastIfFailed('Could not read the size of the history', read());
    return () => {
      isCurrent = false;
    };
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- what is read has changed with it
  }, [api, occasion]);
  return extent;
}
