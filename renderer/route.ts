/** Which screen an address leads to: `#/sessions?account=…`. Pure. */
import { withoutToken } from './channels.ts';

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

/** Reads the fragment of an address, with or without the `#token=…` of a link; never fails. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = withoutToken(hash).replace(/^#/, '').split('?', 2);
  return {
    screen: findScreen(path.replace(/^\//, '')),
    query: Object.fromEntries(new URLSearchParams(query)),
  };
}

/** The fragment that leads to a route. */
export function formatRoute({ screen, query }: Route): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => {
    return entry[1] !== undefined && entry[1] !== '';
  });
  const search = new URLSearchParams(given).toString();
  return `#/${screen}${search === '' ? '' : `?${search}`}`;
}
