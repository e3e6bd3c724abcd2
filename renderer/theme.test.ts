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

  it('takes a remembered choice that it does not know for none', () => {
    expect([parseChoice('dark'), parseChoice('sepia'), parseChoice(null)]).toEqual([
      'dark',
      'system',
      'system',
    ]);
  });
});
