import { store } from '../../engine/store.ts';
import { openHelp } from '../attention/act.ts';
import { accountItems } from '../attention/attention.ts';
import { takeUp, type Memory, type Told } from './events.ts';
import { readPermission } from './permission.ts';

/** Trouble is no more urgent than that, and looking at every account is not for every patch. */
const LOOK_EVERY_MS = 2000;

/** Outlives a reload, so that nothing is said twice. */
const KEY = 'reprise:notified';

/**
 * Shows a notification for each failed sign-in and each certificate that ends, once, while the user
 * has opted in. Called once, at the start.
 */
export function watchNotifications(): void {
  let seenAt: Memory['seenAt'] = new Map();
  setInterval(() => {
    const { engine, link } = store.getState();
    if (engine?.settings.notifications !== true || link !== 'live') {
      seenAt = new Map();
      return;
    }
    if (readPermission() !== 'granted') return;
    // Read anew each time: another tab of the same page may have said something meanwhile.
    const before = { seenAt, told: readTold() };
    const items = accountItems(engine, Date.now());
    const { memory, show } = takeUp(before, items, engine, performance.now());
    ({ seenAt } = memory);
    if (memory.told.join() !== before.told.join()) {
      localStorage.setItem(KEY, JSON.stringify(memory.told));
    }
    for (const told of show) notify(told);
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

/** What was written by this page; anything else counts as nothing. */
function readTold(): readonly string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(stored) ? stored.filter((key) => typeof key === 'string') : [];
  } catch {
    // A SyntaxError: somebody else has written there.
    return [];
  }
}
