import type { ReactNode } from 'react';
import { chooseTheme, parseChoice, THEME_CHOICES, useThemeChoice } from '../../theme.ts';
import styles from './Header.module.css';

const LABELS = { system: 'System', light: 'Light', dark: 'Dark' } as const;

/** Light, dark, or as the system says. */
export function ThemeSelect(): ReactNode {
  const choice = useThemeChoice();
  return (
    <select
      className={styles.theme}
      aria-label="Theme"
      title="Theme"
      value={choice}
      onChange={(event) => {
        chooseTheme(parseChoice(event.target.value));
      }}
    >
      {THEME_CHOICES.map((option) => (
        <option key={option} value={option}>
          {LABELS[option]}
        </option>
      ))}
    </select>
  );
}
