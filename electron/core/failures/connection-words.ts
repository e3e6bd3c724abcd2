/** What went wrong with a connection, in words that a person can act on. Pure. */
import type { Phase, Problem, ProblemCode, Security } from '../../../shared/model.ts';
import { serverAddress, whyNoServer } from '../../../shared/server-names.ts';
import { unreadableTrustSentence } from '../accounts/index.ts';
import { CERTIFICATE_WORDS, type CertificateContext } from './certificate-words.ts';
import { proxySentence } from './proxy-words.ts';
import { TOKEN_WORDS, WORDS_WITH_TOKEN, type TokenContext } from './token-words.ts';
import {
  classify,
  isSignIn,
  type ClassifiedError,
  type FailureKind,
  type Refusal,
} from './classify.ts';

/** Where and with what it happened. */
export interface ProblemContext extends CertificateContext, TokenContext {
  readonly phase: Phase | 'idle';
  /** It signs in with an access token. */
  readonly byToken: boolean;
  readonly port: number;
  readonly security: Security;
  /** TLS failed after the server had begun to answer: it speaks TLS, or something like it. */
  readonly tlsAnswered: boolean;
  /** It broke off with a session offered or taken up, and is tried without one. */
  readonly sessionOffered: boolean;
  /** The server asked for a certificate of the client's, which has none. */
  readonly asksForCertificate: boolean;
  /** The mailbox to be opened, once it is about that. */
  readonly mailbox: string;
  /** The server's own name for it, where that may be another. */
  readonly ownName: string | null;
  /** The server has greeted, as a mail server does. */
  readonly hasGreeted: boolean;
  /** The command that it has yet to answer. */
  readonly command: string | null;
  /** The NO or BAD to its latest command, where it was one. */
  readonly refusal: Refusal | null;
  /** The BYE with which the server ended the connection, as it came. */
  readonly byeLine: string | null;
  /** The first line of a server that does not speak IMAP. */
  readonly strangeLine: string | null;
  /** What it says by itself in plain text, where it should speak TLS. */
  readonly plainLine: string | null;
}

/** Without a `serverLine` of its own, the error's is taken. */
type Words = { readonly code: ProblemCode; readonly message: string } & Partial<
  Pick<Problem, 'serverLine'>
>;

/**
 * Names the problem. The message never repeats the error's own text, except for errors that nobody
 * foresaw; the server's words stand apart, in `serverLine`.
 */
export function describeProblem(thrown: unknown, context: ProblemContext): Problem {
  const error = classify(thrown, context);
  const ofToken = context.byToken ? WORDS_WITH_TOKEN[error.kind] : undefined;
  const words = context.strangeLine === null ? (ofToken ?? WORDS[error.kind]) : strange;
  return { serverLine: error.serverLine, ...words(error, context) };
}

const at = serverAddress;

/** What a phase is for, to go after "while". */
const PHASE_IS_FOR: Readonly<Record<Phase | 'idle', string>> = {
  proxy: 'connecting through the proxy',
  dns: 'looking up the name of the server',
  tcp: 'connecting',
  starttls: 'asking for TLS',
  wait: 'waiting for a TLS session',
  tls: 'setting up TLS',
  greeting: 'waiting for the greeting of the server',
  login: 'signing in',
  select: 'opening the mailbox',
  idle: 'watching the mailbox',
};

/** What a command is for, where the phase says it. */
const PHASE_OF_COMMAND: Readonly<Record<string, Phase | 'idle'>> = {
  STARTTLS: 'starttls',
  AUTHENTICATE: 'login',
  LOGIN: 'login',
  SELECT: 'select',
  EXAMINE: 'select',
  IDLE: 'idle',
};

/** What the connection was doing, to go after "while". */
function doing({ phase, command, refusal, hasGreeted }: ProblemContext): string {
  // Where a mailbox is refused, the list is asked if it is there: that is no other matter.
  const latest = command ?? (phase === 'select' ? null : (refusal?.command ?? null));
  if (latest === null)
    return PHASE_IS_FOR[phase === 'starttls' && !hasGreeted ? 'greeting' : phase];
  const its = PHASE_OF_COMMAND[latest];
  return its === undefined ? `waiting for the answer to ${latest}` : PHASE_IS_FOR[its];
}

type Describe = (error: ClassifiedError, context: ProblemContext) => Words;

