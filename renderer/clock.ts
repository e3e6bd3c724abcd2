/** One tick a second for everything that counts time, only while something on the page does. */
import { useSyncExternalStore } from 'react';

const SECOND = 1000;

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | undefined;
let now = Date.now();

function tick(): void {
  now = Date.now();
  // Aligned to whole seconds: all cells change together, and late timers do not add up.
  timer = setTimeout(tick, SECOND - (now % SECOND));
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
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
