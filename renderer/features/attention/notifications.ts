/** Whether the browser lets this page notify. Nobody is asked before they opt in. */
import { useSyncExternalStore } from 'react';
import type { AccountId } from '../../../shared/model.ts';
import type { EngineState } from '../../engine/engine-state.ts';
import { openEditForm, openSignIn, store } from '../../engine/store.ts';
import { isolate } from '../../format.ts';
import { toastFailure } from '../../ui/toasts.tsx';
import { openHelp } from './act.ts';
import { accountItems } from './attention.ts';
import { takeUp, type Memory, type Told } from './notification-events.ts';

export type Permission = NotificationPermission | 'unsupported';

/** What holds now. */
function readPermission(): Permission {
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

/** Trouble is no more urgent than that, and looking at every account is not for every patch. */
const LOOK_EVERY_MS = 2000;

/**
 * Shows a notification for each failed sign-in and each certificate that ends, once, while the user
 * has opted in. Called once, at the start.
 *
 * @param remember keeps what was told of among the settings: pages come and go, and are several
 */
export function watchNotifications(remember: (notified: Memory['told']) => Promise<void>): void {
  let seenAt: Memory['seenAt'] = new Map();
  let told: Memory['told'] = [];
  setInterval(() => {
    const { engine, link } = store.getState();
    if (engine?.settings.notifications !== true || link !== 'live') {
      seenAt = new Map();
      return;
    }
    if (readPermission() !== 'granted') return;
    // What other pages told of counts as well, and what this one did also where it cannot be kept.
    const before = { seenAt, told: [...new Set([...engine.settings.notified, ...told])] };
    const items = accountItems(engine, Date.now());
    const { memory, show } = takeUp(before, items, engine, performance.now());
    ({ seenAt, told } = memory);
    if (told.join() !== before.told.join()) {
      // Where that fails, another page may say the same again.
      remember(told).catch(() => undefined);
    }
    for (const news of show) notify(news);
  }, LOOK_EVERY_MS);
}

function notify({ key, title, body, action }: Told): void {
  // The tag makes the same thing one notification, should two tabs show it at once.
  const notification = new Notification(title, { body, tag: key });
  notification.addEventListener('click', () => {
    window.focus();
    openHelp(action);
    notification.close();
  });
}

/** The accounts whose sign-in failed between two states; none on first sight. */
export function newlyRefused(before: EngineState | null, after: EngineState): AccountId[] {
  if (before === null || before.summaries === after.summaries) return [];
  const refused: AccountId[] = [];
  for (const [id, { state }] of after.summaries) {
    if (state === 'sign-in-failed' && before.summaries.get(id)?.state !== state) refused.push(id);
  }
  return refused;
}

/** Says so when an account's sign-in fails: it is not retried until its user acts. */
export function watchSignIns(): void {
  store.subscribe(({ engine }, before) => {
    if (engine === null || engine === before.engine) return;
    for (const id of newlyRefused(before.engine, engine)) {
      const account = engine.accounts.get(id);
      const label = account?.label ?? '';
      const isInBrowser = account?.signIn.kind === 'oauth';
      const problem = engine.summaries.get(id)?.problem;
      toastFailure({
        id: `sign-in ${id}`,
        title: `Sign-in failed for ${isolate(label)}`,
        description: problem?.message ?? 'The server refused the user name or the password.',
        action: isInBrowser
          ? {
              label: 'Sign in again',
              run: () => {
                openSignIn(id);
              },
            }
          : {
              label: 'Edit account',
              run: () => {
                openEditForm(id);
              },
            },
      });
    }
  });
}
