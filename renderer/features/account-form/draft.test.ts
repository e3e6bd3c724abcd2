import { describe, expect, it } from 'vitest';
import type { CertificateText, ProviderPreset } from '../../../shared/model.ts';
import { account } from '../../testing/entities.ts';
import {
  caFileOf,
  draftOf,
  EMPTY_DRAFT,
  formatMailboxes,
  isSameConnection,
  labelOf,
  parseMailboxes,
  pinOf,
  sortedMailboxes,
  strayPinOf,
  toggleMailbox,
  toInput,
  whyTypeAgain,
  withPreset,
  withSecurity,
  type Draft,
} from './draft.ts';

const preset: ProviderPreset = {
  provider: 'Example',
  host: 'imap.example.org',
  port: 143,
  security: 'starttls',
  hint: null,
  helpUrl: null,
};

describe('an account as it is being typed', () => {
  it('is called by its address until it is named', () => {
    expect(labelOf({ ...EMPTY_DRAFT, user: ' me@example.org ' })).toBe('me@example.org');
    expect(labelOf({ ...EMPTY_DRAFT, user: 'me@example.org', label: 'Work' })).toBe('Work');
    expect(toInput({ ...EMPTY_DRAFT, user: 'me', label: '  ' }, true).label).toBe('me');
  });

  it('sends an empty password only where there is none yet', () => {
    expect(toInput(EMPTY_DRAFT, true).password).toBe('');
    expect(toInput(draftOf(account('a')), false).password).toBeNull();
    expect(toInput({ ...EMPTY_DRAFT, password: 'new' }, false).password).toBe('new');
  });

  it('wants the password again for another server, and not when the old one is typed again', () => {
    const stored = account('a', { host: 'imap.example.org' });
    const why = (changes: Partial<Draft>) =>
      whyTypeAgain(stored, { ...draftOf(stored), ...changes });
    const was = 'Type the password again: it was for imap.example.org.';
    expect(why({ host: 'imap.example.net' })).toBe(was);
    expect(why({ host: 'imap.example.net', servername: 'imap.example.org' })).toBe(was);
    expect(why({ servername: 'mail.example.org' })).toBe(
      'Type the password again: it was for the certificate of imap.example.org.',
    );
    expect(why({ host: ' IMAP.example.org. ', servername: 'imap.example.org' })).toBeNull();
    expect(why({ port: '143', security: 'starttls', servername: ' ' })).toBeNull();
    const numbered = account('a', { host: '::1' });
    expect(whyTypeAgain(numbered, { ...draftOf(numbered), host: ' [::1] ' })).toBeNull();
    // Cleared, to type another one.
    expect(why({ host: ' ' })).toBeNull();
  });

  it('wants the password at once where the stored one is for another server, and not for that one', () => {
    const killed = account('a', {
      host: 'imap.example.org',
      strayPassword: { host: 'imap.example.net', name: 'imap.example.net' },
    });
    const draft = draftOf(killed);
    expect(whyTypeAgain(killed, draft)).toBe(
      'Type the password again: it was for imap.example.net.',
    );
    expect(whyTypeAgain(killed, { ...draft, host: 'IMAP.example.net' })).toBeNull();
  });

  it('sends what is no port as no number', () => {
    expect(toInput({ ...EMPTY_DRAFT, port: ' 1993 ' }, true).port).toBe(1993);
    expect(toInput({ ...EMPTY_DRAFT, port: '' }, true).port).toBeNaN();
    expect(toInput({ ...EMPTY_DRAFT, port: 'imap' }, true).port).toBeNaN();
  });

  it('keeps the stored CA file until another one is chosen or it is removed', () => {
    const draft = draftOf(
      account('a', { trust: { kind: 'ca', fileName: 'ca.pem', subjects: ['CN=Example'] } }),
    );
    expect(draft.trust).toMatchObject({ kind: 'keep', subjects: ['CN=Example'] });
    expect(caFileOf(draft)).toBe('ca.pem');
    expect(caFileOf({ ...draft, trust: { kind: 'system' } })).toBeNull();
    expect(toInput(draft, false).trust).toEqual({ kind: 'keep' });
    expect(toInput({ ...draft, trust: { kind: 'system' } }, false).trust).toEqual({
      kind: 'system',
    });
  });

  it('keeps the pinned certificate with its server, and says where it is left behind', () => {
    const certificate: CertificateText = {
      subject: 'CN=localhost',
      issuer: 'CN=localhost',
      names: [],
      validFromAt: 0,
      validToAt: 1,
      fingerprint256: 'AA:BB',
    };
    const draft = draftOf(account('a', { trust: { kind: 'pin', certificate } }));
    expect(toInput(draft, false).trust).toEqual({ kind: 'keep' });
    expect(pinOf(draft)?.certificate).toBe(certificate);
    expect(strayPinOf({ ...draft, host: ' IMAP.Example.org. ' })).toBeNull();
    expect(strayPinOf({ ...draft, host: 'other.example' })?.host).toBe('imap.example.org');
    expect(strayPinOf({ ...draft, host: 'x', trust: { kind: 'system' } })).toBeNull();
    const chosen = { kind: 'pin', certificate, pem: 'PEM', host: draft.host } as const;
    expect(toInput({ ...draft, trust: chosen }, false).trust).toEqual({
      kind: 'pin',
      fingerprint256: 'AA:BB',
      pem: 'PEM',
    });
  });

  it('comes back as it was stored', () => {
    const stored = account('a', { mailboxes: ['INBOX', 'Sent'], servername: 'mail.example.org' });
    expect(toInput(draftOf(stored), false)).toMatchObject({
      label: 'a',
      user: stored.user,
      host: stored.host,
      port: stored.port,
      servername: 'mail.example.org',
      mailboxes: ['INBOX', 'Sent'],
    });
  });

  it('changes the usual port with the security, and leaves another one alone', () => {
    const starttls = withSecurity(EMPTY_DRAFT, 'starttls');
    expect(starttls.port).toBe('143');
    expect(withSecurity(starttls, 'tls').port).toBe('993');
    expect(withSecurity({ ...EMPTY_DRAFT, port: '1993' }, 'starttls').port).toBe('1993');
  });

  it("takes over a provider's settings, but not over what was typed", () => {
    expect(withPreset(EMPTY_DRAFT, preset, new Set())).toMatchObject({
      host: 'imap.example.org',
      port: '143',
      security: 'starttls',
    });
    const typed = { ...EMPTY_DRAFT, host: 'mine.example.org' };
    expect(withPreset(typed, preset, new Set(['host', 'port']))).toEqual(typed);
  });

  it('needs another test when the connection changes, not when names do', () => {
    const renamed = { ...EMPTY_DRAFT, label: 'Work', mailboxes: 'Sent' };
    expect(isSameConnection(EMPTY_DRAFT, renamed)).toBe(true);
    expect(isSameConnection(EMPTY_DRAFT, { ...EMPTY_DRAFT, password: 'x' })).toBe(false);
  });
});

