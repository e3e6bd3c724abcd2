/** Lines of servers as public trackers, manuals and sources have them. */
import { describe, expect, test } from 'vitest';
import { isOfMethod, meaningOf, type AnswerKind } from './server-answers.ts';

type Line = readonly [line: string, means: AnswerKind | null, seenAt: string];

/** In answer to LOGIN or AUTHENTICATE. */
const TO_SIGN_IN: readonly Line[] = [
  // Gmail
  ['NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)', 'sign-in-refused', 'imapsync#175'],
  [
    'NO [ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833 (Failure)',
    'app-password',
    'mutt-wizard#831',
  ],
  [
    'NO [ALERT] Please log in via your web browser: https://support.google.com/mail/accounts/answer/78754 (Failure)',
    'web-login',
    'php-imap#87',
  ],
  [
    'NO [WEBALERT https://accounts.google.com/signin/continue?sarp=1&scc=1] Web login required.',
    'web-login',
    'S22.Imap#116',
  ],
  ['NO [ALERT] Too many simultaneous connections. (Failure)', 'over-limit', 'wildduck#35'],
  [
    'NO [ALERT] Your account is not enabled for IMAP use. Please visit your settings',
    'imap-off',
    'Gmail',
  ],
  ['NO [ALERT] Account exceeded command or bandwidth limits. (Failure)', 'throttled', 'Gmail'],
  [
    'NO [OVERQUOTA] Account exceeded command or bandwidth limits.',
    'throttled',
    'ha-email-sensor#16',
  ],
  ['NO [THROTTLED] Slow down', 'throttled', 'node-imap#593'],
  ['NO Lookup failed k12mb1234', 'busy', 'Gmail'],
  ['NO [UNAVAILABLE] Temporary System Error', 'busy', 'Gmail'],
  // Exchange and Outlook
  ['NO LOGIN failed.', 'sign-in-refused', 'MailKit#483'],
  ['NO AUTHENTICATE failed.', 'sign-in-refused', 'thunderbird-android#899'],
  ['NO Server Unavailable. 15', 'busy', 'imapfilter#146'],
  ['BAD User is authenticated but not connected.', 'not-connected', 'node-imap#523'],
  ['NO Basic authentication is disabled.', 'passwords-off', 'uxc#445'],
  [
    'NO [Error="AuthFailed:LogonDenied-BasicAuthBlocked-<RequestId=a72c4922>"] LOGIN failed.',
    'passwords-off',
    'Home-Assistant-Mail-And-Packages#1014',
  ],
  [
    'NO LOGIN failed. Account is blocked. Login to your account via a web browser to verify your identity.',
    'web-login',
    'node-imap#799',
  ],
  ['BAD Command received in Invalid state.', 'not-understood', 'flourish-classes#145'],
  ['BAD Command Argument Error. 12', 'not-understood', 'Exchange'],
  ['BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds', 'throttled', 'imapflow'],
  // Yahoo and AOL
  ['NO [AUTHENTICATIONFAILED] LOGIN Invalid credentials', 'sign-in-refused', 'Yahoo'],
  ['NO [LIMIT] LOGIN Rate limit hit', 'throttled', 'Yahoo'],
  ['NO [UNAVAILABLE] LOGIN Server error - Please try again later', 'busy', 'Yahoo'],
  ['NO [AUTHORIZATIONFAILED] LOGIN Account is not authorized', 'not-authorized', 'Yahoo'],
  // Dovecot, and what is in front of it
  ['NO [UNAVAILABLE] Temporary authentication failure. [host:2024-01-01]', 'busy', 'Dovecot'],
  [
    'NO [UNAVAILABLE] Internal error occurred. Refer to server log for more information.',
    'busy',
    'Dovecot',
  ],
  [
    'NO [LIMIT] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)',
    'over-limit',
    'docker-mailserver#1165',
  ],
  [
    'NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=16)',
    'over-limit',
    'node-imap#606',
  ],
  [
    'NO [PRIVACYREQUIRED] Plaintext authentication disallowed on non-secure (SSL/TLS) connections.',
    'privacy-required',
    'Dovecot',
  ],
  ['NO [EXPIRED] Password expired', 'password-expired', 'Dovecot'],
  ['NO [CONTACTADMIN] Your account needs care', 'contact-admin', 'RFC 5530'],
  ['NO [AUTHORIZATIONFAILED] Authorization failed', 'not-authorized', 'Dovecot'],
  ['NO [INUSE] Mailbox is in use', 'busy', 'RFC 5530'],
  ['NO Authentication rate limit from one source exceeded', 'throttled', 'Mailu#1251'],
  ['NO Temporary authentication failure (rate-limit)', 'throttled', 'Mailu#2283'],
  ['NO Authentication credentials invalid', 'sign-in-refused', 'Mailu#2283'],
  ['NO Temporary authentication failure', 'busy', 'Dovecot'],
  [
    'NO Internal error occurred. Refer to server log for more information. [2012-01-01]',
    'busy',
    'Dovecot',
  ],
  // Cyrus, Courier, UW
  ['NO Login failed: authentication failure', 'sign-in-refused', 'Cyrus'],
  ['NO Login failed: generic failure', 'busy', 'Cyrus, saslauthd is away'],
  ['NO Login failed: user not found', 'sign-in-refused', 'Cyrus'],
  ['NO no mechanism available', 'method-unsupported', 'Cyrus'],
  ['NO Login failed.', 'sign-in-refused', 'Courier'],
  ['NO Temporary problem, please try again later', 'busy', 'Courier'],
  ['NO Error in IMAP command received by server.', 'not-understood', 'Courier'],
  [
    'NO AUTHENTICATE mechanism not supported, mate',
    'method-unsupported',
    'thunderbird-android#9406',
  ],
  ['NO Unsupported authentication mechanism.', 'method-unsupported', 'Dovecot'],
  ['NO PLAIN is not supported here', 'method-unsupported', 'hosting'],
  ['NO Not implemented', 'method-unsupported', 'hosting'],
  // Providers
  [
    'NO [AUTHENTICATIONFAILED] LOGIN invalid credentials or IMAP is disabled sc=cYXlpv732Cg1',
    'sign-in-refused',
    'Mailspring#2111',
  ],
  ['NO IMAP access disabled for this account', 'imap-off', 'GMX'],
  ['NO Zugriff verweigert', null, 'web.de'],
  ['NO IMAP-Zugriff ist nicht freigeschaltet', 'imap-off', 'web.de'],
  [
    'NO [ALERT] You are yet to enable IMAP for your account. Please contact your administrator',
    'imap-off',
    'Zoho',
  ],
  [
    'NO [AUTHENTICATIONFAILED] Application password is REQUIRED',
    'sign-in-refused',
    'mail.ru: the code decides',
  ],
  ['NO Login failed - please create an app password', 'app-password', 'purelymail#337'],
  [
    'NO Login Fail. Please enter your authorization code to login. More information in http://service.mail.qq.com',
    'app-password',
    'yapi#2219',
  ],
  ['NO Please using authorized code to login.', 'app-password', 'qqbot#139'],
  [
    'NO Login fail. Account is abnormal, service is not open, password is incorrect, login frequency limited, or system is busy. More information at https://help.mail.qq.com',
    'sign-in-refused',
    'cursor-auto-free#294: it may be the password',
  ],
  ['NO LOGIN Login error password error', 'sign-in-refused', '163'],
  ['NO LOGIN Login error or password error', 'sign-in-refused', '163'],
  ['NO no such user', 'sign-in-refused', 'Proton Bridge'],
  ['NO too many login attempts, please try again later', 'too-many-refusals', 'gluon'],
  ['NO Too many auth attempts', 'too-many-refusals', 'nextcloud/mail#9156'],
  ['NO Too many invalid login attempts', 'too-many-refusals', 'Kerio'],
  ['NO Account locked', 'account-blocked', 'Zimbra'],
  ['NO account is not active', 'account-blocked', 'Zimbra'],
  ['NO account does not have IMAP access enabled', 'imap-off', 'Zimbra'],
  ['NO [ALERT] password must be changed before IMAP login permitted', 'password-expired', 'Zimbra'],
  ['NO [ALERT] account undergoing maintenance; please try again later', 'busy', 'Zimbra'],
  ['NO IMAP access denied for your account', 'imap-off', 'hosting'],
  ['NO IMAP service is not available for your account. Please upgrade.', 'imap-off', 'hosting'],
  ['NO Too many simultaneous IMAP connections', 'over-limit', 'hosting'],
  ['NO Too many simultaneous logins', 'over-limit', 'hosting'],
  ['NO Too many concurrent logins for this user', 'over-limit', 'hosting'],
  ['NO User is logged in too many times', 'over-limit', 'hosting'],
  ['NO Number of connections exceeded', 'over-limit', 'hosting'],
  ['NO Login limit reached', 'over-limit', 'hosting'],
  ['NO Too many failed logins', 'too-many-refusals', 'hosting'],
  ['NO Login frequency limited', 'throttled', 'QQ'],
  ['NO Too frequent logins', 'throttled', 'hosting'],
  ['NO Unable to lock maildrop', 'busy', 'qpopper'],
  ['NO Mailbox is locked by another session', 'busy', 'hosting'],
  ['NO Mailbox is being moved', 'busy', 'hosting'],
  ['NO SQL error', 'busy', 'dbmail'],
  ['NO Disk full', 'busy', 'hosting'],
  ['NO Shutting down', 'busy', 'hosting'],
  ['NO Please retry in 30 seconds', 'busy', 'hosting'],
  ['NO Service temporairement indisponible', 'busy', 'hosting'],
  ['NO Server vorübergehend nicht verfügbar', 'busy', 'hosting'],
  ['NO PLAIN authentication is disabled', 'method-unsupported', 'hosting'],
  ['NO Logging in is disabled on this server', 'method-unsupported', 'hosting'],
  ['NO Your account has been suspended', 'account-blocked', 'hosting'],
  ['NO System busy, try later', 'busy', 'hosting'],
  ['NO Internal error...', 'busy', 'issue 12'],
  ['NO Cannot connect to the authentication server', 'busy', 'hosting'],
  ['NO Invalid credentials, please try again', 'sign-in-refused', 'hosting'],
  ['NO [ALERT] [UNAVAILABLE] Two codes', 'busy', 'hosting'],
  ['NO [ALERT]', null, 'nothing said'],
  ['NO', null, 'nothing said'],
  ['no [unavailable] small letters', 'busy', 'hosting'],
];

