/**
 * The words of the interface for states, outcomes, reasons and problems. Tests and assistive
 * technology rely on them; see "Words" and "Names" in the design.
 */
import type {
  Account,
  ConnectionState,
  NotOfferedReason,
  Outcome,
  Phase,
  ProblemCode,
  Refusing,
  SecretProtection,
  Security,
} from '../shared/model.ts';
import { MECHANISM_WORDS } from '../shared/attempt.ts';
import { isSameHost, withWireName } from '../shared/server-names.ts';
import { formatCount, formatTime, formatTimeLeft } from './format.ts';

/** The whole text of a state cell. */
export const STATE_WORDS: Record<ConnectionState['kind'], string> = {
  connecting: 'Connecting',
  idle: 'Idle',
  polling: 'Polling',
  retrying: 'Retrying',
  offline: 'Offline',
  paused: 'Paused',
  'sign-in-failed': 'Sign-in failed',
  'certificate-problem': 'Certificate problem',
  failed: 'Failed',
};

/** Why nothing is tried, for those who are offline. */
export const OFFLINE_SENTENCE =
  'This machine has no network, as far as it tells. Nothing is tried until there is one; then Reprise connects at once.';

const POLLING_SENTENCE =
  'This server does not say by itself what is new (it has no IDLE): it is asked every 2 minutes.';

/** Why mailboxes wait that would not by themselves. */
export function heldUpSentence(until: number): string {
  return `Too many sign-ins that led nowhere: next at ${formatTime(until)}.`;
}

/** What a state's word leaves open; `null` where that is nothing. */
export function stateSentence(state: ConnectionState): string | null {
  if (state.kind === 'retrying' && state.isHeldUp)
    return `${heldUpSentence(state.retryAt)} ${state.problem.message}`;
  if ('problem' in state) return state.problem.message;
  if (state.kind === 'polling') return POLLING_SENTENCE;
  return state.kind === 'offline' ? OFFLINE_SENTENCE : null;
}

const REASON_WORDS: Record<NotOfferedReason, string> = {
  'nothing-held': 'nothing held yet',
  'none-issued': 'server issues no sessions',
  expired: 'session expired',
  'verified-afresh': 'verified afresh',
  'all-in-use': 'all tickets used',
  'trust-changed': 'trust changed',
  'refused-earlier': 'session refused earlier',
  'failed-earlier': 'the one before broke off over a session',
  'server-keeps-refusing': 'server keeps refusing',
};

const PROBLEM_WORDS: Record<ProblemCode, string> = {
  proxy: 'no way through the proxy',
  'proxy-sign-in': 'proxy refuses the sign-in',
  dns: 'server name not found',
  refused: 'connection refused',
  unreachable: 'server unreachable',
  timeout: 'no answer in time',
  closed: 'connection closed',
  'not-tls': 'server does not speak TLS here',
  tls: 'TLS error',
  'certificate-expired': 'certificate expired',
  'certificate-not-yet-valid': 'certificate not yet valid',
  'certificate-untrusted': 'certificate not trusted',
  'certificate-name': 'certificate for another name',
  'certificate-changed': 'certificate changed',
  'certificate-unfit': 'certificate unfit',
  'server-name': 'not a server name',
  'client-certificate': 'client certificate demanded',
  'trust-unreadable': 'trusted certificate unreadable',
  'starttls-unavailable': 'no STARTTLS',
  'starttls-injection': 'data before TLS',
  'not-imap': 'not an IMAP server',
  flooding: 'server sends too much',
  'sign-in': 'sign-in refused',
  'sign-in-again': 'to be signed in again',
  'auth-server': 'no token from the sign-in server',
  'secret-missing': 'password missing',
  'mailbox-missing': 'no such mailbox',
  'mailbox-twice': 'watched twice',
  'server-unavailable': 'server unavailable',
  throttled: 'server asks for patience',
  'not-served': 'account not served',
  'server-closed': 'closed by the server',
  offline: 'offline',
  internal: 'internal error',
};

/** Of an attempt that was planned. */
export const PLANNED_SENTENCE =
  'in the place of a connection that ends with its access token, as was known before';

export const PHASE_WORDS: Record<Phase, string> = {
  proxy: 'Proxy',
  dns: 'DNS',
  tcp: 'TCP',
  starttls: 'STARTTLS',
  wait: 'Ticket wait',
  tls: 'TLS',
  greeting: 'Greeting',
  login: 'Login',
  select: 'Select',
};

/** What a phase is, where its name leaves that open. */
export const PHASE_EXPLANATIONS: Partial<Record<Phase, string>> = {
  proxy: 'the proxy looks the name up and connects',
  wait: 'waiting for the tickets of another connection',
};

export const SECURITY_WORDS: Record<Security, string> = {
  tls: 'TLS',
  starttls: 'STARTTLS (required)',
};

