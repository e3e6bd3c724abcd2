import { Fragment, useRef, type ReactNode } from 'react';
import type { ThemeChoice } from '../../../shared/settings.ts';
import { useEngine } from '../../engine/store.ts';
import { Button, Segmented } from '../../ui/controls.tsx';
import { copyOrSelect } from '../../ui/hand-over.ts';
import { toastFailure } from '../../ui/toasts.tsx';
import { protectionSentence } from '../../words.ts';
import { askPermission, usePermission } from '../attention/notifications.ts';
import { SettingRow, SwitchRow, useSetting } from './SettingRow.tsx';
import {
  dataFiles,
  keepExplanation,
  LOOK_UPS,
  notificationExplanation,
  notificationHint,
  readersSentence,
} from './words.ts';
import styles from './Settings.module.css';

const THEME_NAMES: Record<ThemeChoice, string> = {
  system: 'System',
  light: 'Light',
  dark: 'Dark',
};

/** Light, dark, or as the system says. */
export function ThemeChooser(): ReactNode {
  const [theme, setTheme] = useSetting('theme');
  return (
    <SettingRow
      name="Theme"
      explanation="System follows what your desktop prefers."
      control={
        <Segmented
          label="Theme"
          names={THEME_NAMES}
          chosen={theme}
          onChoose={(chosen) => void setTheme(chosen)}
        />
      }
    />
  );
}

/** Opts in to notifications, for which the browser asks its user then and not before. */
export function NotificationSwitch(): ReactNode {
  const [isOn, switchNotifications] = useSetting('notifications');
  const shell = useEngine(({ app }) => app.shell);
  const permission = usePermission();
  const hint = notificationHint(isOn, permission, shell, window.location.host);

  const toggle = async (on: boolean) => {
    // Off is always possible; on only where a notification could be shown.
    const answer = on ? await askPermission() : null;
    if (answer === null || answer === 'granted') await switchNotifications(on);
    else if (answer === 'default') sayUnanswered();
  };
  return (
    <SwitchRow
      name="Desktop notifications"
      explanation={notificationExplanation(window.location.host)}
      checked={isOn}
      disabled={permission === 'unsupported' && !isOn}
      onChange={(on) => void toggle(on)}
    >
      {hint !== null && <p className={styles.warning}>{hint}</p>}
      {isOn && permission === 'default' && (
        <Button onClick={() => void askPermission()}>Ask the browser</Button>
      )}
    </SwitchRow>
  );
}

function sayUnanswered(): void {
  toastFailure({
    title: 'Notifications stay off',
    description:
      'The browser got no answer to its question. Switch them on again to be asked again.',
  });
}

/** Whether anybody is asked for the settings of a new account. */
export function LookUpSwitch(): ReactNode {
  const [isOn, setOn] = useSetting('lookUpSettings');
  return (
    <SwitchRow
      name="Look up the settings of new accounts"
      explanation={LOOK_UPS}
      checked={isOn}
      onChange={(on) => void setOn(on)}
    />
  );
}

/** What becomes of the sessions of all accounts. */
export function SessionSwitches(): ReactNode {
  const [keepSessions, setKeepSessions] = useSetting('keepSessions');
  const [forgetOnNetworkChange, setForgetOnNetworkChange] = useSetting('forgetOnNetworkChange');
  const protection = useEngine(({ app }) => app.protection);
  const canKeep = protection.kind !== 'memory';
  return (
    <>
      <SwitchRow
        name="Keep sessions when Reprise closes"
        explanation={keepExplanation(protection)}
        checked={keepSessions && canKeep}
        disabled={!canKeep}
        onChange={(keep) => void setKeepSessions(keep)}
      />
      <SwitchRow
        name="Forget sessions when the network changes"
        explanation="A session that is offered in a second place tells both places that they met the same client. Without sessions, the first connections in a new network make full handshakes."
        checked={forgetOnNetworkChange}
        onChange={(forget) => void setForgetOnNetworkChange(forget)}
      />
    </>
  );
}

/** Where everything lies, what it is, and what runs here. */
export function DataSection(): ReactNode {
  const app = useEngine((state) => state.app);
  const path = useRef<HTMLElement>(null);
  return (
    <dl className={styles.facts}>
      <dt>Folder</dt>
      {app.demoOnly ? (
        <dd>None: this is a demo. Nothing is stored, and everything is gone when it ends.</dd>
      ) : (
        <dd className={styles.path}>
          <code ref={path} dir="ltr">
            {app.dataDir}
          </code>
          <Button
            look="quiet"
            aria-label="Copy the data folder"
            onClick={() => void copyOrSelect(app.dataDir, 'data folder', path.current)}
          >
            Copy
          </Button>
        </dd>
      )}
      {!app.demoOnly && (
        <>
          <dt>Files</dt>
          <dd>
            <dl className={styles.files}>
              {dataFiles(app.protection).map(({ name, what }) => (
                <Fragment key={name}>
                  <dt>
                    <code>{name}</code>
                  </dt>
                  <dd>{what}</dd>
                </Fragment>
              ))}
            </dl>
          </dd>
          <dt>Who may read them</dt>
          <dd>{readersSentence(app)}</dd>
          <dt>Passwords</dt>
          <dd>{protectionSentence(app.protection)}</dd>
        </>
      )}
      <dt>Version</dt>
      <dd>
        Reprise {app.version} · {app.engine}
      </dd>
    </dl>
  );
}
