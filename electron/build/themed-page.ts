/** The page in the chosen theme from its first paint on, in whichever browser and on whichever port. */
import type { ThemeChoice } from '../../shared/settings.ts';
import type { BuiltPage, PageFile } from './built-page.ts';

/** How the built page begins; `data-theme` is what `tokens.css` and `theme.ts` go by. */
const ROOT = '<html lang="en"';

/** Serves `page`, marked with the theme that is chosen at that moment; the system's needs no mark. */
export function themedPage(page: BuiltPage, theme: () => ThemeChoice): BuiltPage {
  const index = page.get('/');
  if (index === undefined) return page;
  const marked = { light: withTheme(index, 'light'), dark: withTheme(index, 'dark') };
  return {
    get: (path) => {
      const chosen = theme();
      return path !== '/' || chosen === 'system' ? page.get(path) : marked[chosen];
    },
  };
}

function withTheme(index: PageFile, theme: 'light' | 'dark'): PageFile {
  const html = new TextDecoder().decode(index.bytes);
  const marked = html.replace(ROOT, `${ROOT} data-theme="${theme}"`);
  return { ...index, bytes: new TextEncoder().encode(marked) };
}
