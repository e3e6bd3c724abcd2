/** Light or dark: by the system's setting or by the user's choice, which is remembered. */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

export const THEME_CHOICES = ['system', 'light', 'dark'] as const;
export type ThemeChoice = (typeof THEME_CHOICES)[number];
export type Theme = 'light' | 'dark';

const KEY = 'reprise:theme';

interface ThemeState {
  readonly choice: ThemeChoice;
  readonly theme: Theme;
}

/** What to show for a choice, given what the system prefers. */
export function resolveTheme(choice: ThemeChoice, prefersDark: boolean): Theme {
  if (choice === 'system') return prefersDark ? 'dark' : 'light';
  return choice;
}

/** A remembered choice; anything unknown counts as none. */
export function parseChoice(stored: string | null): ThemeChoice {
  return THEME_CHOICES.find((choice) => choice === stored) ?? 'system';
}

const themeStore = createStore<ThemeState>(() => ({ choice: 'system', theme: 'light' }));

/** Applies the remembered choice and follows the system from then on. Called once, at the start. */
export function startTheme(): void {
  const preference = matchMedia('(prefers-color-scheme: dark)');
  const apply = (choice: ThemeChoice) => {
    const theme = resolveTheme(choice, preference.matches);
    document.documentElement.dataset['theme'] = theme;
    themeStore.setState({ choice, theme });
  };
  apply(parseChoice(localStorage.getItem(KEY)));
  preference.addEventListener('change', () => {
    apply(themeStore.getState().choice);
  });
  themeStore.subscribe(({ choice }, before) => {
    if (choice === before.choice) return;
    localStorage.setItem(KEY, choice);
    apply(choice);
  });
}

export function chooseTheme(choice: ThemeChoice): void {
  themeStore.setState({ choice });
}

export function useThemeChoice(): ThemeChoice {
  return useStore(themeStore, (state) => state.choice);
}

/** The theme that is shown; what is drawn on a canvas is drawn anew when it changes. */
export function useTheme(): Theme {
  return useStore(themeStore, (state) => state.theme);
}
