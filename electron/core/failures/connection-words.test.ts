import { describe, expect, test } from 'vitest';
import type { CertificateFacts, ProblemCode } from '../../../shared/model.ts';
import { ConnectError } from './connection-failure.ts';
import { describeProblem, type ProblemContext } from './connection-words.ts';

const DAY = 86_400_000;
const now = Date.UTC(2026, 5, 15);

const certificate: CertificateFacts = {
  subject: 'CN=other.example',
  issuer: 'CN=Authority',
  names: ['DNS:other.example', 'DNS:mail.other.example', 'IP Address:192.0.2.7', 'DNS:x.example'],
  validFromAt: now - 90 * DAY,
  validToAt: now - DAY,
  fingerprint256: '00',
  verifiedAt: now,
};

const context: ProblemContext = {
  phase: 'tls',
  host: 'imap.example.org',
  user: 'robin@example.org',
  byToken: false,
  port: 993,
  security: 'tls',
  tlsAnswered: false,
  sessionOffered: false,
  asksForCertificate: false,
  servername: 'imap.example.org',
  trustsCaFile: false,
  pin: null,
  ownName: null,
  mailbox: 'Archive/2025',
  certificate: null,
  hasGreeted: false,
  command: null,
  refusal: null,
  byeLine: null,
  strangeLine: null,
  plainLine: null,
  now,
};

function coded(code: string, more: object = {}): Error {
  return Object.assign(new Error('internal words'), { code, ...more });
}

/** What imapflow throws for a tagged NO or BAD to the sign-in. */
function refused(response: string, responseCode?: string): Error {
  return Object.assign(new Error('Command failed'), {
    authenticationFailed: true,
    response,
    ...(responseCode === undefined ? {} : { serverResponseCode: responseCode }),
  });
}

function answered(response: string, more: object = {}): Error {
  return Object.assign(new Error('Command failed'), { response, responseStatus: 'NO', ...more });
}

type Case = readonly [
  what: string,
  error: unknown,
  where: Partial<ProblemContext>,
  code: ProblemCode,
  says: RegExp,
];