describe('the mailboxes to watch', () => {
  it.each([
    ['INBOX', ['INBOX']],
    ['INBOX, Sent ,, Archive', ['INBOX', 'Sent', 'Archive']],
    ['INBOX\r\n\r\n Sent \nLists/a, b', ['INBOX', ' Sent ', 'Lists/a, b']],
    ['Sent ', ['Sent ']],
    [' a, b\n', [' a, b']],
    ['Travel, 2026\n', ['Travel, 2026']],
    [' \n ', []],
    ['', []],
  ])('are read from %j', (text, names) => {
    expect(parseMailboxes(text)).toEqual(names);
  });

  it.each([
    [['INBOX']],
    [['INBOX', 'Sent']],
    [['Travel, 2026']],
    [[' x ', 'x']],
    [[' x ']],
    [['a, b', 'c']],
    [[]],
  ])('are read as they were written: %j', (names) => {
    expect(parseMailboxes(formatMailboxes(names))).toEqual(names);
  });

  it('gain and lose one by choice', () => {
    expect(toggleMailbox('INBOX, Sent', 'Archive', true)).toBe('INBOX\nSent\nArchive');
    expect(toggleMailbox('INBOX, Sent', 'Sent', false)).toBe('INBOX');
    expect(toggleMailbox('inbox', 'INBOX', true)).toBe('INBOX');
  });

  it('are offered with INBOX first, then by name', () => {
    const names = ['Work', 'Folder 10', 'Archive', 'Folder 2', 'Inbox'];
    expect(sortedMailboxes(names)).toEqual(['Inbox', 'Archive', 'Folder 2', 'Folder 10', 'Work']);
  });
});