const WORDS: Readonly<Record<FailureKind, Describe>> = {
  ...CERTIFICATE_WORDS,
  ...TOKEN_WORDS,
  proxy: inProxyWords('proxy'),
  'proxy-sign-in': inProxyWords('proxy-sign-in'),
  'secret-missing': () => ({
    code: 'secret-missing',
    message:
      'No password is stored for this account on this server. Edit the account and enter it.',
  }),
  'secret-unreadable': () => ({
    code: 'secret-missing',
    message:
      'The stored password could not be read. Unlock the key store of this computer and ' +
      'reconnect, or edit the account and enter the password again.',
  }),
  // Whoever threw these has said it.
  'grant-gone': ({ message }) => ({ code: 'sign-in-again', message }),
  'auth-server': ({ message }) => ({ code: 'auth-server', message }),
  'trust-unreadable': (_error, { pin }) => ({
    code: 'trust-unreadable',
    message: unreadableTrustSentence(pin === null ? 'ca' : 'pin'),
  }),
  'name-unusable': (_error, { host, servername }) => ({
    code: 'server-name',
    message: unusable(host) ?? unusable(servername) ?? 'The account has no usable server name.',
  }),
  'name-unknown': (_error, { host }) => ({
    code: 'dns',
    message: `There is no server named ${host}. Check the name for a typing error.`,
  }),
  'names-fail': (_error, { host }) => ({
    code: 'dns',
    message:
      `The name ${host} is not found, and that is hardly a typing error: it was found before, or no ` +
      'other name is found either. Check your network connection, its DNS server, and any VPN or proxy.',
  }),
  'name-not-now': (_error, { host }) => ({
    code: 'dns',
    message: `The name ${host} cannot be looked up just now. Check your network connection.`,
  }),
  refused: (_error, { host, port }) => ({
    code: 'refused',
    message:
      `${host} refuses connections on port ${port}. Check the port: IMAP uses ` +
      '993 with TLS and 143 with STARTTLS. If it is right, the server is down.',
  }),
  unreachable: (_error, { host }) => ({
    code: 'unreachable',
    message: `${host} cannot be reached. Check your network connection and any firewall or VPN.`,
  }),
  timeout,
  closed,
  'no-starttls': (_error, context) => ({
    code: 'starttls-unavailable',
    message:
      `${at(context)} does not offer STARTTLS, and Reprise signs in over TLS only. ` +
      'Try TLS on port 993. Where STARTTLS used to work, someone may be tampering with the network.',
  }),
  'starttls-refused': (_error, context) => ({
    code: 'starttls-unavailable',
    message:
      `${at(context)} offers STARTTLS and refused it, and Reprise signs in over TLS only. ` +
      'Try TLS on port 993, or tell whoever runs the server.',
  }),
  'starttls-injection': (_error, { host }) => ({
    code: 'starttls-injection',
    message:
      'Something was sent between STARTTLS and TLS, as an attacker on the way would do. ' +
      `The connection to ${host} was ended; nothing secret was sent.`,
  }),
  'not-tls': (_error, context) => ({
    code: 'not-tls',
    message:
      context.security === 'tls'
        ? `${at(context)} does not speak TLS. Try port 993 with TLS, or 143 with STARTTLS.`
        : `${at(context)} agreed to STARTTLS and then did not speak TLS. Try port 993 with TLS.`,
    serverLine: context.plainLine,
  }),
  'old-versions': (_error, context) => ({
    code: 'tls',
    message: `${at(context)} speaks only versions of TLS that are no longer safe. It needs TLS 1.2 or 1.3.`,
  }),
  'client-certificate': clientCertificate,
  garbled: tls,
  tls,
  'no-sign-in-by-password': noPasswords,
  'method-unsupported': noPasswords,
  'passwords-off': (_error, context) => ({
    code: refusedCode(context),
    message:
      `${context.host} takes no password from mail programs for this account, but a sign-in by ` +
      'OAuth only. Edit the account and choose the sign-in in the browser.',
  }),
  'sign-in-refused': (_error, { host, asksForCertificate }) => ({
    code: 'sign-in',
    message:
      `${host} did not accept the user name or password. Check both; ` +
      (asksForCertificate
        ? 'it also asked for a client certificate, which Reprise cannot give, and may insist on one. '
        : 'many providers want an app password here. ') +
      'Reprise will not try again by itself.',
  }),
  'too-many-refusals': (_error, { host }) => ({
    code: 'sign-in',
    message:
      `${host} has refused too many sign-ins and may take none for a while, even with the right ` +
      'password. Wait, check the user name and password, and reconnect.',
  }),
  'password-expired': (_error, context) => ({
    code: refusedCode(context),
    message:
      `The password for ${context.host} has expired. Set a new one at your provider, ` +
      'then edit the account and enter it.',
  }),
  'app-password': (_error, { host }) => ({
    code: 'sign-in',
    message:
      `${host} wants an app password here, not the one of your account. Make one on the web page ` +
      'of your provider, then edit the account and enter it.',
  }),
  'web-login': (_error, context) => ({
    code: refusedCode(context),
    message:
      `${context.host} wants to be sure that it is you: sign in on its web page with a browser, ` +
      'confirm what it asks for, and reconnect.',
  }),
  'imap-off': (_error, context) => ({
    code: refusedCode(context),
    message:
      `${context.host} does not let mail programs into this account: IMAP is turned off for it. ` +
      'Turn it on in the settings of your provider, then reconnect.',
  }),
  'account-blocked': (_error, context) => ({
    code: refusedCode(context),
    message:
      `${context.host} has locked or blocked this account. Sign in on its web page, or ask ` +
      'whoever runs the server, then reconnect.',
  }),
  'not-authorized': (_error, context) => ({
    code: refusedCode(context),
    message:
      `${context.host} knows this user, who is not allowed to use the mailbox in this way. ` +
      'Check the user name, or ask whoever runs the server for access.',
  }),
  'contact-admin': (_error, context) => ({
    code: refusedCode(context),
    message:
      `${context.host} asks you to contact whoever runs it: something about this account has to ` +
      'be mended there.',
  }),
  'privacy-required': (_error, context) => ({
    code: refusedCode(context),
    message:
      `${context.host} takes this connection for one without TLS, though it has TLS as far as ` +
      'Reprise sees. Something in front of it may end TLS: tell whoever runs the server.',
  }),
  'not-understood': (_error, { host }) => ({
    code: 'sign-in',
    message:
      `${host} did not understand the sign-in, which says nothing about the password. ` +
      'Check the server name and port, or tell whoever runs the server, then reconnect.',
  }),
  'not-connected': (_error, { host }) => ({
    code: 'not-served',
    message:
      `${host} accepted the sign-in and has no mailbox behind it. This may pass; where it stays, ` +
      'the account has no mailbox there, or no licence for IMAP. Reprise tries again, every few ' +
      'minutes at first and then every hour.',
  }),
  'mailbox-missing': (_error, { mailbox, ownName, host }) => ({
    code: 'mailbox-missing',
    message:
      `There is no mailbox "${mailbox}" on ${host}. ` +
      (ownName === null ? '' : `It may be called "${ownName}" there. `) +
      'Check its name, with every folder above it, or stop watching it.',
  }),
  'mailbox-forbidden': (_error, { mailbox }) => ({
    code: 'mailbox-missing',
    message: `This account may not open the mailbox "${mailbox}". Stop watching it, or ask for access.`,
  }),
  'mailbox-twice': (_error, { mailbox, ownName, host }) => ({
    code: 'mailbox-twice',
    message:
      `"${mailbox}" and "${ownName ?? mailbox}" are one mailbox on ${host}, which is watched by the ` +
      'second name. Take the first one out of the mailboxes to watch.',
  }),
  busy: (_error, context) => ({
    code: 'server-unavailable',
    message:
      `${context.host} cannot serve this just now (${doing(context)}). Reprise tries again by ` +
      'itself; if this lasts, ask whoever runs the server.',
  }),
  'over-limit': (_error, context) => ({
    code: 'server-unavailable',
    message:
      `${context.host} allows no more connections for now (${doing(context)}). Close other mail ` +
      'programs that use this account, or watch fewer mailboxes. Reprise tries again by itself.',
  }),
  throttled: (_error, { host }) => ({
    code: 'throttled',
    message:
      `${host} asks to be left alone for a while: this account has done too much in a short time. ` +
      'Reprise waits as long as it asks, or some minutes, and tries again by itself.',
  }),
  ended: (_error, context) => ({
    code: 'server-closed',
    message: `${context.host} ended the connection while ${doing(context)}.`,
  }),
  'not-mail': (_error, context) => ({
    code: 'not-imap',
    message:
      `${at(context)} sent something that is not IMAP, or far larger than IMAP needs, ` +
      `while ${doing(context)}. Check the server name and port.`,
  }),
  flooding: (_error, context) => ({
    code: 'flooding',
    message:
      `${at(context)} sent far more than was asked for, while ${doing(context)}, and did not ` +
      'stop. The connection was ended; Reprise tries again by itself. If this lasts, ask whoever ' +
      'runs the server.',
  }),
  unforeseen: ({ message }, context) => ({
    code: 'internal',
    message: `Something unexpected happened while ${doing(context)}: ${message}`,
  }),
};

