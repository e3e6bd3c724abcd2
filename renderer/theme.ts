/** Light or dark: by the system's setting or by the user's choice, which is one of the settings. */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { THEME_CHOICES, type ThemeChoice } from '../shared/settings.ts';
import { store } from './engine/store.ts';

type Theme = 'light' | 'dark';

interface ThemeState {
  readonly choice: ThemeChoice;
  readonly theme: Theme;
}

/** What to show for a choice, given what the system prefers. */
export function resolveTheme(choice: ThemeChoice, prefersDark: boolean): Theme {
  if (choice === 'system') return prefersDark ? 'dark' : 'light';
  return choice;
}

/** What the page was served with; anything unknown counts as no choice. */
export function parseChoice(served: string | undefined): ThemeChoice {
  return THEME_CHOICES.find((choice) => choice === served) ?? 'system';
}

const themeStore = createStore<ThemeState>(() => ({ choice: 'system', theme: 'light' }));

/**
 * Applies the choice that the page was served with, before its first paint; from then on follows
 * the settings and the system. Called once, at the start.
 */
export function startTheme(): void {
  const preference = matchMedia('(prefers-color-scheme: dark)');
  const root = document.documentElement;
  const apply = (choice: ThemeChoice) => {
    const theme = resolveTheme(choice, preference.matches);
    root.dataset['theme'] = theme;
    themeStore.setState({ choice, theme });
  };
  apply(parseChoice(root.dataset['theme']));
  preference.addEventListener('change', () => {
    apply(themeStore.getState().choice);
  });
  store.subscribe(({ engine }) => {
    const chosen = engine?.settings.theme;
    if (chosen !== undefined && chosen !== themeStore.getState().choice) apply(chosen);
  });
}

/** The theme that is shown; what is drawn on a canvas is drawn anew when it changes. */
export function useTheme(): Theme {
  return useStore(themeStore, (state) => state.theme);
}
