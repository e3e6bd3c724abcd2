/** Whether the browser lets this page notify. Nobody is asked before they opt in. */
import { useSyncExternalStore } from 'react';

export type Permission = NotificationPermission | 'unsupported';

/** What holds now. */
export function readPermission(): Permission {
  return 'Notification' in window ? Notification.permission : 'unsupported';
}

/** Has the browser ask its user; to be called upon a click. Resolves with the answer. */
export async function askPermission(): Promise<Permission> {
  if (readPermission() !== 'default') return readPermission();
  await Notification.requestPermission();
  tell();
  return readPermission();
}

const listeners = new Set<() => void>();
let isWatching = false;

/** Tells of changes, which a user makes outside of the page. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (!isWatching) void watch();
  return () => {
    listeners.delete(listener);
  };
}

/** Never rejects. */
async function watch(): Promise<void> {
  isWatching = true;
  try {
    const status = await navigator.permissions.query({ name: 'notifications' });
    status.addEventListener('change', tell);
  } catch {
    // A TypeError, of a browser that tells nothing of this permission: then a reload shows the change.
  }
}

function tell(): void {
  for (const listener of listeners) listener();
}

/** What holds now, kept up to date. */
export function usePermission(): Permission {
  return useSyncExternalStore(subscribe, readPermission);
}