function inProxyWords(code: 'proxy' | 'proxy-sign-in'): Describe {
  return ({ message, proxy }) => ({
    code,
    message: proxy === null ? message : proxySentence(proxy),
  });
}

/** What is wrong with a name that an earlier version took; `null` where nothing is. */
function unusable(name: string): string | null {
  const why = whyNoServer(name);
  return why === null ? null : `The account cannot connect to “${name}”. ${why}`;
}

function noPasswords(_error: ClassifiedError, { host }: ProblemContext): Words {
  return {
    code: 'sign-in',
    message:
      `${host} offers no sign-in by password on this port. Check with your provider: some allow it ` +
      'only after you turn it on, and some have a sign-in in the browser (OAuth) in its place.',
  };
}

/** What is wrong with the account stops its sign-in; said later, or by a BYE, it is asked again. */
function refusedCode({ phase, command, refusal }: ProblemContext): ProblemCode {
  const latest = command ?? refusal?.command ?? (phase === 'login' ? 'LOGIN' : null);
  return isSignIn(latest) ? 'sign-in' : 'not-served';
}

function strange(_error: ClassifiedError, context: ProblemContext): Words {
  return {
    code: 'not-imap',
    message:
      `${at(context)} answers, but it is not an IMAP server. ` +
      'Check the port: IMAP uses 993 with TLS and 143 with STARTTLS.',
    serverLine: context.strangeLine,
  };
}

