/** Where the focus goes when what has it is about to go: never nowhere. */

/** What is there from the first screen to the last. */
const SETTINGS = 'header [aria-label="Settings"]';

/** To what opens the settings. */
export function focusSettingsButton(): void {
  focusFirst(document, SETTINGS);
}

/** Whether it is that button. */
export function isSettingsButton(element: Element): boolean {
  return element.matches(SETTINGS);
}

/**
 * To the first control of what a button stands in, an account or a drawer: pressing the button ends
 * what it stands for, and the button with it.
 */
export function focusOwner({ currentTarget }: { readonly currentTarget: Element }): void {
  const owner = currentTarget.closest('li, [role="dialog"]');
  if (owner !== null) focusFirst(owner, '[role="switch"]', 'button');
}

/** What comes after the last account, and stays when one goes. */
export function findAddButton(): HTMLElement | null {
  return document.querySelector('aside [data-add]');
}

/**
 * To the screen that is shown, where nothing has the focus. Not to its tab: arrow keys do nothing on
 * one that is focused before the list of tabs knows its place.
 */
export function focusScreenIfLost(): void {
  if (document.activeElement !== document.body) return;
  focusFirst(document, '[role="tabpanel"]', 'main :is(input, button)', SETTINGS);
}

/** To the first thing that there is, in the order of `selectors`. */
function focusFirst(root: ParentNode, ...selectors: readonly string[]): void {
  for (const selector of selectors) {
    const found = root.querySelector<HTMLElement>(selector);
    if (found !== null) {
      found.focus();
      return;
    }
  }
}
