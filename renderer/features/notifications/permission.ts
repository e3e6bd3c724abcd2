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
  for (const listener of listeners) listener();
  return readPermission();
}

const listeners = new Set<() => void>();
let watched: Promise<PermissionStatus> | null = null;

/** Tells of changes, which a user makes outside of the page. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  watched ??= watch();
  return () => {
    listeners.delete(listener);
  };
}

async function watch(): Promise<PermissionStatus> {
  const status = await navigator.permissions.query({ name: 'notifications' });
  status.addEventListener('change', () => {
    for (const listener of listeners) listener();
  });
  return status;
}

/** What holds now, kept up to date. */
export function usePermission(): Permission {
  return useSyncExternalStore(subscribe, readPermission);
}
