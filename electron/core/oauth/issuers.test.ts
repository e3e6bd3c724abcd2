import { array, assert, constantFrom, oneof, property, string } from 'fast-check';
import { RepriseError } from '../../../shared/errors.ts';
import { describe, expect, it } from 'vitest';
import {
  endpointsOf,
  foreignHosts,
  isForeignIssuer,
  isOfAnotherProvider,
  issuerOf,
  mailScopes,
  readIssuer,
} from './issuers.ts';
import { OAUTH_OFFERS } from '../../../shared/oauth-offers.ts';

describe('the address of an issuer', () => {
  it.each([
    ['https://auth.example.org', 'https://auth.example.org'],
    [' https://auth.example.org/ ', 'https://auth.example.org'],
    ['auth.example.org', 'https://auth.example.org'],
    ['https://auth.example.org/realms/mail', 'https://auth.example.org/realms/mail'],
    ['https://auth.example.org/realms/mail/', 'https://auth.example.org/realms/mail/'],
    ['https://auth.example.org/.well-known/openid-configuration', 'https://auth.example.org'],
    [
      'https://auth.tb.pro/realms/tbpro/.well-known/openid-configuration',
      'https://auth.tb.pro/realms/tbpro',
    ],
    [
      'https://auth.example.org/.well-known/oauth-authorization-server/realms/mail',
      'https://auth.example.org/realms/mail',
    ],
    [
      'https://auth.example.org/.well-known/oauth-authorization-server/application/o/mail/',
      'https://auth.example.org/application/o/mail/',
    ],
    ['https://127.0.0.1:8443', 'https://127.0.0.1:8443'],
    [
      'https://login.microsoftonline.com/contoso.onmicrosoft.com/v2.0/',
      'https://login.microsoftonline.com/contoso.onmicrosoft.com/v2.0',
    ],
  ])('%s is read', (typed, issuer) => {
    expect(readIssuer(typed)).toBe(issuer);
  });

  it.each([
    ['http://auth.example.org', 'https'],
    ['http://127.0.0.1:8080', 'https'],
    ['ftp://auth.example.org', 'https'],
    ['javascript:alert(1)', 'address'],
    ['https://ann:secret@auth.example.org', 'user name'],
    ['https://auth.example.org/?x=1', 'behind its path'],
    ['https://auth.example.org/#x', 'behind its path'],
    ['https://', 'no address'],
    ['not an address', 'no address'],
    ['', 'no address'],
  ])('%s is refused', (typed, why) => {
    expect(() => readIssuer(typed)).toThrow(why);
  });
});

/** What addresses are made of, in any order. */
const pieces = array(
  constantFrom(
    'https://',
    'http:',
    '//',
    '/',
    '@',
    ':',
    ':443',
    '?',
    '#',
    '%2f',
    '..',
    ' ',
    '[::1]',
    'auth.example.org',
    'login.microsoftonline.com',
    '/common/v2.0',
    '/.well-known/openid-configuration',
    'ü.example',
  ),
  { maxLength: 6 },
).map((parts) => parts.join(''));

function readOrWhy(typed: string): string | RepriseError {
  try {
    return readIssuer(typed);
  } catch (error) {
    if (error instanceof RepriseError) return error;
    throw error;
  }
}

describe('any text for an address', () => {
  it('is refused in words, or is one under https that reads as itself', () => {
    assert(
      property(oneof(string(), pieces), (typed) => {
        const issuer = readOrWhy(typed);
        // What else it throws fails this.
        if (issuer instanceof RepriseError) return;
        expect(issuer).toMatch(/^https:\/\//);
        expect(readIssuer(issuer)).toBe(issuer);
        expect(issuerOf(issuer).issuer).toBe(issuer);
      }),
    );
  });
});

describe('an issuer', () => {
  it.each([
    ['https://auth.example.org', 'imap.example.org'],
    ['https://auth.example.co.uk', 'mail.example.co.uk'],
    ['https://127.0.0.1:8443', '127.0.0.1'],
    ['https://accounts.google.com', 'imap.gmail.com'],
    ['https://accounts.google.com', 'IMAP.GoogleMail.com'],
    ['https://login.microsoftonline.com/common/v2.0', 'outlook.office365.com'],
    ['https://login.microsoftonline.com/contoso.com/v2.0', 'imap-mail.outlook.com'],
    ['https://login.microsoftonline.us/organizations/v2.0', 'outlook.office365.us'],
    ['https://login.partner.microsoftonline.cn/organizations/v2.0', 'partner.outlook.cn'],
    ['https://api.fastmail.com', 'imap.fastmail.com'],
    ['https://oauth.yandex.com', 'imap.yandex.ru'],
  ])('%s is no stranger to %s', (issuer, server) => {
    expect(isForeignIssuer(issuer, server)).toBe(false);
  });

  it.each([
    ['https://auth.evil.example', 'imap.example.org'],
    // Who lets others register beneath them is nobody's owner.
    ['https://a.github.io', 'b.github.io'],
    ['https://accounts.google.com', 'imap.example.org'],
    ['https://accounts.google.com.evil.example', 'imap.gmail.com'],
    ['https://login.microsoftonline.com.evil.example/common/v2.0', 'outlook.office365.com'],
    ['https://127.0.0.1:8443', '127.0.0.2'],
    ['https://auth.example.org', '192.0.2.1'],
  ])('%s is a stranger to %s', (issuer, server) => {
    expect(isForeignIssuer(issuer, server)).toBe(true);
  });

  it.each(OAUTH_OFFERS.map(({ name, issuer }) => [name, issuer]))(
    'of the list is called a provider by every other issuer: %s',
    (_name, listed) => {
      const { metadata } = issuerOf(listed);
      const endpoints = metadata === null ? [] : endpointsOf(metadata);
      expect(endpoints.length).toBeGreaterThan(1);
      const unknown = issuerOf('https://auth.example.org');
      for (const endpoint of endpoints) expect(isOfAnotherProvider(endpoint, unknown)).toBe(true);
      expect(foreignHosts(issuerOf(listed), endpoints)).toEqual([]);
    },
  );

  it('of Microsoft’s is asked at its own cloud, for its own servers', () => {
    const { metadata, scopes, loopback } = issuerOf(
      'https://login.microsoftonline.us/organizations/v2.0',
    );
    expect(metadata?.token_endpoint).toBe(
      'https://login.microsoftonline.us/organizations/oauth2/v2.0/token',
    );
    expect(scopes).toContain('https://outlook.office365.us/IMAP.AccessAsUser.All');
    expect(scopes).toContain('offline_access');
    // Only this name of the loopback can be typed into its portal.
    expect(loopback).toBe('localhost');
  });

  it('of Google’s is asked for a refresh token at every consent', () => {
    expect(issuerOf('https://accounts.google.com').parameters).toEqual({
      access_type: 'offline',
      prompt: 'consent',
    });
  });

  it('that nobody knows is asked for what it names of mail', () => {
    const issuer = 'https://auth.example.org';
    const scopes = (scopes_supported: string[]) => mailScopes({ issuer, scopes_supported });
    expect(scopes(['openid', 'profile', 'offline_access', 'calendar'])).toEqual([
      'openid',
      'offline_access',
    ]);
    expect(scopes(['urn:ietf:params:oauth:scope:mail'])).toEqual([
      'urn:ietf:params:oauth:scope:mail',
    ]);
    expect(mailScopes({ issuer })).toEqual([]);
  });
});