function timeout({ limitMs }: ClassifiedError, context: ProblemContext): Words {
  const within = limitMs > 0 ? ` within ${Math.round(limitMs / 100) / 10} s` : ' in time';
  return { code: 'timeout', message: timeoutMessage(within, context) };
}

function timeoutMessage(within: string, context: ProblemContext): string {
  const { phase, host, port, command, hasGreeted } = context;
  switch (phase) {
    case 'proxy':
      return `The proxy did not lead to ${at(context)}${within}.`;
    case 'dns':
      return `The name ${host} could not be looked up${within}. Check your network connection.`;
    case 'tcp':
      return (
        `${host} does not answer on port ${port}${within}. Check the server name and port, ` +
        'and whether a firewall is in the way.'
      );
    case 'wait':
    case 'tls':
      return (
        `${at(context)} did not ${context.sessionOffered ? 'go on with' : 'finish'} the TLS handshake${within}.` +
        hintOnTls(
          context,
          ' It had begun to: something on the way may hold back the rest.',
          ' Check that this port speaks TLS; 993 usually does.',
        )
      );
    case 'starttls':
    case 'greeting':
    case 'login':
    case 'select':
      if (hasGreeted) return `${unanswered(command, context)}${within}. It may be overloaded.`;
      return phase === 'starttls'
        ? `${at(context)} sent no IMAP greeting${within}. If this port speaks TLS from the start, ` +
            'as 993 does, choose TLS instead of STARTTLS.'
        : `${at(context)} set up TLS and then sent no IMAP greeting${within}.` +
            (context.sessionOffered ? SESSION_OFFERED : ' Check the port.');
    case 'idle':
      return `${host} stopped answering, so the connection was given up.`;
  }
}

/** Names the command that got no answer. */
function unanswered(command: string | null, { host, mailbox }: ProblemContext): string {
  if (command === null) return `${host} stopped answering`;
  if (isSignIn(command)) return `${host} did not answer the sign-in (${command})`;
  return PHASE_OF_COMMAND[command] === 'select'
    ? `${host} did not open "${mailbox}" (${command})`
    : `${host} did not answer ${command}`;
}

function closed(_error: ClassifiedError, context: ProblemContext): Words {
  const hint = context.asksForCertificate
    ? ' It had asked for a client certificate, which Reprise cannot give, and may insist on one.'
    : context.phase === 'tls' || context.sessionOffered
      ? hintOnTls(
          context,
          '',
          ' It may not speak TLS on this port, or none of the versions that are safe: check that this port speaks TLS.',
        )
      : '';
  return {
    code: 'closed',
    message: `The connection to ${at(context)} broke off while ${doing(context)}.${hint}`,
  };
}

function clientCertificate(_error: ClassifiedError, context: ProblemContext): Words {
  return {
    code: 'client-certificate',
    message:
      `${at(context)} wants a client certificate, and Reprise has none to show. Ask whoever runs the ` +
      'server for a way in without one, such as another port. Reprise will not try again by itself.',
  };
}

/** What may be the matter with TLS that broke off, or fell silent. */
function hintOnTls(context: ProblemContext, answered: string, unanswered: string): string {
  if (context.sessionOffered) return SESSION_OFFERED;
  return context.tlsAnswered ? answered : `${unanswered} ${ON_THE_WAY}`;
}

/** It is known to speak TLS: it issued that session. */
const SESSION_OFFERED = ' A session was offered in it; the next attempt goes without one.';

/** Where not even a ClientHello without a session is answered. */
export const ON_THE_WAY =
  'If it does, look at the way there: a middlebox, such as a firewall, may stop TLS, or the MTU may be too small for its first message.';

function tls({ code }: ClassifiedError, context: ProblemContext): Words {
  const more = context.sessionOffered
    ? SESSION_OFFERED
    : ' Whoever runs the server may find more in its log.';
  return { code: 'tls', message: `TLS with ${at(context)} failed (${code}).${more}` };
}
