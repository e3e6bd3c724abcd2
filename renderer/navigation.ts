/** The screen that is shown, in step with the address: reload, back and forward keep their sense. */
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { readToken } from './engine/channels.ts';
import {
  formatRoute,
  keepKnown,
  leadsNowhere,
  parseRoute,
  type Route,
  type Screen,
} from './route.ts';

const routes = createStore<Route>(() => parseRoute(''));

function follow(): void {
  const { hash } = window.location;
  const route = parseRoute(hash);
  routes.setState(route, true);
  if (!leadsNowhere(hash)) return;
  // A token is for the channel to the engine, which takes it out of the address by itself.
  const token = readToken(hash);
  const start = token === null ? '#' : `#token=${token}&`;
  window.history.replaceState(null, '', start + formatRoute(route).slice(1));
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

/**
 * Takes out of the address what the screen does not go by.
 *
 * @param screen the one that asks
 * @param route what it was asked for
 * @param known the query that the screen goes by
 */
export function useKnownQuery(screen: Screen, route: Route, known: Route['query']): void {
  useEffect(() => {
    // On its way out a screen still follows the address, which is that of the next one.
    if (route.screen !== screen) return;
    const kept = keepKnown(route.query, known);
    if (kept === route.query) return;
    // By now another screen may be shown, or a new link be pasted that is yet to be read.
    if (routes.getState() !== route || readToken(window.location.hash) !== null) return;
    narrow(kept);
  });
}

/** The screen that is shown. */
export function useRoute(): Route {
  return useStore(routes);
}
