/** Keeps a connection's secrets out of everything that is kept or shown. */

/** Shorter ones cannot be told from ordinary text; they never reach a log by the usual way. */
const SHORTEST_SECRET = 4;

/** Stands where a secret stood; of fixed width, so that it says nothing about the length. */
const HIDDEN = '(hidden)';

/** Takes a line and gives it back without secrets. */
export type Redact = (text: string) => string;

/**
 * Hides a password in every form in which a sign-in puts it on the wire: bare, in base64, and in
 * base64 as part of SASL PLAIN (RFC 4616). Frames of a sign-in are never logged at all; this is
 * for servers that say back what they heard.
 */
export function redactorFor(user: string, password: string): Redact {
  if (password.length < SHORTEST_SECRET) return (text) => text;
  const forms = [
    base64(`\0${user}\0${password}`),
    base64(`${user}\0${user}\0${password}`),
    base64(password),
    password,
    // As an IMAP quoted string (RFC 3501 §4.3).
    password.replaceAll(/["\\]/g, String.raw`\$&`),
    JSON.stringify(password).slice(1, -1),
  ];
  return (text) => forms.reduce((redacted, form) => redacted.replaceAll(form, HIDDEN), text);
}

function base64(text: string): string {
  // Without padding: the padding depends on what follows.
  return Buffer.from(text).toString('base64').replace(/=+$/, '');
}
