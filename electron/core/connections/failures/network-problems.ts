/** What goes wrong between here and a server that speaks IMAP over TLS. */
import {
  CLOSED_CODES,
  DOING,
  serverAddress as at,
  type Found,
  type ProblemContext,
  type Recogniser,
} from './problem-context.ts';
import type { ErrorFacts } from './connect-error.ts';

/** In the order in which they are to be asked. */
export const networkRecognisers: readonly Recogniser[] = [
  startTls,
  name,
  network,
  notTls,
  closed,
  tls,
];

const TIMEOUT_CODES = new Set([
  'PHASE_TIMEOUT',
  'CONNECT_TIMEOUT',
  'GREETING_TIMEOUT',
  'UPGRADE_TIMEOUT',
  'ETIMEOUT',
  'ETIMEDOUT',
]);

/** Comes before all others: nothing else is known when a limit has passed. */
export function timeout({ code, limitMs }: ErrorFacts, context: ProblemContext): Found | null {
  if (!TIMEOUT_CODES.has(code)) return null;
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

function startTls(error: ErrorFacts, context: ProblemContext): Found | null {
  if (error.code === 'STARTTLS_INJECTION')
    return {
      code: 'starttls-injection',
      message:
        'Something was sent between STARTTLS and TLS, as an attacker on the way would do. ' +
        `The connection to ${context.host} was ended; nothing secret was sent.`,
    };
  const isMissing = error.tlsFailed && error.code === '' && context.phase === 'starttls';
  if (!isMissing) return null;
  return {
    code: 'starttls-unavailable',
    message:
      `${at(context)} does not offer STARTTLS, and Reprise signs in over TLS only. ` +
      'Try TLS on port 993. Where STARTTLS used to work, someone may be tampering with the network.',
  };
}

function name({ code }: ErrorFacts, { host }: ProblemContext): Found | null {
  if (code === 'EAI_AGAIN' || code === 'ESERVFAIL')
    return {
      code: 'dns',
      message: `The name ${host} cannot be looked up just now. Check your network connection.`,
    };
  if (code !== 'ENOTFOUND' && code !== 'ENODATA' && !code.startsWith('EAI_')) return null;
  return {
    code: 'dns',
    message: `There is no server named ${host}. Check the name for a typing error.`,
  };
}

const UNREACHABLE_CODES = new Set([
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EHOSTDOWN',
  'EADDRNOTAVAIL',
  'EACCES',
  'EPERM',
]);

function network({ code }: ErrorFacts, context: ProblemContext): Found | null {
  if (code === 'ECONNREFUSED')
    return {
      code: 'refused',
      message:
        `${context.host} refuses connections on port ${context.port}. Check the port: IMAP uses ` +
        '993 with TLS and 143 with STARTTLS. If it is right, the server is down.',
    };
  if (!UNREACHABLE_CODES.has(code)) return null;
  return {
    code: 'unreachable',
    message: `${context.host} cannot be reached. Check your network connection and any firewall or VPN.`,
  };
}

/** What OpenSSL and BoringSSL say when the other side's first bytes are no TLS record. */
const NOT_TLS_CODES = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_HTTP_REQUEST',
  'ERR_SSL_HTTPS_PROXY_REQUEST',
  'ERR_SSL_UNKNOWN_PROTOCOL',
  'ERR_SSL_RECORD_TOO_SMALL',
]);

function notTls({ code }: ErrorFacts, context: ProblemContext): Found | null {
  if (!NOT_TLS_CODES.has(code)) return null;
  return {
    code: 'not-tls',
    message:
      context.security === 'tls'
        ? `${at(context)} does not speak TLS. Try port 993 with TLS, or 143 with STARTTLS.`
        : `${at(context)} agreed to STARTTLS and then did not speak TLS. Try port 993 with TLS.`,
  };
}

function closed({ code }: ErrorFacts, context: ProblemContext): Found | null {
  if (!CLOSED_CODES.has(code)) return null;
  const hint =
    context.phase === 'tls' && !context.tlsAnswered
      ? ' It may not speak TLS on this port, or none of the versions that are safe.'
      : '';
  return {
    code: 'closed',
    message: `The connection to ${at(context)} broke off while ${DOING[context.phase]}.${hint}`,
  };
}

/**
 * What is said where client and server have no version in common. Not `BAD_PROTOCOL_VERSION_NUMBER`,
 * which is a broken answer of one that speaks a version that is good.
 */
const NO_COMMON_VERSION =
  /ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS|VERSION_TOO_LOW/;

function tls({ code }: ErrorFacts, context: ProblemContext): Found | null {
  if (!code.startsWith('ERR_SSL_') && !code.startsWith('ERR_TLS_') && code !== 'EPROTO')
    return null;
  const isVersion = NO_COMMON_VERSION.test(code);
  return {
    code: 'tls',
    message: isVersion
      ? `${at(context)} speaks only versions of TLS that are no longer safe. It needs TLS 1.2 or 1.3.`
      : `TLS with ${at(context)} failed (${code}). Whoever runs the server may find more in its log.`,
  };
}
