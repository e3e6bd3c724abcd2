/** Which screen an address leads to: `#/sessions?account=…`. Pure. */
import { withoutToken } from './engine/channels.ts';

/** In the order of their tabs; the last one has a button instead. */
const SCREENS = ['connections', 'sessions', 'history', 'check', 'settings'] as const;
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