/** In answer to anything else, and as BYE. */
const ELSEWHERE: readonly Line[] = [
  ['NO EXAMINE Unsafe Login. Please contact kefu@188.com for help', 'web-login', 'imap-backup#217'],
  ['BAD User is authenticated but not connected.', 'not-connected', 'email-oauth2-proxy#74'],
  ['NO Server Unavailable. 15', 'busy', 'imapfilter#146'],
  ['NO [AUTHENTICATIONFAILED] Odd here', null, 'said too late'],
  ['NO Invalid password', null, 'said too late'],
  [
    'NO [OVERQUOTA] Account exceeded command or bandwidth limits.',
    'throttled',
    'ha-email-sensor#16',
  ],
  ['BYE Connection is closed. 13', null, 'Exchange'],
  ['BYE Session invalidated - AccessTokenExpired', null, 'imapsync#250'],
  ['BYE [UNAVAILABLE] Server shutting down', 'busy', 'Dovecot'],
  ['BYE Maximum connection limit reached for ::ffff:192.0.2.1', 'over-limit', 'Courier'],
  ['BYE Temporary problem, please try again later', 'busy', 'Courier'],
  ['BYE Too many connections from your IP', 'over-limit', 'tcp wrappers'],
  ['BYE Disconnected for inactivity.', null, 'Dovecot'],
  ['BYE Server shutting down.', 'busy', 'stalwart#12'],
  ['bye too many connections', 'over-limit', 'in small letters'],
];

describe('what a server answers', () => {
  test.each(TO_SIGN_IN)('to a sign-in: %s', (line, means) => {
    expect(meaningOf(line, true)).toBe(means);
  });

  test.each(ELSEWHERE)('elsewhere: %s', (line, means) => {
    expect(meaningOf(line, false)).toBe(means);
  });

  test.each([
    ['NO Unsupported authentication mechanism.', true, true],
    ['NO [CANNOT] No', true, true],
    ['BAD What', true, true],
    ['BAD [UNAVAILABLE] Later', false, false],
    ['NO AUTHENTICATE failed.', false, true],
    ['NO What', false, true],
    ['NO [AUTHENTICATIONFAILED] No', false, false],
    ['NO [UNAVAILABLE] Later', false, false],
    ['NO Too many connections', false, false],
  ])(
    '%s is about the way of signing in: %s, and before the password: %s',
    (line, after, before) => {
      expect(isOfMethod(line, true)).toBe(after);
      expect(isOfMethod(line, false)).toBe(before);
    },
  );

  test('is read in no time, however long it is', () => {
    const line = `NO ${'too many imap password basic auth account '.repeat(25_000)}`;
    expect(meaningOf(line, true)).toBeNull();
  });
});
