/** One tick a second for everything that counts time, only while something on the page does. */
import { useSyncExternalStore } from 'react';
import { store } from './engine/store.ts';

const SECOND = 1000;

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | undefined;
let now = Date.now();

function tick(): void {
  // While the engine is away, nobody knows whether what was up still is: its time stands still.
  if (store.getState().link !== 'away') now = Date.now();
  // Aligned to whole seconds: all cells change together, and late timers do not add up.
  timer = setTimeout(tick, SECOND - (now % SECOND));
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) now = Date.now();
  listeners.add(listener);
  if (listeners.size === 1) tick();
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) clearTimeout(timer);
  };
}

/** Milliseconds since the epoch, renewed once a second; renders only the component that asks. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}
