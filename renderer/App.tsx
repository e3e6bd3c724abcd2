import { Tabs } from '@base-ui/react/tabs';
import { Tooltip } from '@base-ui/react/tooltip';
import { useEffect, useLayoutEffect, useRef, type ReactNode } from 'react';
import { useEngine, useInterface } from './engine/store.ts';
import { AccountList } from './features/accounts/AccountList.tsx';
import { Connections } from './features/connections/Connections.tsx';
import { Counters } from './features/counters/Counters.tsx';
import { AwayBanner, LinkPage } from './features/frame/fallbacks.tsx';
import { FirstRun } from './features/frame/FirstRun.tsx';
import { AboutLine, Header } from './features/frame/Header.tsx';
import { Notices } from './features/frame/Notices.tsx';
import { later } from './later.tsx';
import { findScreen, showScreen, useRoute } from './navigation.ts';
import { focusScreenIfLost } from './ui/focus.ts';
import { Toaster } from './ui/toasts.tsx';
import styles from './App.module.css';

// What the first load does without: everything that a click opens.
const AccountForm = later(
  async () => (await import('./features/account-form/AccountForm.tsx')).AccountForm,
);
const CertificateDialog = later(
  async () => (await import('./features/certificate/CertificateDialog.tsx')).CertificateDialog,
);
const ConnectionDrawer = later(
  async () => (await import('./features/connection-drawer/ConnectionDrawer.tsx')).ConnectionDrawer,
);
const History = later(async () => (await import('./features/history/History.tsx')).History);
const ServerCheck = later(
  async () => (await import('./features/server-check/ServerCheck.tsx')).ServerCheck,
);
const Sessions = later(async () => (await import('./features/sessions/Sessions.tsx')).Sessions);
const YourClient = later(
  async () => (await import('./features/your-client/YourClient.tsx')).YourClient,
);
const SignInDialog = later(
  async () => (await import('./features/sign-in/SignInDialog.tsx')).SignInDialog,
);
const Settings = later(async () => (await import('./features/settings/Settings.tsx')).Settings);

interface AppProps {
  /** Tries at once to reach the engine. */
  readonly retryNow: () => void;
}

/** The whole page. */
export function App({ retryNow }: AppProps): ReactNode {
  const link = useInterface((state) => state.link);
  const isLoaded = useInterface((state) => state.engine !== null);
  return (
    <Tooltip.Provider>
      {isLoaded && link !== 'needs-link' && link !== 'used-twice' ? (
        <Dashboard isAway={link === 'away'} retryNow={retryNow} />
      ) : (
        <LinkPage link={link} retryNow={retryNow} />
      )}
      <Toaster />
    </Tooltip.Provider>
  );
}

function Dashboard({ isAway, retryNow }: AppProps & { readonly isAway: boolean }): ReactNode {
  const isFirstRun = useEngine((state) => state.accountIds.length === 0);
  const { screen } = useRoute();
  useLayoutEffect(() => {
    // On the root: what opens above the page shows the engine's state as well.
    document.documentElement.toggleAttribute('data-away', isAway);
  }, [isAway]);
  const isSettings = screen === 'settings';
  const shown = isFirstRun ? `${screen} on first run` : screen;
  const before = useRef(shown);
  useEffect(() => {
    if (before.current === shown) return;
    before.current = shown;
    // What was pressed to come here may be gone.
    focusScreenIfLost();
  });
  return (
    <>
      <Tabs.Root
        // The settings have no tab: none is selected then.
        value={isSettings ? null : screen}
        onValueChange={(value) => {
          showScreen(findScreen(value));
        }}
        className={styles.page}
      >
        {isAway && <AwayBanner retryNow={retryNow} />}
        <Header isFirstRun={isFirstRun} />
        {isFirstRun ? (
          <main className={styles.welcome}>
            <Notices />
            {screen === 'check' && <ServerCheck />}
            {screen === 'client' && <YourClient />}
            {isSettings && <Settings />}
            {!isSettings && screen !== 'check' && screen !== 'client' && <FirstRun />}
            <AboutLine />
          </main>
        ) : (
          <div className={styles.columns}>
            <aside className={styles.accounts}>
              <AccountList />
              <AboutLine />
            </aside>
            <main className={styles.main}>
              <Notices />
              <Tabs.Panel value="connections" tabIndex={-1} className={styles.panel}>
                <Counters />
                <Connections />
              </Tabs.Panel>
              <Tabs.Panel value="sessions" tabIndex={-1} className={styles.panel}>
                <Sessions />
              </Tabs.Panel>
              <Tabs.Panel value="history" tabIndex={-1} className={styles.panel}>
                <History />
              </Tabs.Panel>
              <Tabs.Panel value="check" tabIndex={-1} className={styles.panel}>
                <ServerCheck />
              </Tabs.Panel>
              <Tabs.Panel value="client" tabIndex={-1} className={styles.panel}>
                <YourClient />
              </Tabs.Panel>
              {isSettings && <Settings />}
            </main>
          </div>
        )}
      </Tabs.Root>
      <ConnectionDrawer />
      <AccountForm />
      <CertificateDialog />
      <SignInDialog />
    </>
  );
}
