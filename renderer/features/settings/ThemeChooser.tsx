import type { ReactNode } from 'react';
import { THEME_CHOICES } from '../../../shared/settings.ts';
import { useEngine } from '../../engine/store.ts';
import { Segmented } from '../../ui/Segmented.tsx';
import { SettingRow } from './SettingRow.tsx';
import { useChangeSettings } from './use-change-settings.ts';

const NAMES = { system: 'System', light: 'Light', dark: 'Dark' } as const;
const CHOICES = THEME_CHOICES.map((value) => ({ value, name: NAMES[value] }));

/** Light, dark, or as the system says. */
export function ThemeChooser(): ReactNode {
  const theme = useEngine(({ settings }) => settings.theme);
  const change = useChangeSettings();
  return (
    <SettingRow
      name="Theme"
      explanation="System follows what your desktop prefers."
      control={
        <Segmented
          label="Theme"
          choices={CHOICES}
          chosen={theme}
          onChoose={(chosen) => void change({ theme: chosen })}
        />
      }
    />
  );
}
