import { createContext, useContext } from 'react';
import type { EngineApi } from '../../shared/contract.ts';

/** The engine's calls, for every component below. */
export const EngineApiContext = createContext<EngineApi | null>(null);

/**
 * The engine's calls.
 *
 * @throws Error outside of {@link EngineApiContext}
 */
export function useEngineApi(): EngineApi {
  const api = useContext(EngineApiContext);
  if (api === null) throw new Error('No engine is provided here.');
  return api;
}
