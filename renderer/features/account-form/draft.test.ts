import { describe, expect, it } from 'vitest';
import type { CertificateText, GrantId } from '../../../shared/model.ts';
import { offerOf } from '../../../shared/oauth-offers.ts';
import { isSamePlace } from '../../../shared/password-place.ts';
import type { FoundSettings } from '../../../shared/set-up.ts';
import { placeOf } from '../../account-password.ts';
import { account } from '../../testing/entities.ts';
import {
  caFileOf,
  draftLike,
  draftOf,
  draftPlace,
  EMPTY_DRAFT,
  formatMailboxes,
  hasAdvanced,
  isSameConnection,
  isSignedIn,
  labelOf,
  parseMailboxes,
  pinOf,
  sortedMailboxes,
  strayPinOf,
  signInAt,
  toggleMailbox,
  toInput,
  withField,
  withFound,
  withoutFound,
  withUrl,
  type Draft,
  type Field,
} from './draft.ts';

const found: FoundSettings = {
  host: 'imap.example.org',
  domain: 'example.org',
  port: 143,
  security: 'starttls',
  user: 'me@example.org',
  source: 'autoconfig',
  foundBy: 'autoconfig.example.org',
  foreign: false,
  provider: null,
};

/** What a duplicate of an account of this name is called. */
const copyOf = (label: string, ...labels: string[]) =>
  labelOf(draftLike(account('a', { label }), labels));

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

  it('says where it signs in, in whatever spelling, once every field of that is filled in', () => {
    const stored = account('a', { host: 'imap.example.org' });
    const isPlaceOf = (changes: Partial<Draft>) => {
      const place = draftPlace(stored, { ...draftOf(stored), ...changes });
      return place === null ? null : isSamePlace(placeOf(stored), place);
    };
    expect(isPlaceOf({ mailboxes: 'Sent', label: 'Home', password: 'x' })).toBe(true);
    expect(isPlaceOf({ host: ' IMAP.example.org. ', servername: 'imap.example.org' })).toBe(true);
    expect(isPlaceOf({ port: ' 993 ', user: ' a@example.org ', servername: ' ' })).toBe(true);
    for (const change of [
      { host: 'imap.example.net' },
      { servername: 'mail.example.org' },
      { port: '143' },
      { security: 'starttls' as const },
      { user: 'b@example.org' },
      { trust: { kind: 'ca' as const, fileName: 'ca.pem', pem: 'PEM' } },
    ]) {
      expect(isPlaceOf(change)).toBe(false);
    }
    // Cleared, to type another one.
    for (const field of ['host', 'port', 'user']) expect(isPlaceOf({ [field]: ' ' })).toBeNull();
    const numbered = account('a', { host: '::1' });
    expect(draftPlace(numbered, { ...draftOf(numbered), host: ' [::1] ' })).toEqual(
      placeOf(numbered),
    );
  });

  it('sends what is no port as no number', () => {
    expect(toInput({ ...EMPTY_DRAFT, port: ' 1993 ' }, true).port).toBe(1993);
    expect(toInput({ ...EMPTY_DRAFT, port: '' }, true).port).toBeNaN();
    expect(toInput({ ...EMPTY_DRAFT, port: 'imap' }, true).port).toBeNaN();
  });

  it('keeps the stored CA file until another one is chosen or it is removed', () => {
    const draft = draftOf(
      account('a', {
        trust: { kind: 'ca', fileName: 'ca.pem', subjects: ['CN=Example'], sha256: 'ab' },
      }),
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
    const starttls = withField(EMPTY_DRAFT, 'security', 'starttls');
    expect(starttls.port).toBe('143');
    expect(withField(starttls, 'security', 'tls').port).toBe('993');
    expect(withField({ ...EMPTY_DRAFT, port: '1993' }, 'security', 'starttls').port).toBe('1993');
  });

  it('takes over what was found, and is still called by its address', () => {
    const typed = { ...EMPTY_DRAFT, user: 'me@example.org', password: 'secret' };
    const draft = withFound(typed, 'me@example.org', found, false);
    expect(draft).toMatchObject({ host: 'imap.example.org', port: '143', security: 'starttls' });
    expect([draft.password, labelOf(draft)]).toEqual(['secret', 'me@example.org']);
    const other = withFound(typed, 'me@example.org', { ...found, user: 'me' }, false);
    expect([other.user, labelOf(other)]).toEqual(['me', 'me@example.org']);
    expect(labelOf(withFound({ ...typed, label: 'Work' }, 'me@example.org', found, false))).toBe(
      'Work',
    );
  });

  it('gives back what was found, but not what was typed over it', () => {
    const draft = withFound(EMPTY_DRAFT, 'me@example.org', { ...found, user: 'me' }, false);
    expect(withoutFound(draft, 'me@example.org', found)).toEqual({ ...EMPTY_DRAFT, user: 'me' });
    const typed = { ...draft, host: 'mine.example.org', port: '1143', label: 'Work' };
    expect(withoutFound(typed, 'me@example.org', found)).toEqual(typed);
  });

  it('takes over a link, and a password only from one that has it', () => {
    const typed = { ...EMPTY_DRAFT, password: 'typed' };
    const url = { user: 'me', password: '', host: 'imap.example.org', port: 1993 } as const;
    const draft = withUrl(typed, { ...url, security: 'tls', mailbox: 'a, b' });
    expect(draft).toMatchObject({ user: 'me', password: 'typed', port: '1993' });
    expect(parseMailboxes(draft.mailboxes)).toEqual(['a, b']);
    const bare = withUrl(typed, { ...url, password: 'linked', security: 'tls', mailbox: null });
    expect([bare.password, bare.mailboxes]).toEqual(['linked', 'INBOX']);
  });

  it('begins like another account, but for the password and a name that no other has', () => {
    const stored = account('Work', { servername: 'mail.example.org', mailboxes: ['Sent'] });
    const draft = draftLike(stored, ['Work']);
    expect(draft).toEqual({ ...draftOf(stored), label: 'Work (copy)', password: '' });
    expect(copyOf('Work', 'Work', 'Work (copy)')).toBe('Work (copy 2)');
    expect(copyOf('Work (copy)', 'Work (copy)', 'Work (copy 2)')).toBe('Work (copy 3)');
    // As long as names may be, and no half of a letter in them.
    const long = copyOf('𝒲'.repeat(60));
    expect(long).toMatch(/ \(copy\)$/);
    expect([long.length <= 120, long.isWellFormed()]).toEqual([true, true]);
  });

  it('has something to unfold where a folded field holds anything unusual', () => {
    expect(hasAdvanced({ ...EMPTY_DRAFT, user: 'me', password: 'x', host: 'h', port: '1' })).toBe(
      false,
    );
    const stored = account('a', {
      trust: { kind: 'ca', fileName: 'ca.pem', subjects: [], sha256: 'ab' },
    });
    for (const draft of [
      { ...EMPTY_DRAFT, mailboxes: 'Sent' },
      { ...EMPTY_DRAFT, servername: 'x' },
      { ...EMPTY_DRAFT, label: 'Work' },
      { ...draftOf(stored), label: null },
    ])
      expect(hasAdvanced(draft)).toBe(true);
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

describe('a sign-in in the browser', () => {
  const issuer = 'https://auth.example.org';
  const offer = { ...offerOf(issuer), clientNeeded: true };
  const provider = {
    name: 'Example',
    passwords: 'app',
    oauth: offer,
    whyNoOAuth: null,
    hint: null,
    helpUrl: null,
  } as const;
  const grant = 'a grant' as unknown as GrantId;
  const signedIn: Draft = {
    ...EMPTY_DRAFT,
    password: 'typed before',
    signIn: { kind: 'oauth', issuer, clientId: 'mine', grant },
  };

  it.each([
    ['none', false, 'oauth'],
    ['app', false, 'password'],
    // The second account of a provider is as quick as with a password.
    ['app', true, 'oauth'],
  ] as const)('passwords %s, a client id there %s: %s', (passwords, hasClient, kind) => {
    const settings = { ...found, provider: { ...provider, passwords } };
    const draft = withFound(EMPTY_DRAFT, 'me@example.org', settings, hasClient);
    expect(draft.signIn.kind).toBe(kind);
    expect(withoutFound(draft, 'me@example.org', settings).signIn.kind).toBe('password');
  });

  it('sends what it brought, and no password', () => {
    expect(toInput(signedIn, true)).toMatchObject({ password: null, signIn: signedIn.signIn });
    const stored = account('a', { signIn: { kind: 'oauth', issuer, clientId: 'mine' } });
    expect(toInput(draftOf(stored), false)).toMatchObject({
      password: null,
      signIn: { kind: 'oauth', issuer, clientId: 'mine', grant: null },
    });
  });

  it('is over when it is for another server or user, and not for another certificate', () => {
    expect(isSignedIn(signedIn, null)).toBe(true);
    const changes: readonly Partial<Draft>[] = [
      { user: 'other' },
      { host: 'other.example' },
      { port: '1993' },
      { security: 'starttls' },
      { servername: 'other.example' },
    ];
    for (const change of changes) {
      const [field] = Object.keys(change) as [Field];
      const changed = withField(signedIn, field, change[field] as Draft[Field]);
      expect(isSignedIn(changed, null)).toBe(false);
    }
    expect(isSignedIn(withField(signedIn, 'mailboxes', 'Sent'), null)).toBe(true);
    expect(isSignedIn(withField(signedIn, 'trust', { kind: 'system' }), null)).toBe(true);
  });

  it('stays as it is stored, for the same issuer and client', () => {
    const { signIn } = account('a', { signIn: { kind: 'oauth', issuer, clientId: 'mine' } });
    const kept = {
      ...signedIn,
      signIn: { kind: 'oauth', issuer, clientId: 'mine', grant: null },
    } as const;
    expect(isSignedIn(kept, signIn)).toBe(true);
    expect(isSignedIn({ ...kept, signIn: signInAt(issuer) }, signIn)).toBe(false);
    expect(isSignedIn(kept, { kind: 'password' })).toBe(false);
  });
});
