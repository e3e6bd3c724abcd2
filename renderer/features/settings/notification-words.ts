import type { AppFacts } from '../../../shared/model.ts';
import type { Permission } from '../notifications/permission.ts';

/**
 * What stands in the way of notifications and what to do about it; `null` where nothing does.
 *
 * @param host the page's own, which browsers name in their settings
 */
export function notificationHint(
  isOn: boolean,
  permission: Permission,
  shell: AppFacts['shell'],
  host: string,
): string | null {
  switch (permission) {
    case 'granted':
      return null;
    case 'unsupported':
      return 'This browser cannot show notifications. Open Reprise in another one.';
    case 'denied':
      return shell === 'electron'
        ? 'Your system blocks notifications of Reprise. Allow them in its settings, then switch this on.'
        : `Your browser blocks notifications from ${host}. Allow them in its settings for this site, behind the icon to the left of the address${isOn ? '' : ', then switch this on'}.`;
    case 'default':
      return isOn ? `Nothing is shown yet: this browser has not been asked for ${host}.` : null;
  }
}
