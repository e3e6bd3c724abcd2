import { useEffect, useState } from 'react';
import type { SystemTrust } from '../../../shared/contract.ts';
import type { Account } from '../../../shared/model.ts';
import { useEngineApi } from '../../engine/engine-api.ts';

/**
 * What the system's authorities say of the server of an account that trusts one certificate alone;
 * `null` while that is not known. A look of its own, without a login.
 */
export function useSystemTrust({ id, trust }: Account): SystemTrust | null {
  const api = useEngineApi();
  const [found, setFound] = useState<SystemTrust | null>(null);
  const isPinned = trust.kind === 'pin';
  useEffect(() => {
    if (!isPinned) return;
    let isWanted = true;
    const look = async () => {
      try {
        const answer = await api.checkSystemTrust(id);
        if (isWanted) setFound(answer);
      } catch {
        // The account was removed or the engine is away: the page says so elsewhere, and the
        // choice that this would add is not offered.
      }
    };
    void look();
    return () => {
      isWanted = false;
    };
  }, [api, id, isPinned]);
  return found;
}
