import { toastDone } from './toasts.tsx';

/**
 * Puts text into the clipboard and says so.
 *
 * @returns whether that was allowed
 */
export async function copyText(text: string, what: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    return false;
  }
  toastDone(`${what} copied`);
  return true;
}

/** Selects what cannot be copied without permission, for the user's own keys. */
export function selectForCopy(element: Element | null, what: string): void {
  if (element !== null) getSelection()?.selectAllChildren(element);
  toastDone(`${what} selected: press Ctrl+C to copy it`);
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
