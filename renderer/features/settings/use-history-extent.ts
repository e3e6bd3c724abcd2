import { useEffect, useState } from 'react';
import type { HistoryExtent } from '../../../shared/history.ts';
import type { HistoryDays } from '../../../shared/settings.ts';
import { useEngineApi } from '../../engine-api.ts';
import { attempt } from '../../ui/toasts.ts';

/** How much history there is, read anew when its length was changed; `null` while it is not known. */
export function useHistoryExtent(days: HistoryDays): HistoryExtent | null {
  const api = useEngineApi();
  const [known, setKnown] = useState<{
    readonly of: HistoryDays;
    readonly extent: HistoryExtent;
  }>();
  useEffect(() => {
    let isCurrent = true;
    const read = async () => {
      const extent = await api.getHistoryExtent();
      if (isCurrent) setKnown({ of: days, extent });
    };
    void attempt('Could not read the size of the history', read());
    return () => {
      isCurrent = false;
    };
  }, [api, days]);
  return known?.of === days ? known.extent : null;
}
