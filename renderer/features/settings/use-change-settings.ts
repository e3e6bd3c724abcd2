import { useCallback } from 'react';
import type { Settings } from '../../../shared/settings.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { toastIfFailed } from '../../ui/toasts.ts';

/** Changes settings, and says so where that fails. Resolves with whether it was done. */
export function useChangeSettings(): (change: Partial<Settings>) => Promise<boolean> {
  const api = useEngineApi();
  return useCallback(
    (change) => toastIfFailed('Could not change the setting', api.changeSettings(change)),
    [api],
  );
}
