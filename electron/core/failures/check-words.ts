/** Why a server could not be tested, in words that a person can act on. Pure. */
import type { CheckProblem, CheckTarget, MailProtocol } from '../../../shared/check.ts';
import { serverAddress } from '../../../shared/server-names.ts';
import { misplaced } from './certificate-words.ts';
import type { CheckFailure } from './check-failure.ts';
import { kindOfCode } from './classify.ts';
import { ProxyError } from '../proxy/index.ts';
import { proxySentence } from './proxy-words.ts';
import { ON_THE_WAY } from './connection-words.ts';

/**
 * How to ask for another check, which differs by where it was asked for: each is the part of a
 * sentence that says what to do, by the names that its reader sees.
 */
export interface CheckWays {
  /** To begin in plain text. */
  readonly starttls: string;
  /** To expect another name in the certificate; the name was said before. */
  readonly servername: string;
  /** To trust an authority of one's own. */
  readonly caFile: string;
}

/** The fields of the interface's form, by their labels. */
export const FORM_WAYS: CheckWays = {
  starttls: 'choose STARTTLS',
  servername: 'enter that name in “Server name for the certificate”',
  caFile: 'choose the certificate of its authority in “CA certificate file”',
};

const NAMES: Readonly<Record<MailProtocol, string>> = { imap: 'IMAP', smtp: 'SMTP', pop3: 'POP3' };

/** Where and when a check was asked for. */
export interface Asked {
  readonly ways: CheckWays;
  /** In ms since the epoch. */
  readonly at: number;
}

/** What to say about the failure of the first connection. */
export function problemOf(failure: CheckFailure, target: CheckTarget, asked: Asked): CheckProblem {
  return {
    code: failure.kind,
    message: messageOf(failure, target, asked),
    serverLine: failure.facts.serverLine ?? null,
    certificate: failure.kind === 'certificate' ? (failure.facts.certificate ?? null) : null,
  };
}

function messageOf(failure: CheckFailure, target: CheckTarget, asked: Asked): string {
  const { host, port, protocol, security } = target;
  const at = serverAddress(target);
  switch (failure.kind) {
    case 'proxy':
      return failure.cause instanceof ProxyError
        ? proxySentence(failure.cause)
        : `The proxy did not lead to ${at}.`;
    case 'dns':
      return `There is no server named ${host}. Check the name for a typing error, and the network connection, its DNS server, and any VPN or proxy.`;
    case 'refused':
      return `${host} refuses connections on port ${port}. Check the port, and whether the server runs.`;
    case 'unreachable':
      return `${host} cannot be reached from here. Check the network connection and any firewall or VPN.`;
    case 'timeout':
      return timeoutMessage(failure, target, asked.ways);
    case 'closed':
      return failure.step === 'tls'
        ? `${at} closed the connection when TLS began. It may not speak TLS on this port: check that this port speaks TLS. ${ON_THE_WAY}`
        : `${at} closed the connection before it said anything of use. It may turn this client away.`;
    case 'not-tls':
      return security === 'tls'
        ? `${at} does not speak TLS from the start. If it speaks ${NAMES[protocol]} in plain text there, ${asked.ways.starttls}.`
        : `${at} agreed to STARTTLS and then did not speak TLS.`;
    case 'no-starttls':
      return `${at} does not offer STARTTLS, so there is no TLS session to resume. Try the port with TLS from the start.`;
    case 'not-mail':
      return `${at} answers, but not in ${NAMES[protocol]}. Check the port, or say which protocol it is: imap://, smtp:// or pop3://.`;
    case 'complaint':
      return `${at} turned this client away. Try again later, or from another network.`;
    case 'certificate':
      return certificateMessage(failure, target, asked);
    case 'client-certificate':
      return `${at} wants a client certificate, and a check has none to show. Try a port that does without, or have the server do without one for the time of the check.`;
    case 'tls':
      return `TLS with ${at} failed (${failure.facts.code ?? 'no reason given'}). It needs TLS 1.2 or 1.3; its log may say more.`;
  }
}

function timeoutMessage(
  { step, facts }: CheckFailure,
  target: CheckTarget,
  ways: CheckWays,
): string {
  const at = serverAddress(target);
  const within = facts.limitMs === undefined ? 'in time' : `within ${facts.limitMs / 1000} s`;
  switch (step) {
    case 'dns':
      return `The name ${target.host} could not be looked up ${within}. Check the network connection.`;
    case 'tcp':
      return `${at} does not answer ${within}. Check the name and the port, and whether a firewall is in the way.`;
    case 'tls':
      return `${at} takes connections and did not finish the TLS handshake ${within}. Check that this port speaks TLS: if it speaks plain text first, ${ways.starttls}. ${ON_THE_WAY}`;
    case 'greeting':
    case 'command':
    case 'goodbye':
      return `${at} takes connections and said nothing ${within}. ${target.security === 'starttls' ? 'If it speaks TLS from the start, leave STARTTLS out.' : 'Check the port.'}`;
  }
}

function certificateMessage(
  { facts }: CheckFailure,
  target: CheckTarget,
  { ways, at }: Asked,
): string {
  const { host } = target;
  const name = target.servername ?? host;
  const shown = facts.certificate ?? null;
  const trust =
    'A resumed connection is not checked again, so sessions of an untrusted server are worth nothing.';
  const kind = kindOfCode(facts.code ?? '');
  if (kind === 'expired')
    return `The certificate of ${host} expired${onDay(shown?.validToAt, at)}. Whoever runs the server has to renew it. ${trust}`;
  if (kind === 'not-yet-valid')
    return `The certificate of ${host} is not valid yet. Check the clock of this computer. ${trust}`;
  const place = kind === 'other-name' ? misplaced(name, shown) : null;
  if (place !== null)
    return `The certificate of ${host} ${place}. Whoever made it has to add the address. ${trust}`;
  if (kind === 'other-name')
    return `The certificate of ${host} is for ${shown === null || shown.names.length === 0 ? 'another name' : shown.names.slice(0, 3).join(', ')}, not for ${name}. Check the server by a name that is in its certificate, or ${ways.servername}. ${trust}`;
  if (kind === 'another-certificate')
    return `${host} shows another certificate than the one that its account trusts. Look at both in the account. ${trust}`;
  return `The certificate of ${host} is not trusted here (${facts.code ?? 'no reason given'}). If it is your own server, ${ways.caFile}. ${trust}`;
}

function onDay(at: number | null | undefined, now: number): string {
  return typeof at === 'number' && at < now ? ` on ${new Date(at).toISOString().slice(0, 10)}` : '';
}
