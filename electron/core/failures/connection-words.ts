/** What went wrong with a connection, in words that a person can act on. Pure. */
import type { Phase, Problem, ProblemCode, Security } from '../../../shared/model.ts';
import { whyNoServer } from '../../../shared/server-names.ts';
import { unreadableTrustSentence } from '../accounts/index.ts';
import { CERTIFICATE_WORDS, type CertificateContext } from './certificate-words.ts';
import {
  classify,
  isBusy,
  LIMIT_TEXT,
  type ClassifiedError,
  type FailureKind,
} from './classify.ts';

/** Where and with what it happened. */
export interface ProblemContext extends CertificateContext {
  readonly phase: Phase | 'idle';
  readonly port: number;
  readonly security: Security;
  /** TLS failed after the server had begun to answer: it speaks TLS, or something like it. */
  readonly tlsAnswered: boolean;
  /** The mailbox to be opened, once it is about that. */
  readonly mailbox: string;
  /** The BYE with which the server ended the connection, as it came. */
  readonly byeLine: string | null;
  /** The first line of a server that does not speak IMAP. */
  readonly strangeLine: string | null;
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
  const error = classify(thrown, context.phase);
  const words = context.strangeLine === null ? WORDS[error.kind] : strange;
  return { serverLine: error.serverLine, ...words(error, context) };
}

/** The server as people write it. */
export function serverAddress({ host, port }: Pick<ProblemContext, 'host' | 'port'>): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

const at = serverAddress;

/** What the connection was doing, to go after "while". */
const DOING: Readonly<Record<Phase | 'idle', string>> = {
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

type Describe = (error: ClassifiedError, context: ProblemContext) => Words;

const WORDS: Readonly<Record<FailureKind, Describe>> = {
  ...CERTIFICATE_WORDS,
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
  }),
  'old-versions': (_error, context) => ({
    code: 'tls',
    message: `${at(context)} speaks only versions of TLS that are no longer safe. It needs TLS 1.2 or 1.3.`,
  }),
  garbled: tls,
  tls,
  'no-sign-in-by-password': (_error, { host }) => ({
    code: 'sign-in',
    message:
      `${host} offers no sign-in by password on this port. ` +
      'Check with your provider: some allow it only after you turn it on.',
  }),
  'sign-in-refused': (_error, { host }) => ({
    code: 'sign-in',
    message:
      `${host} did not accept the user name or password. Check both; ` +
      'many providers want an app password here. Reprise will not try again by itself.',
  }),
  'mailbox-missing': (_error, { mailbox, host }) => ({
    code: 'mailbox-missing',
    message:
      `There is no mailbox "${mailbox}" on ${host}. ` +
      'Check its name, with every folder above it, or stop watching it.',
  }),
  'mailbox-forbidden': (_error, { mailbox }) => ({
    code: 'mailbox-missing',
    message: `This account may not open the mailbox "${mailbox}". Stop watching it, or ask for access.`,
  }),
  busy: ({ serverLine }, context) => busy(serverLine, context),
  throttled: (_error, { host }) => ({
    code: 'server-unavailable',
    message:
      `${host} asks to be left alone for a while: this account has done too much in a short time. ` +
      'Reprise waits as long as it asks, and tries again by itself.',
  }),
  'not-mail': (_error, context) => ({
    code: 'not-imap',
    message:
      `${at(context)} sent something that is not IMAP, or far larger than IMAP needs, ` +
      `while ${DOING[context.phase]}. Check the server name and port.`,
  }),
  flooding: (_error, context) => ({
    code: 'flooding',
    message:
      `${at(context)} sent far more than was asked for, while ${DOING[context.phase]}, and did not ` +
      'stop. The connection was ended; Reprise tries again by itself. If this lasts, ask whoever ' +
      'runs the server.',
  }),
  unforeseen: ({ message }, { phase }) => ({
    code: 'internal',
    message: `Something unexpected happened while ${DOING[phase]}: ${message}`,
  }),
};

/** What is wrong with a name that an earlier version took; `null` where nothing is. */
function unusable(name: string): string | null {
  const why = whyNoServer(name);
  return why === null ? null : `The account cannot connect to “${name}”. ${why}`;
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
  const { phase, host, port } = context;
  switch (phase) {
    case 'dns':
      return `The name ${host} could not be looked up${within}. Check your network connection.`;
    case 'tcp':
      return (
        `${host} does not answer on port ${port}${within}. Check the server name and port, ` +
        'and whether a firewall is in the way.'
      );
    case 'starttls':
      return (
        `${at(context)} sent no IMAP greeting${within}. If this port speaks TLS from the start, ` +
        'as 993 does, choose TLS instead of STARTTLS.'
      );
    case 'wait':
    case 'tls':
      return (
        `${at(context)} did not finish the TLS handshake${within}. ` +
        (context.tlsAnswered
          ? 'It had begun to: something on the way may hold back the rest.'
          : 'Check that this port speaks TLS; 993 usually does.')
      );
    case 'greeting':
      return `${at(context)} set up TLS and then sent no IMAP greeting${within}. Check the port.`;
    case 'login':
      return `${host} did not answer the sign-in${within}. It may be overloaded.`;
    case 'select':
      return `${host} did not open "${context.mailbox}"${within}. It may be overloaded.`;
    case 'idle':
      return `${host} stopped answering, so the connection was given up.`;
  }
}

function closed(_error: ClassifiedError, context: ProblemContext): Words {
  const { byeLine, phase, host } = context;
  if (byeLine !== null)
    return {
      ...(isBusy(byeLine)
        ? busy(byeLine, context)
        : {
            code: 'server-closed',
            message: `${host} ended the connection while ${DOING[phase]}.`,
          }),
      serverLine: byeLine,
    };
  const hint =
    phase === 'tls' && !context.tlsAnswered
      ? ' It may not speak TLS on this port, or none of the versions that are safe.'
      : '';
  return {
    code: 'closed',
    message: `The connection to ${at(context)} broke off while ${DOING[phase]}.${hint}`,
  };
}

/** @param said what the server said, which may tell what is in the way */
function busy(said: string | null, { host, phase }: ProblemContext): Words {
  return {
    code: 'server-unavailable',
    message:
      said !== null && LIMIT_TEXT.test(said)
        ? `${host} allows no more connections for now (${DOING[phase]}). Close other mail programs ` +
          'that use this account, or watch fewer mailboxes. Reprise tries again by itself.'
        : `${host} cannot serve this just now (${DOING[phase]}). Reprise tries again by itself; if ` +
          'this lasts, ask whoever runs the server.',
  };
}

function tls({ code }: ClassifiedError, context: ProblemContext): Words {
  return {
    code: 'tls',
    message: `TLS with ${at(context)} failed (${code}). Whoever runs the server may find more in its log.`,
  };
}