/** What goes on after the word of `OUTCOME_WORDS`: the mechanism, the reason or the problem. */
export function outcomeDetail(outcome: Outcome): string | null {
  switch (outcome.kind) {
    case 'resumed':
    case 'refused':
      return MECHANISM_WORDS[outcome.mechanism];
    case 'full':
      return REASON_WORDS[outcome.reason];
    case 'failed':
      return PROBLEM_WORDS[outcome.problem.code];
    case 'off':
      return null;
  }
}

const REASON_SENTENCES: Record<NotOfferedReason, string> = {
  'nothing-held':
    'Nothing was offered: Reprise held no session for this server yet. The next connection can resume, if the server issues one.',
  'none-issued':
    'Nothing was offered: this server has issued no session that could be resumed, so every handshake is a full one. Its administrator can turn on tickets or a session cache; the server check tells how.',
  expired: 'Nothing was offered: the session held for this server had expired.',
  'verified-afresh':
    'Nothing was offered: this account trusts one certificate alone, and only a full handshake shows which one its server has. So it is looked at afresh at each start of Reprise, and once a day.',
  'all-in-use':
    'Nothing was offered: every ticket held was already taken by another connection. A TLS 1.3 ticket is used once.',
  'trust-changed':
    'Nothing was offered: what this account trusts has changed since the session was made, so the server had to prove itself again.',
  'refused-earlier':
    'Nothing was offered: this server refused the latest session, so those issued together with it were dropped unused, and no new one had come yet.',
  'failed-earlier':
    'Nothing was offered: the attempt before this one broke off over a session, so it was made again at once without any, and that worked. The session is dropped.',
  'server-keeps-refusing':
    'Nothing was offered, for a while: this server refused what it had issued, or broke off over it, again and again.',
};

/** Why a connection was not resumed, in a sentence; `null` where it was. */
export function outcomeSentence(outcome: Outcome): string | null {
  switch (outcome.kind) {
    case 'resumed':
      return null;
    case 'full':
      return REASON_SENTENCES[outcome.reason];
    case 'refused':
      return `A ${outcome.mechanism === 'session-id' ? 'session ID' : MECHANISM_WORDS[outcome.mechanism]} was offered, and the server made a full handshake. That is no error: many servers do it on purpose, some because each of their processes has a key of its own.`;
    case 'off':
      return 'Reuse is off for this account: nothing was offered and nothing is kept.';
    case 'failed':
      return 'No TLS connection came about.';
  }
}

/** `TLSv1.3` as a table has room for it. */
export function protocolNumber(protocol: 'TLSv1.2' | 'TLSv1.3'): string {
  return protocol === 'TLSv1.3' ? '1.3' : '1.2';
}

/** `TLSv1.3` as people write it. */
export function protocolName(protocol: 'TLSv1.2' | 'TLSv1.3'): string {
  return `TLS ${protocolNumber(protocol)}`;
}

/** Which protection is in force for passwords, in a few words. */
export function protectionWords(protection: SecretProtection): string {
  switch (protection.kind) {
    case 'os':
      return `Passwords: protected by the system (${protection.backend})`;
    case 'key-file':
      return 'Passwords: encrypted under a key file';
    case 'memory':
      return 'Passwords: in memory only';
  }
}

/** The same in a sentence that says what it protects from. */
export function protectionSentence(protection: SecretProtection): string {
  switch (protection.kind) {
    case 'os':
      return `Stored encrypted by the system's key store (${protection.backend}).`;
    case 'key-file':
      return `Stored encrypted (AES-256-GCM) under the key file ${protection.path}: whoever has both files has your passwords.`;
    case 'memory':
      return 'Kept in memory only: it is asked for again after a restart.';
  }
}

type Named = Pick<Account, 'host' | 'servername' | 'trust'>;

/**
 * The name that the certificate has to be for, where it is not that of the server connected to;
 * `null` where it is, and where one certificate is trusted for whatever name.
 */
export function otherName({ host, servername, trust }: Named): string | null {
  if (trust.kind === 'pin' || servername === null || isSameHost(servername, host)) return null;
  return withWireName(servername);
}

/** What became of the sessions that were offered to it. */
export function refusedSoFar({ refusals, broken, before }: Refusing): string {
  const count = formatCount(refusals);
  if (broken > 0) {
    const earlier =
      before.resumed > 0
        ? `; ${formatCount(before.resumed)} of ${formatCount(before.offered)} resumed before`
        : '';
    return `The connection breaks off when a session is offered: ${formatCount(broken)} of the last ${count} did, and worked without one${earlier}`;
  }
  if (before.resumed > 0) {
    return `This server seldom takes its sessions up: the last ${count} were refused; ${formatCount(before.resumed)} of ${formatCount(before.offered)} resumed before`;
  }
  return `This server issues tickets and never takes them up: ${count} of ${count} refused`;
}

/** When it is offered one again. */
export function nextTry({ nextTryAt }: Refusing, now: number): string {
  const left = nextTryAt - now;
  return left > 0 ? `next try in ${formatTimeLeft(left)}` : 'next try with the next connection';
}
