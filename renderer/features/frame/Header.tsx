import { Tabs } from '@base-ui/react/tabs';
import type { ReactNode } from 'react';
import { useEngine } from '../../engine/store.ts';
import { showScreen, useRoute, type Screen } from '../../navigation.ts';
import { CallButton } from '../../ui/call.tsx';
import { Button } from '../../ui/controls.tsx';
import { focusSettingsButton } from '../../ui/focus.ts';
import { ReconnectIcon, SettingsIcon } from '../../ui/icons.tsx';
import { protectionSentence, protectionWords } from '../../words.ts';
import { Attention } from '../attention/Attention.tsx';
import styles from './Header.module.css';

const TABS: readonly (readonly [Screen, string])[] = [
  ['connections', 'Connections'],
  ['sessions', 'Sessions'],
  ['history', 'History'],
  ['check', 'Server check'],
  ['client', 'Your client'],
];

/** The bar at the top; on first run there are no tabs and nothing to reconnect. */
export function Header({ isFirstRun }: { readonly isFirstRun: boolean }): ReactNode {
  const { screen } = useRoute();
  const isDemoRunning = useEngine((state) => state.app.demo);
  return (
    <header className={styles.header}>
      <h1 className={styles.brand}>Reprise</h1>
      {!isFirstRun && (
        <Tabs.List className={styles.tabs} aria-label="Screens">
          {TABS.map(([screen, name]) => (
            <Tabs.Tab key={screen} value={screen} className={styles.tab}>
              {name}
            </Tabs.Tab>
          ))}
        </Tabs.List>
      )}
      {isFirstRun && (screen === 'check' || screen === 'client') && (
        <Button
          look="quiet"
          className={styles.back}
          onClick={() => {
            showScreen('connections');
          }}
        >
          Back to the start
        </Button>
      )}
      <div className={styles.actions}>
        {!isFirstRun && <Attention />}
        {isDemoRunning && (
          <p
            className={styles.demo}
            title="Each is behind a line of 20 ms round trip and 1 Mbit/s, and sends a chain of two certificates."
          >
            <span>
              Demo<span className={styles.spacious}> servers running, 20 ms away</span>
            </span>
            <CallButton
              look="quiet"
              aria-label="Stop demo servers"
              // It goes, and most of the others may.
              before={focusSettingsButton}
              call={(api) => api.stopDemo()}
              failure="Could not stop the demo servers"
            >
              Stop
            </CallButton>
          </p>
        )}
        {!isFirstRun && (
          <CallButton call={(api) => api.reconnectAll()} failure="Could not reconnect">
            <ReconnectIcon />
            Reconnect all
          </CallButton>
        )}
        <Button
          look="icon"
          className={styles.settings}
          aria-label="Settings"
          title="Settings"
          aria-current={screen === 'settings' ? 'page' : undefined}
          onClick={() => {
            showScreen('settings');
          }}
        >
          <SettingsIcon />
        </Button>
      </div>
    </header>
  );
}

/** What runs here and how it keeps passwords. */
export function AboutLine(): ReactNode {
  const app = useEngine((state) => state.app);
  return (
    <footer className={styles.about}>
      <p title={protectionSentence(app.protection)}>{protectionWords(app.protection)}</p>
      <p title={`Data folder: ${app.dataDir}`}>Reprise {app.version}</p>
      <p>{app.engine}</p>
    </footer>
  );
}
