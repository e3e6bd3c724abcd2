/** The screen that is shown, in step with the address: reload, back and forward keep their sense. */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { formatRoute, parseRoute, type Route, type Screen } from './route.ts';

const routes = createStore<Route>(() => parseRoute(''));

function follow(): void {
  routes.setState(parseRoute(window.location.hash), true);
}

/** Follows the address from now on. Called once, at the start. */
export function startNavigation(): void {
  follow();
  // Also when a person edits the fragment.
  window.addEventListener('popstate', follow);
}

/** Shows a screen, as a step that Back undoes. */
export function showScreen(screen: Screen, query: Route['query'] = {}): void {
  const route = { screen, query };
  const hash = formatRoute(route);
  if (hash === formatRoute(routes.getState())) return;
  window.history.pushState(null, '', hash);
  routes.setState(route, true);
}

/** Changes what the screen that is shown is narrowed down to: no step of its own for Back. */
export function narrow(query: Route['query']): void {
  const route = { screen: routes.getState().screen, query };
  window.history.replaceState(null, '', formatRoute(route));
  routes.setState(route, true);
}

/** The screen that is shown. */
export function useRoute(): Route {
  return useStore(routes);
}
