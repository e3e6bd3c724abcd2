/** The name of a server's software, only from what it says of itself. Pure. */

/** Each with a version where the greeting has one. */
const GREETINGS: readonly RegExp[] = [
  /\bDovecot\b/i,
  /\bPostfix\b/i,
  /\bExim(?: \d[\w.]*)?/i,
  /\bCyrus(?: IMAP| POP3)?(?: v?\d[\w.]*)?/i,
  /\bCourier(?:-IMAP| Mail Server)?\b/i,
  /\bSendmail(?: \d[\w./]*)?/i,
  /\bStalwart\b/i,
  /\bZimbra\b/i,
  /\bMicrosoft (?:Exchange|ESMTP)\b/i,
  /\bGimap\b/i,
  /\bgsmtp\b/i,
  /\bReprise demo server\b/i,
];

/**
 * @param greeting the server's first words
 * @param identity its answer to ID (RFC 2971), such as `("name" "Dovecot" "version" "2.4")`
 */
export function softwareOf(greeting: string, identity: string | null): string | null {
  const field = (name: string): string | null =>
    new RegExp(`"${name}" "([^"]{1,64})"`, 'i').exec(identity ?? '')?.[1] ?? null;
  const name = field('name');
  if (name !== null) return [name, field('version')].filter((part) => part !== null).join(' ');
  for (const pattern of GREETINGS) {
    const found = pattern.exec(greeting)?.[0];
    if (found !== undefined) return found;
  }
  return null;
}
