/** Keeps passwords out of everything that is logged, kept or shown. */

/** Shorter texts cannot be told from ordinary ones: taken out of every word, they would be named. */
export const SHORTEST_SECRET = 4;

/** Stands where a secret stood; of fixed width, so that it says nothing about the length. */
const HIDDEN = '(hidden)';

/** Takes a line and gives it back without secrets. */
export type Redact = (text: string) => string;

/**
 * Hides a password in every form in which a sign-in puts it on the wire or an error repeats it: bare,
 * quoted, escaped, percent-encoded, in hexadecimal digits, as UTF-8 that was read as Latin-1, composed
 * or decomposed (Unicode NFC, NFD), and in base64, also as a part of something longer such as SASL
 * PLAIN (RFC 4616). Frames of a sign-in are never logged at all; this is for servers that say back
 * what they heard. A password of less than four characters is hidden where it stands as a password
 * only: in quotes, after the user, in SASL PLAIN. `user` is `null` where the text may come from
 * anywhere.
 */
export function redactorFor(user: string | null, password: string): Redact {
  if (password === '') return (text) => text;
  const texts = [password, password.normalize('NFC'), password.normalize('NFD')];
  const alone = isLongEnough(password)
    ? new Set(texts.flatMap(formsOf))
    : texts.map((text) => JSON.stringify(text));
  const forms = [
    ...(user === null
      ? []
      : [
          base64(`\0${user}\0${password}`),
          base64(`${user}\0${user}\0${password}`),
          `${user} ${password}`,
        ]),
    ...alone,
  ]
    .filter(isLongEnough)
    // One that is part of another would leave the rest of that.
    .sort((a, b) => b.length - a.length);
  const encoded = [0, 1, 2].map((offset) => base64Within(password, offset));
  const embedded = encoded.filter(({ core }) => isLongEnough(core));
  return (text) => {
    const redacted = forms.reduce((rest, form) => rest.replaceAll(form, HIDDEN), text);
    return embedded.reduce(
      // The search is far faster than the pattern, and nearly always all that is needed.
      (rest, { core, pattern }) => (rest.includes(core) ? rest.replaceAll(pattern, HIDDEN) : rest),
      redacted,
    );
  };
}

/** Of the whole text: nobody writes half of it one way and half of it another. */
function formsOf(text: string): string[] {
  // As an IMAP quoted string (RFC 3501 §4.3), and as JSON.
  const quoted = text.replaceAll(/["\\]/g, String.raw`\$&`);
  const json = JSON.stringify(text);
  const escaped = json.slice(1, -1);
  const readable = [json, quoted, escaped, JSON.stringify(quoted).slice(1, -1), text];
  const percent = encodeURIComponent(text.toWellFormed());
  // RFC 3986 reserves more than encodeURIComponent does; forms have a sign of their own for a space.
  const strict = percent.replaceAll(/[!'()*]/g, (character) => `%${hexOf(character)}`);
  const percents = [percent, strict, strict.replaceAll('%20', '+')];
  return [
    ...readable,
    ...readable.map((form) => Buffer.from(form).toString('latin1')),
    escaped.replaceAll(/[\u0080-\uffff]/g, (unit) => {
      const digits = unit.charCodeAt(0).toString(16).padStart(4, '0');
      return String.raw`\u${digits}`;
    }),
    ...percents,
    ...percents.map((form) => form.replaceAll(/%../g, (octet) => octet.toLowerCase())),
    hexOf(text),
    hexOf(text).toLowerCase(),
  ];
}

/** Of its UTF-8. */
function hexOf(text: string): string {
  return Buffer.from(text).toString('hex').toUpperCase();
}

function isLongEnough(form: string): boolean {
  return form.length >= SHORTEST_SECRET;
}

function base64(text: string): string {
  // Without padding: the padding depends on what follows.
  return Buffer.from(text).toString('base64').replace(/=+$/, '');
}

/**
 * Base64 of `text` where `offset` bytes (modulo 3) stand before it and anything after it.
 *
 * @returns `core`, the characters that depend on nothing else, and `pattern`, which takes along the
 * characters at both ends that hold some bits of it
 */
function base64Within(text: string, offset: number): { core: string; pattern: RegExp } {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]);
  const core = bytes
    .toString('base64')
    .slice(Math.ceil((offset * 8) / 6), Math.floor((bytes.length * 8) / 6));
  const before = offset === 0 ? '' : '[A-Za-z0-9+/]?';
  const after = bytes.length % 3 === 0 ? '' : '[A-Za-z0-9+/]?';
  return { core, pattern: new RegExp(before + core.replaceAll('+', String.raw`\+`) + after, 'g') };
}
