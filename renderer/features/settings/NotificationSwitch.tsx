import type { ReactNode } from 'react';
import { useEngine } from '../../engine/store.ts';
import { Button } from '../../ui/Button.tsx';
import { Switch } from '../../ui/Switch.tsx';
import { toastFailure } from '../../ui/toasts.ts';
import { askPermission, usePermission } from '../notifications/permission.ts';
import { notificationHint } from './notification-words.ts';
import { SettingRow } from './SettingRow.tsx';
import { useChangeSettings } from './use-change-settings.ts';
import styles from './Settings.module.css';

const NAME = 'Desktop notifications';

/** Opts in to notifications, for which the browser asks its user then and not before. */
export function NotificationSwitch(): ReactNode {
  const isOn = useEngine(({ settings }) => settings.notifications);
  const shell = useEngine(({ app }) => app.shell);
  const permission = usePermission();
  const change = useChangeSettings();
  const hint = notificationHint(isOn, permission, shell, window.location.host);

  const toggle = async (on: boolean) => {
    // Off is always possible; on only where a notification could be shown.
    const answer = on ? await askPermission() : null;
    if (answer === null || answer === 'granted') await change({ notifications: on });
    else if (answer === 'default') sayUnanswered();
  };
  return (
    <SettingRow
      name={NAME}
      explanation="When a sign-in fails and when a certificate ends within 14 days: once for each, while a page of Reprise is open."
      control={
        <Switch
          label={NAME}
          checked={isOn}
          disabled={permission === 'unsupported' && !isOn}
          onChange={(on) => void toggle(on)}
        />
      }
    >
      {hint !== null && <p className={styles.warning}>{hint}</p>}
      {isOn && permission === 'default' && (
        <Button onClick={() => void askPermission()}>Ask the browser</Button>
      )}
    </SettingRow>
  );
}

function sayUnanswered(): void {
  toastFailure({
    title: 'Notifications stay off',
    description:
      'The browser got no answer to its question. Switch them on again to be asked again.',
  });
}
