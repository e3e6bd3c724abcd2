/** Which screen an address leads to: `#/sessions?account=…`. Pure. */
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { readToken, withoutToken } from './engine/channels.ts';

/** In the order of their tabs; the last one has a button instead. */
const SCREENS = ['connections', 'sessions', 'history', 'check', 'client', 'settings'] as const;
export type Screen = (typeof SCREENS)[number];

/** A screen and what it is to show. */
export interface Route {
  readonly screen: Screen;
  /** What the screen is narrowed down to, such as `account`. */
  readonly query: Readonly<Partial<Record<string, string>>>;
}

/** The screen of this name; the first one where there is none. */
export function findScreen(name: unknown): Screen {
  return SCREENS.find((screen) => screen === name) ?? SCREENS[0];
}

/**
 * Reads the fragment of an address, with or without the `#token=…` of a link; never fails. What
 * leads nowhere leads to the first screen as a whole.
 */
export function parseRoute(hash: string): Route {
  const { name, query } = partsOf(hash);
  const screen = findScreen(name);
  return { screen, query: screen === name ? Object.fromEntries(new URLSearchParams(query)) : {} };
}

/** Whether a fragment names a screen that is not there. One that names none at all does not. */
export function leadsNowhere(hash: string): boolean {
  const { name, query } = partsOf(hash);
  return findScreen(name) !== name && `${name}${query}` !== '';
}

function partsOf(hash: string): { readonly name: string; readonly query: string } {
  const [path = '', query = ''] = withoutToken(hash).replace(/^#/, '').split('?', 2);
  return { name: path.replace(/^\//, ''), query };
}

/** What a query asks for and what is known alike; the query itself where that is all of it. */
export function keepKnown(query: Route['query'], known: Route['query']): Route['query'] {
  const asked = Object.entries(query);
  const kept = asked.filter(([key, value]) => known[key] === value);
  return kept.length === asked.length ? query : Object.fromEntries(kept);
}

/** The fragment that leads to a route. */
export function formatRoute({ screen, query }: Route): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => {
    return entry[1] !== undefined && entry[1] !== '';
  });
  const search = new URLSearchParams(given).toString();
  return `#/${screen}${search === '' ? '' : `?${search}`}`;
}

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
