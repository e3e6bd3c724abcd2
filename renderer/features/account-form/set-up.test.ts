import { describe, expect, it } from 'vitest';
import type { FoundSettings, SetUpSource } from '../../../shared/set-up.ts';
import {
  foreignSentence,
  isPastedLink,
  nothingFound,
  serverText,
  sourceText,
  takesPasswords,
} from './set-up.ts';

const settings: FoundSettings = {
  host: 'imap.example.org',
  domain: 'example.org',
  port: 993,
  security: 'tls',
  user: 'me@example.org',
  source: 'autoconfig',
  foundBy: 'mail.example.org',
  foreign: false,
  provider: null,
};
const found = (more: Partial<FoundSettings> = {}) => ({
  address: 'me@company.example',
  settings: { ...settings, ...more },
  trouble: null,
});

describe('what is said of settings that were found', () => {
  it.each<[SetUpSource, string, string]>([
    ['table', 'Gmail', 'known to Reprise: Gmail'],
    ['autoconfig', 'mail.example.org', 'found by mail.example.org’s own settings'],
    ['well-known', 'example.org', 'found by example.org’s own settings'],
    ['pacc', 'example.org', 'found by example.org’s own settings'],
    ['ispdb', 'list.example', 'found in the list of providers at list.example'],
    ['srv', 'example.org', 'found in the DNS of example.org'],
    ['mx-table', 'Gmail', 'known to Reprise: Gmail, where the mail of company.example goes'],
    [
      'mx-autoconfig',
      'hoster.example',
      'found by hoster.example’s own settings, where the mail of company.example goes',
    ],
  ])('%s', (source, foundBy, text) => {
    expect(sourceText(found({ source, foundBy }))).toBe(text);
  });

  it('names the server whole', () => {
    const host = `${'long.'.repeat(20)}example.org`;
    expect(serverText({ ...settings, host, port: 143, security: 'starttls' })).toBe(
      `${host}, port 143, STARTTLS (required)`,
    );
    expect(foreignSentence(found({ host, foreign: true }), 'password')).toContain(
      `${host} belongs to example.org, not to company.example.`,
    );
  });

  it('names a server without any other name than its own as that', () => {
    const host = '192.0.2.1';
    expect(foreignSentence(found({ host, domain: host, foreign: true }), 'sign-in')).toMatch(
      /^192\.0\.2\.1 is not part of company\.example\./,
    );
  });

  it('asks for no password where none is taken', () => {
    const provider = {
      name: 'Outlook',
      passwords: 'none',
      oauth: null,
      whyNoOAuth: null,
      hint: null,
      helpUrl: null,
    } as const;
    expect(takesPasswords({ kind: 'found', found: found({ provider }) })).toBe(false);
    expect(takesPasswords({ kind: 'found', found: found() })).toBe(true);
    expect(takesPasswords({ kind: 'manual', found: found({ provider }), why: null })).toBe(true);
  });

  it('tells nothing that was found from nobody who was asked', () => {
    const none = { address: 'me@company.example', found: null, lookedUp: true, trouble: null };
    expect(nothingFound(none, true)).toMatch(
      /^No settings were found for company\.example\. Enter/,
    );
    expect(nothingFound({ ...none, trouble: 'There is no network.' }, true)).toContain(
      'company.example. There is no network. Enter the server',
    );
    expect(nothingFound(none, false)).toContain('switched off in Settings');
  });
});

describe('a link in the field of the address', () => {
  const link = 'imaps://robin:secret@mail.example.org/INBOX';
  it.each([
    ['', link, true],
    ['robin@', link, true],
    // Over another one, of which much stays as it was.
    ['imaps://robin@mail.example.org/INBOX', link, true],
    ['pop3://robin@mail.example.org', link, true],
    ['imaps://robin:secret@', 'imaps://robin:secret@mail.example.org', true],
    // Letter by letter, and with a password that is pasted into it.
    ['imaps:/', 'imaps://', false],
    ['imaps://', 'imaps://r', false],
    ['imaps://robin@mail.exampl', 'imaps://robin@mail.example', false],
    ['imaps://robin:', 'imaps://robin:secret', false],
    ['imaps://robin@mail.example.orgg', 'imaps://robin@mail.example.org', false],
    ['', 'robin@example.org', false],
  ])('from %j to %j was pasted: %j', (before, after, isPasted) => {
    expect(isPastedLink(before, after)).toBe(isPasted);
  });
});
