/** The mailboxes to watch as text in a field. Pure. */

/**
 * The mailboxes that a text names: one a line, or separated by commas where there is no line
 * break. Names may hold spaces; empty ones do not count.
 */
export function parseMailboxes(text: string): string[] {
  const separator = /[\r\n]/.test(text) ? /[\r\n]+/ : ',';
  return text
    .split(separator)
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** A text that {@link parseMailboxes} reads as `names`. */
export function formatMailboxes(names: readonly string[]): string {
  const text = names.join('\n');
  // A lone name with a comma in it would be read as two, but for the line break.
  return names.length === 1 && text.includes(',') ? `${text}\n` : text;
}

/** The text with `name` added at its end or taken out of it. */
export function toggleMailbox(text: string, name: string, isWatched: boolean): string {
  const others = parseMailboxes(text).filter((other) => !isSameMailbox(other, name));
  return formatMailboxes(isWatched ? [...others, name] : others);
}

/** INBOX is the same in any case (RFC 3501, 5.1); other names are not. */
export function isSameMailbox(a: string, b: string): boolean {
  return a === b || (a.toUpperCase() === 'INBOX' && b.toUpperCase() === 'INBOX');
}

const byName = new Intl.Collator(undefined, { numeric: true });

/** INBOX first, then as people look names up: servers list them in any order. */
export function sortedMailboxes(names: readonly string[]): readonly string[] {
  return names.toSorted(
    (a, b) =>
      Number(isSameMailbox(b, 'INBOX')) - Number(isSameMailbox(a, 'INBOX')) || byName.compare(a, b),
  );
}