const cases: readonly Case[] = [
  [
    'a name that does not exist',
    coded('ENOTFOUND'),
    { phase: 'dns' },
    'dns',
    /no server named imap.example.org.*typing error/s,
  ],
  [
    'a resolver that is silent',
    coded('EAI_AGAIN'),
    { phase: 'dns' },
    'dns',
    /cannot be looked up just now.*network connection/,
  ],
  [
    'a name lookup that hangs',
    new ConnectError('PHASE_TIMEOUT', { limitMs: 12_000 }),
    { phase: 'dns' },
    'timeout',
    /could not be looked up within 12 s/,
  ],
  [
    'a closed port',
    coded('ECONNREFUSED'),
    { phase: 'tcp' },
    'refused',
    /refuses connections on port 993.*993 with TLS and 143/,
  ],
  [
    'all addresses refusing',
    Object.assign(new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')])),
    { phase: 'tcp' },
    'refused',
    /refuses connections/,
  ],
  [
    'a port that is closed, of a host with another address that leads nowhere from here',
    Object.assign(new AggregateError([coded('ENETUNREACH'), coded('ECONNREFUSED')]), {
      code: 'ENETUNREACH',
    }),
    { phase: 'tcp' },
    'refused',
    /refuses connections/,
  ],
  [
    'a host that cannot be reached',
    coded('EHOSTUNREACH'),
    { phase: 'tcp' },
    'unreachable',
    /cannot be reached.*firewall or VPN/,
  ],
  [
    'a server that wants a certificate of ours',
    coded('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'),
    { phase: 'greeting' },
    'client-certificate',
    /wants a client certificate/,
  ],
  [
    'one that refuses what it asked for, as Go and NSS do',
    coded('ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE'),
    { asksForCertificate: true },
    'client-certificate',
    /wants a client certificate/,
  ],
  [
    'one that turns us away after it asked, under TLS 1.2',
    coded('ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE'),
    { asksForCertificate: true },
    'client-certificate',
    /wants a client certificate/,
  ],
  [
    'one that does so as GnuTLS does',
    coded('ERR_SSL_TLSV1_ALERT_DECODE_ERROR'),
    { asksForCertificate: true },
    'client-certificate',
    /wants a client certificate/,
  ],
  [
    'one that turns us away and never asked',
    coded('ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE'),
    {},
    'tls',
    /TLS with imap.example.org:993 failed/,
  ],
  [
    'one that says so in its greeting, as nginx does',
    coded('NoConnection'),
    {
      phase: 'greeting',
      asksForCertificate: true,
      byeLine: 'BYE No required SSL certificate',
    },
    'client-certificate',
    /wants a client certificate/,
  ],
  [
    'one that asked and closed without a word',
    coded('NoConnection'),
    { phase: 'greeting', asksForCertificate: true },
    'closed',
    /had asked for a client certificate/,
  ],
  ['no network', coded('ENETUNREACH'), { phase: 'tcp' }, 'unreachable', /network connection/],
  ['a firewall of this computer', coded('EPERM'), { phase: 'tcp' }, 'unreachable', /firewall/],
  [
    'a port that swallows packets',
    new ConnectError('PHASE_TIMEOUT', { limitMs: 10_000 }),
    { phase: 'tcp' },
    'timeout',
    /does not answer on port 993 within 10 s/,
  ],
  [
    'a kernel that gives up',
    coded('ETIMEDOUT'),
    { phase: 'tcp' },
    'timeout',
    /does not answer on port 993 in time/,
  ],
  [
    'plain text on a TLS port',
    coded('ERR_SSL_WRONG_VERSION_NUMBER'),
    {},
    'not-tls',
    /does not speak TLS\. Try port 993 with TLS, or 143 with STARTTLS/,
  ],
  [
    'plain text, in other words',
    coded('ERR_SSL_PACKET_LENGTH_TOO_LONG'),
    {},
    'not-tls',
    /does not speak TLS/,
  ],
  [
    'plain text after STARTTLS',
    coded('ERR_SSL_WRONG_VERSION_NUMBER'),
    { security: 'starttls', port: 143 },
    'not-tls',
    /agreed to STARTTLS and then did not speak TLS/,
  ],
  [
    'a server of old TLS only',
    coded('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'),
    {},
    'tls',
    /needs TLS 1.2 or 1.3/,
  ],
  [
    'another failure of TLS',
    coded('ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE'),
    {},
    'tls',
    /TLS with imap.example.org:993 failed \(ERR_SSL_SSL/,
  ],
  [
    'an answer with a version that there is not',
    coded('ERR_SSL_BAD_PROTOCOL_VERSION_NUMBER'),
    { tlsAnswered: true },
    'tls',
    /^TLS with imap.example.org:993 failed \(ERR_SSL_BAD_PROTOCOL/,
  ],
  [
    'nonsense where TLS had begun',
    coded('ERR_SSL_BAD_RECORD_TYPE'),
    { tlsAnswered: true },
    'tls',
    /^TLS with imap.example.org:993 failed \(ERR_SSL_BAD_RECORD/,
  ],
  [
    'a reset once TLS has begun',
    coded('ECONNRESET'),
    { tlsAnswered: true },
    'closed',
    /broke off while setting up TLS\.$/,
  ],
  [
    'a reset while TLS is set up',
    coded('ECONNRESET'),
    {},
    'closed',
    /while setting up TLS.*may not speak TLS on this port.*: check that this port speaks TLS\. .*middlebox.*MTU/,
  ],
  [
    'a reset where a session was offered',
    coded('ECONNRESET'),
    { sessionOffered: true },
    'closed',
    /while setting up TLS\. A session was offered in it; the next attempt goes without one\.$/,
  ],
  [
    'an alert where a session was offered',
    coded('ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR'),
    { sessionOffered: true, tlsAnswered: true },
    'tls',
    /failed \(ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR\)\. A session was offered in it;/,
  ],
  [
    'silence where a session was offered',
    coded('ETIMEDOUT', { limitMs: 5000 }),
    { sessionOffered: true },
    'timeout',
    /did not go on with the TLS handshake within 5 s\. A session was offered in it;/,
  ],
  [
    'a TLS handshake that hangs',
    new ConnectError('PHASE_TIMEOUT', { limitMs: 10_000 }),
    {},
    'timeout',
    /did not finish the TLS handshake within 10 s\. Check that this port speaks TLS; .*middlebox.*MTU/,
  ],
  [
    'a TLS handshake that stops half-way',
    new ConnectError('PHASE_TIMEOUT', { limitMs: 9000 }),
    { tlsAnswered: true },
    'timeout',
    /did not finish the TLS handshake within 9 s\. It had begun to/,
  ],
  [
    "imapflow's own limit on the upgrade",
    coded('UPGRADE_TIMEOUT'),
    {},
    'timeout',
    /did not finish the TLS handshake in time/,
  ],
  [
    'an expired certificate',
    coded('CERT_HAS_EXPIRED'),
    { certificate },
    'certificate-expired',
    /expired on 2026-06-14.*has to renew it/,
  ],
  [
    'an expired certificate in the chain',
    coded('CERT_HAS_EXPIRED'),
    {},
    'certificate-expired',
    /A certificate of imap.example.org has expired/,
  ],
  [
    'a certificate of the future',
    coded('CERT_NOT_YET_VALID'),
    { certificate: { ...certificate, validFromAt: now + DAY } },
    'certificate-not-yet-valid',
    /not valid before 2026-06-16.*clock/,
  ],
  [
    'a self-signed certificate',
    coded('DEPTH_ZERO_SELF_SIGNED_CERT'),
    {},
    'certificate-untrusted',
    /self-signed.*trust only this certificate/,
  ],
  [
    'a self-signed one beside a CA file',
    coded('DEPTH_ZERO_SELF_SIGNED_CERT'),
    { trustsCaFile: true },
    'certificate-untrusted',
    /not in your CA file/,
  ],
  [
    'an unknown authority',
    coded('SELF_SIGNED_CERT_IN_CHAIN'),
    {},
    'certificate-untrusted',
    /authority that this computer does not trust/,
  ],
  [
    'an incomplete chain',
    coded('UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
    { trustsCaFile: true },
    'certificate-untrusted',
    /not issued by the authority in your CA file.*whole chain/,
  ],
  [
    'a certificate that is too weak',
    coded('EE_KEY_TOO_SMALL'),
    {},
    'certificate-unfit',
    /too weak/,
  ],
  [
    'a key that is too small, for which Node has no name',
    coded('UNSPECIFIED'),
    { certificate, pin: '00' },
    'certificate-unfit',
    /too weak/,
  ],
  [
    'another certificate than the pinned one, whatever else is wrong with it',
    coded('CERT_HAS_EXPIRED'),
    { certificate, pin: 'AB' },
    'certificate-changed',
    /another certificate than the one that you chose.*Compare/,
  ],
  [
    'another certificate under the pinned authority',
    coded('CERTIFICATE_CHANGED'),
    { certificate, pin: 'AB' },
    'certificate-changed',
    /another certificate/,
  ],
  [
    'the pinned certificate after its end',
    coded('CERT_HAS_EXPIRED'),
    { certificate, pin: '00' },
    'certificate-expired',
    /that you chose to trust.*expired on 2026-06-14/,
  ],
  [
    'a certificate for another name',
    coded('ERR_TLS_CERT_ALTNAME_INVALID'),
    { certificate },
    'certificate-name',
    /is for other.example, mail.other.example, 192.0.2.7 and 1 more, not for imap.example.org.*server name/,
  ],
  [
    'an address that the certificate has as a DNS name',
    coded('ERR_TLS_CERT_ALTNAME_INVALID'),
    {
      host: '127.0.0.1',
      servername: '127.0.0.1',
      certificate: { ...certificate, names: ['DNS:127.0.0.1'] },
    },
    'certificate-name',
    /^(?!.*not for).*names 127\.0\.0\.1 as a DNS name, and not among its IP addresses/,
  ],
  [
    'an address that the certificate has in its subject alone',
    coded('ERR_TLS_CERT_ALTNAME_INVALID'),
    {
      host: '::ffff:192.0.2.7',
      servername: '::ffff:192.0.2.7',
      certificate: { ...certificate, names: [], subject: 'O=Home, CN=192.0.2.7' },
    },
    'certificate-name',
    /^(?!.*not for).*in its subject alone/,
  ],
  [
    'no STARTTLS',
    Object.assign(new Error('Server does not support STARTTLS'), { tlsFailed: true }),
    { phase: 'starttls', security: 'starttls', port: 143 },
    'starttls-unavailable',
    /does not offer STARTTLS.*port 993.*tampering/,
  ],
  [
    'text between STARTTLS and TLS',
    coded('STARTTLS_INJECTION', { tlsFailed: true }),
    { phase: 'starttls' },
    'starttls-injection',
    /attacker on the way.*nothing secret was sent/,
  ],
  [
    'a TLS server on a STARTTLS port',
    new ConnectError('PHASE_TIMEOUT', { limitMs: 20_000 }),
    { phase: 'starttls', security: 'starttls' },
    'timeout',
    /sent no IMAP greeting within 20 s.*choose TLS instead of STARTTLS/,
  ],
  [
    'no greeting',
    new ConnectError('PHASE_TIMEOUT', { limitMs: 20_000 }),
    { phase: 'greeting' },
    'timeout',
    /set up TLS and then sent no IMAP greeting/,
  ],
  [
    'another kind of server',
    new ConnectError('NOT_IMAP'),
    { phase: 'greeting', strangeLine: '220 mail ESMTP' },
    'not-imap',
    /not an IMAP server/,
  ],
  [
    'an endless line',
    coded('LineTooLarge'),
    { phase: 'greeting' },
    'not-imap',
    /far larger than IMAP needs/,
  ],
  [
    'an endless literal',
    coded('LiteralTooLarge'),
    { phase: 'select' },
    'not-imap',
    /while opening the mailbox/,
  ],
  [
    'a server that floods',
    new ConnectError('FLOODING'),
    { phase: 'idle' },
    'flooding',
    /far more than was asked for, while watching the mailbox.*tries again/s,
  ],
  ['gibberish', coded('ParserError11'), { phase: 'login' }, 'not-imap', /not IMAP/],
  [
    'a wrong password',
    refused('2 NO [AUTHENTICATIONFAILED] Invalid credentials', 'AUTHENTICATIONFAILED'),
    { phase: 'login' },
    'sign-in',
    /did not accept the user name or password.*app password.*not try again/s,
  ],
  [
    'a wrong password that mentions time',
    refused('2 NO [AUTHENTICATIONFAILED] Wrong, please try again', 'AUTHENTICATIONFAILED'),
    { phase: 'login' },
    'sign-in',
    /did not accept/,
  ],
  [
    'an expired password',
    refused('2 NO [EXPIRED] Password expired', 'EXPIRED'),
    { phase: 'login' },
    'sign-in',
    /password for imap.example.org has expired/,
  ],
  [
    'a sign-in that the server has no time for',
    refused('2 NO [UNAVAILABLE] Backend down', 'UNAVAILABLE'),
    { phase: 'login' },
    'server-unavailable',
    /cannot serve this just now \(signing in\)/,
  ],
  [
    'too many connections',
    refused('2 NO [LIMIT] Enough', 'LIMIT'),
    { phase: 'login' },
    'server-unavailable',
    /allows no more connections.*watch fewer mailboxes/,
  ],
  [
    'a mailbox in use',
    refused('2 NO [INUSE] Locked', 'INUSE'),
    { phase: 'login' },
    'server-unavailable',
    /just now/,
  ],
  [
    'too many connections, without a code',
    refused('2 NO Too many simultaneous connections. (Failure)'),
    { phase: 'login' },
    'server-unavailable',
    /allows no more connections.*watch fewer mailboxes/,
  ],
  [
    'a temporary failure, without a code',
    refused('2 NO Temporary authentication failure'),
    { phase: 'login' },
    'server-unavailable',
    /just now/,
  ],
  [
    'throttling',
    coded('ETHROTTLE', {
      throttleReset: 92_415,
      responseStatus: 'BAD',
      responseText: 'Request is throttled.',
    }),
    { phase: 'login' },
    'throttled',
    /left alone for a while/,
  ],
  [
    'a server without passwords',
    Object.assign(new Error('Login is disabled'), { authenticationFailed: true }),
    { phase: 'greeting' },
    'sign-in',
    /offers no sign-in by password/,
  ],
  [
    'a sign-in that hangs',
    new ConnectError('PHASE_TIMEOUT', { limitMs: 30_000 }),
    { phase: 'login', hasGreeted: true, command: 'AUTHENTICATE' },
    'timeout',
    /did not answer the sign-in \(AUTHENTICATE\) within 30 s/,
  ],
  ...(['CAPABILITY', 'ID', 'NAMESPACE', 'LIST', 'STARTTLS'] as const).map((command): Case => [
    `a ${command} that gets no answer`,
    new ConnectError('PHASE_TIMEOUT', { limitMs: 20_000 }),
    { phase: command === 'NAMESPACE' ? 'login' : 'greeting', hasGreeted: true, command },
    'timeout',
    new RegExp(`did not answer ${command} within 20 s`),
  ]),
  [
    'a connection that breaks where the server had greeted',
    coded('ECONNRESET'),
    { phase: 'greeting', hasGreeted: true, command: 'ID' },
    'closed',
    /broke off while waiting for the answer to ID\.$/,
  ],
  [
    'no password',
    new ConnectError('SECRET_MISSING'),
    { phase: 'dns' },
    'secret-missing',
    /Edit the account and enter it/,
  ],
  [
    'a locked key store',
    new ConnectError('SECRET_UNREADABLE'),
    { phase: 'dns' },
    'secret-missing',
    /Unlock the key store/,
  ],
  [
    'a missing mailbox',
    answered('5 NO [NONEXISTENT] No such mailbox', { serverResponseCode: 'NONEXISTENT' }),
    { phase: 'select' },
    'mailbox-missing',
    /no mailbox "Archive\/2025".*every folder above it/,
  ],
  [
    'a missing mailbox, found out by LIST',
    answered('5 NO What?', { mailboxMissing: true }),
    { phase: 'select' },
    'mailbox-missing',
    /no mailbox/,
  ],
  [
    'a forbidden mailbox',
    answered('5 NO [NOPERM] Not yours', { serverResponseCode: 'NOPERM' }),
    { phase: 'select' },
    'mailbox-missing',
    /may not open/,
  ],
  [
    'a refused sign-in after which the server hung up',
    coded('NoConnection'),
    {
      phase: 'login',
      refusal: { command: 'LOGIN', line: 'NO Invalid credentials' },
      byeLine: 'BYE Signing off',
    },
    'sign-in',
    /did not accept/,
  ],
  [
    'a mailbox that cannot be opened now',
    answered('5 NO [SERVERBUG] Oops', { serverResponseCode: 'SERVERBUG' }),
    { phase: 'select' },
    'server-unavailable',
    /opening the mailbox/,
  ],
  [
    'a mailbox that hangs',
    new ConnectError('PHASE_TIMEOUT', { limitMs: 30_000 }),
    { phase: 'select', hasGreeted: true, command: 'EXAMINE' },
    'timeout',
    /did not open "Archive\/2025" \(EXAMINE\) within 30 s/,
  ],
  [
    'a BYE',
    coded('NoConnection'),
    { phase: 'idle', byeLine: 'BYE Logged out for inactivity' },
    'server-closed',
    /ended the connection while watching the mailbox/,
  ],
  [
    'a BYE that is about load',
    coded('ClosedAfterConnectTLS'),
    { phase: 'greeting', byeLine: 'BYE [UNAVAILABLE] Restarting' },
    'server-unavailable',
    /just now/,
  ],
  [
    'a connection that breaks while idle',
    coded('ECONNRESET'),
    { phase: 'idle' },
    'closed',
    /broke off while watching the mailbox/,
  ],
  [
    'an end without a word',
    coded('NoConnection'),
    { phase: 'login' },
    'closed',
    /broke off while signing in/,
  ],
  ['a peer that is dead', coded('ETIMEOUT'), { phase: 'idle' }, 'timeout', /stopped answering/],
  [
    'what nobody foresaw',
    new TypeError('x is not a function'),
    {},
    'internal',
    /unexpected happened while setting up TLS: x is not a function/,
  ],
  ['something thrown that is no error', 'what', {}, 'internal', /what/],
];

describe('a problem', () => {
  test.each(cases)('%s', (_what, error, where, code, says) => {
    const problem = describeProblem(error, { ...context, ...where });
    expect(problem.code).toBe(code);
    expect(problem.message).toMatch(says);
  });

  test.each(cases.filter(([, , , code]) => code !== 'internal'))(
    '%s is told without the words of programmers',
    (_what, error, where) => {
      const { message } = describeProblem(error, { ...context, ...where });
      expect(message).not.toMatch(/internal words|Command failed|Connection ended/);
      expect(message).toMatch(/\.$/);
    },
  );

  test('keeps what the server said apart, without the tag', () => {
    const error = refused(
      '2A NO [AUTHENTICATIONFAILED] Invalid credentials',
      'AUTHENTICATIONFAILED',
    );
    expect(describeProblem(error, { ...context, phase: 'login' }).serverLine).toBe(
      'NO [AUTHENTICATIONFAILED] Invalid credentials',
    );
  });

  test('tells the BYE and the strange greeting as they came', () => {
    const bye = describeProblem(coded('NoConnection'), { ...context, byeLine: 'BYE Bye now' });
    expect(bye.serverLine).toBe('BYE Bye now');
    const strange = describeProblem(new ConnectError('NOT_IMAP'), {
      ...context,
      strangeLine: '220 mail ESMTP',
    });
    expect(strange.serverLine).toBe('220 mail ESMTP');
  });

  test('writes an IPv6 address as it is written with a port', () => {
    const { message } = describeProblem(coded('ERR_SSL_WRONG_VERSION_NUMBER'), {
      ...context,
      host: '2001:db8::1',
    });
    expect(message).toContain('[2001:db8::1]:993');
  });
});
