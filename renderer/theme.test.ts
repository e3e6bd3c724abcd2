import { describe, expect, it } from 'vitest';
import { parseChoice, resolveTheme } from './theme.ts';

describe('the theme', () => {
  it('follows the system until its user chooses', () => {
    expect([resolveTheme('system', true), resolveTheme('system', false)]).toEqual([
      'dark',
      'light',
    ]);
    expect([resolveTheme('light', true), resolveTheme('dark', false)]).toEqual(['light', 'dark']);
  });

  it('takes what it does not know for no choice', () => {
    expect([parseChoice('dark'), parseChoice('sepia'), parseChoice(undefined)]).toEqual([
      'dark',
      'system',
      'system',
    ]);
  });
});
