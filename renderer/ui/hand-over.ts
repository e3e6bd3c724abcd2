/** Hands something to the user: into the clipboard, as a file, or as a page of its own. */
import { toastDone } from './toasts.tsx';

/**
 * Puts text into the clipboard and says so. Where that is not allowed, it is selected for the user's
 * own keys.
 *
 * @param what it is, such as `Log`
 * @param shown the element that shows it
 */
export async function copyOrSelect(
  text: string,
  what: string,
  shown: Element | null,
): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toastDone(`${what} copied`);
  } catch {
    // A NotAllowedError: no permission for the clipboard.
    if (shown !== null) getSelection()?.selectAllChildren(shown);
    toastDone(`${what} selected: press Ctrl+C to copy it`);
  }
}

/** Opens a page of somebody else's beside this one: in the system's browser, where that is not this one. */
export function openOutside(url: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.target = '_blank';
  link.rel = 'noreferrer';
  link.click();
}

/**
 * Hands a text to the browser as a file.
 *
 * @param type its media type, such as `text/csv`
 */
export function saveFile(fileName: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(url);
}
