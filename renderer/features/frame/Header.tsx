import { Tabs } from '@base-ui/react/tabs';
import type { ReactNode } from 'react';
import { useEngineApi } from '../../engine/engine-api.ts';
import { useEngine } from '../../engine/store.ts';
import { showScreen, useRoute } from '../../navigation.ts';
import { toastIfFailed } from '../../ui/call.tsx';
import { Button } from '../../ui/controls.tsx';
import { focusSettingsButton } from '../../ui/focus.ts';
import { ReconnectIcon, SettingsIcon } from '../../ui/icons.tsx';
import { protectionSentence, protectionWords } from '../../words.ts';
import { Attention } from '../attention/Attention.tsx';
import styles from './Header.module.css';

/** The bar at the top; on first run there are no tabs and nothing to reconnect. */
export function Header({ isFirstRun }: { readonly isFirstRun: boolean }): ReactNode {
  const api = useEngineApi();
  const { screen } = useRoute();
  const isDemoRunning = useEngine((state) => state.app.demo);
  return (
    <header className={styles.header}>
      <h1 className={styles.brand}>Reprise</h1>
      {!isFirstRun && (
        <Tabs.List className={styles.tabs} aria-label="Screens">
          <Tabs.Tab value="connections" className={styles.tab}>
            Connections
          </Tabs.Tab>
          <Tabs.Tab value="sessions" className={styles.tab}>
            Sessions
          </Tabs.Tab>
          <Tabs.Tab value="history" className={styles.tab}>
            History
          </Tabs.Tab>
          <Tabs.Tab value="check" className={styles.tab}>
            Server check
          </Tabs.Tab>
        </Tabs.List>
      )}
      {isFirstRun && screen === 'check' && (
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
          <p className={styles.demo}>
            Demo servers running
            <Button
              look="quiet"
              aria-label="Stop demo servers"
              onClick={() => {
                // This button goes, and most of the others may.
                focusSettingsButton();
                void toastIfFailed('Could not stop the demo servers', api.stopDemo());
              }}
            >
              Stop
            </Button>
          </p>
        )}
        {!isFirstRun && (
          <Button onClick={() => void toastIfFailed('Could not reconnect', api.reconnectAll())}>
            <ReconnectIcon />
            Reconnect all
          </Button>
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
