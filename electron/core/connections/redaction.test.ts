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
  ])('hides a password that is there %s', (_form, text) => {
    const redacted = redactorFor(user, password)(`* OK you said ${text}, twice ${text}.`);
    expect(redacted).not.toContain(text);
    expect(redacted.match(/\(hidden\)/g)).toHaveLength(2);
  });

  test('leaves everything else as it is', () => {
    const line = '* OK [CAPABILITY IMAP4rev1] ready';
    expect(redactorFor(user, password)(line)).toBe(line);
  });

  test('does not take a password of a few letters out of every word', () => {
    expect(redactorFor(user, 'in')('signed in')).toBe('signed in');
  });
});
