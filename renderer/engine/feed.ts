import type { Patch, Snapshot } from '../../shared/state.ts';
import { applyPatch, fromSnapshot, type EngineState } from './engine-state.ts';

/** How many patches are kept while the whole state is under way; more mean that it is stuck. */
const MAX_WAITING = 64;

/** Folds the engine's patches into a state, and asks for the whole state where one was missed. */
export interface Feed {
  /** Asks for the whole state, now. */
  load(): Promise<void>;
  receive(patch: Patch): void;
}

/**
 * @param getState fetches the whole state
 * @param show takes each new state
 * @param lost is called when the whole state could not be had: the channel is of no use any more
 */
export function createFeed(
  getState: () => Promise<Snapshot>,
  show: (state: EngineState) => void,
  lost: (error: unknown) => void,
): Feed {
  let state: EngineState | null = null;
  let isLoading = false;
  /** Patches may overtake the whole state that they follow on. */
  let waiting: Patch[] = [];

  const load = async (): Promise<void> => {
    isLoading = true;
    try {
      state = fromSnapshot(await getState());
    } catch (error) {
      lost(error);
      return;
    } finally {
      isLoading = false;
    }
    const overtaking = waiting.toSorted((a, b) => a.version - b.version);
    waiting = [];
    for (const patch of overtaking) {
      const next: EngineState | 'gap' = applyPatch(state, patch);
      if (next === 'gap') {
        await load();
        return;
      }
      state = next;
    }
    show(state);
  };

  const receive = (patch: Patch): void => {
    if (isLoading || state === null) {
      if (waiting.length < MAX_WAITING) waiting.push(patch);
      return;
    }
    const next = applyPatch(state, patch);
    if (next === 'gap') {
      waiting.push(patch);
      void load();
      return;
    }
    if (next !== state) {
      state = next;
      show(next);
    }
  };

  return { load, receive };
}
