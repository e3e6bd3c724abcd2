import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { startLink } from './engine/api.ts';
import { electronChannels, hostChannels, readToken } from './engine/channels.ts';
import { EngineApiContext } from './engine/engine-api.ts';
import type { EngineState } from './engine/engine-state.ts';
import { oncePerFrame } from './engine/pace.ts';
import { store } from './engine/store.ts';
import { watchNotifications, watchSignIns } from './features/attention/notifications.ts';
import { FailureBoundary } from './features/frame/fallbacks.tsx';
import { loadTheRest } from './later.tsx';
import { startNavigation } from './navigation.ts';
import { startTheme } from './theme.ts';
import './ui/base.css';
import './ui/tokens.css';

/** A page that is never idle still gets the parts that it may need later. */
const REST_WITHIN_MS = 2000;

declare global {
  interface Window {
    /** Put there by Electron's preload; a browser has none. */
    readonly reprise?: { readonly shell: 'electron' };
  }
}

startTheme();
startNavigation();
// A new link that is pasted into this tab changes the fragment alone, which loads nothing by itself.
window.addEventListener('hashchange', () => {
  if (readToken(window.location.hash) !== null) window.location.reload();
});
const open = window.reprise === undefined ? hostChannels(window) : electronChannels(window);
const showEngine = oncePerFrame((engine: EngineState) => {
  store.setState({ engine });
});
const link = startLink(open, {
  link: (state) => {
    store.setState({ link: state });
  },
  engine: showEngine,
});
watchSignIns();
watchNotifications((notified) => link.engine.changeSettings({ notified }));

const root = document.querySelector('#root');
if (root === null) throw new Error('The page has no #root.');
createRoot(root).render(
  <FailureBoundary>
    <EngineApiContext value={link.engine}>
      <App retryNow={link.retryNow} />
    </EngineApiContext>
  </FailureBoundary>,
);

window.addEventListener('load', () => {
  requestIdleCallback(() => void loadTheRest(), { timeout: REST_WITHIN_MS });
});
