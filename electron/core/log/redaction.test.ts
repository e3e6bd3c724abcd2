import { describe, expect, test } from 'vitest';
import { redactorFor } from './redaction.ts';

const user = 'anna@example.org';
const password = String.raw`correct "horse" \ battery`;

describe('redaction', () => {
  test.each([
    ['bare', password],
    ['in base64', Buffer.from(password).toString('base64')],
    ['as SASL PLAIN', Buffer.from(`\0${user}\0${password}`).toString('base64')],
    [
      'as SASL PLAIN with an authorization identity',
      Buffer.from(`${user}\0${user}\0${password}`).toString('base64'),
    ],
    ['as an IMAP quoted string', String.raw`correct \"horse\" \\ battery`],
    ['as JSON', JSON.stringify(password).slice(1, -1)],
    ['as JSON of an IMAP quoted string', String.raw`correct \\\"horse\\\" \\\\ battery`],
    ['percent-encoded', 'correct%20%22horse%22%20%5C%20battery'],
    ['percent-encoded in small letters', 'correct%20%22horse%22%20%5c%20battery'],
    ['as a form', 'correct+%22horse%22+%5C+battery'],
    ['in hexadecimal digits', Buffer.from(password).toString('hex')],
  ])('hides a password that is there %s', (_form, text) => {
    const redacted = redactorFor(user, password)(`* OK you said ${text}, twice ${text}.`);
    expect(redacted).not.toContain(text);
    expect(redacted.match(/\(hidden\)/g)).toHaveLength(2);
  });

  test.each([
    ['as UTF-8 that was read as Latin-1', '* FOO "Zq7!-Ã©TÃ¼r'],
    ['as such, in an IMAP quoted string', String.raw`"Zq7!-Ã©TÃ¼r"`],
    ['percent-encoded', 'Zq7!-%C3%A9T%C3%BCr'],
    ['percent-encoded as RFC 3986 wants it, in small letters', 'Zq7%21-%c3%a9T%c3%bcr'],
    ['in ASCII', String.raw`Zq7!-\u00e9T\u00fcr`],
    ['decomposed', 'Zq7!-éTür'.normalize('NFD')],
    ['in hexadecimal digits', '5A7137212DC3A954C3BC72'],
  ])('hides a password that is not ASCII %s', (_form, text) => {
    const redacted = redactorFor(user, 'Zq7!-éTür'.normalize('NFC'))(text);
    expect(redacted.match(/\(hidden\)/g)).toHaveLength(1);
    expect(redacted.replace('(hidden)', '')).toMatch(/^(?:\* FOO "|"")?$/);
  });

  test('leaves everything else as it is', () => {
    const line = '* OK [CAPABILITY IMAP4rev1] ready';
    expect(redactorFor(user, password)(line)).toBe(line);
  });

  test.each([
    ['p4$$', 0],
    ['p4$$', 1],
    ['p4$$', 2],
    ['a longer one, ünd not ASCII', 0],
    ['a longer one, ünd not ASCII', 1],
    ['a longer one, ünd not ASCII', 2],
  ])('hides %s in base64 of something longer, %i bytes before it', (secret, before) => {
    for (const after of ['', 'x', 'xy', 'xyz']) {
      const text = Buffer.from('-'.repeat(before) + secret + after).toString('base64');
      // Each character holds six bits: none is left that holds one of the secret's.
      const start = Math.floor((before * 8) / 6);
      const end = Math.ceil(((before + Buffer.byteLength(secret)) * 8) / 6);
      const rest = `${text.slice(0, start)}(hidden)${text.slice(end)}`;
      expect(redactorFor(user, secret)(`* OK ${text}`)).toBe(`* OK ${rest}`);
    }
  });

  test('does not take a password of a few letters out of every word', () => {
    expect(redactorFor(user, 'in')('signed in')).toBe('signed in');
    expect(redactorFor(user, 'a')('* OK [CAPABILITY IMAP4rev1] a b')).toContain('a b');
    // Its hexadecimal digits are a port as well.
    expect(redactorFor(null, '1!')('refused on port 3121')).toBe('refused on port 3121');
  });

  test.each([
    `LOGIN ${user} in`,
    `LOGIN "${user}" "in"`,
    Buffer.from(`\0${user}\0in`).toString('base64'),
    Buffer.from(`${user}\0${user}\0in`).toString('base64'),
  ])('hides a password of two letters where it stands as one: %j', (text) => {
    expect(redactorFor(user, 'in')(text)).toMatch(/^(?:LOGIN .*)?\(hidden\)=*$/);
  });
});
