/** What is said of watched connections, in words; those of the closed set are the same everywhere. */
import type {
  WatchedConnection,
  WatchedOffer,
  WatchedOutcome,
  WatchedProgram,
  WatchFailure,
} from '../../../shared/your-client.ts';
import type { Alert } from '../tls-wire/index.ts';

export const MECHANISM_WORDS: Readonly<Record<WatchedOffer['mechanism'], string>> = {
  'tls13-ticket': 'TLS 1.3 ticket',
  'tls12-ticket': 'TLS 1.2 ticket',
  'session-id': 'Session ID',
};

const OUTCOME_WORDS: Readonly<Record<WatchedOutcome['kind'], string>> = {
  pending: 'Connecting',
  resumed: 'Resumed',
  full: 'Full handshake',
  refused: 'Refused',
  failed: 'Failed',
};

/** RFC 8446 §6, RFC 5246 §7.2 and SSL 3.0; the registry of IANA has their numbers. */
const ALERTS: Readonly<Record<number, string>> = {
  0: 'close_notify',
  10: 'unexpected_message',
  20: 'bad_record_mac',
  40: 'handshake_failure',
  42: 'bad_certificate',
  43: 'unsupported_certificate',
  44: 'certificate_revoked',
  45: 'certificate_expired',
  46: 'certificate_unknown',
  47: 'illegal_parameter',
  48: 'unknown_ca',
  50: 'decode_error',
  51: 'decrypt_error',
  70: 'protocol_version',
  71: 'insufficient_security',
  80: 'internal_error',
  86: 'inappropriate_fallback',
  90: 'user_canceled',
  109: 'missing_extension',
  112: 'unrecognized_name',
  116: 'certificate_required',
  120: 'no_application_protocol',
};

/** A sentence for each way in which no TLS came about, where the failure has no text of its own. */
export function failureText(reason: WatchFailure, alert: Alert | null): string {
  const said =
    alert === null ? '' : ` (${ALERTS[alert.description] ?? `alert ${alert.description}`})`;
  switch (reason) {
    case 'client-silent':
      return 'The client connected and said nothing.';
    case 'client-plain':
      return 'The client spoke in plain text to the end, and never began TLS. Switch TLS or STARTTLS on in it.';
    case 'client-garbage':
      return 'What the client sent is neither text nor TLS.';
    case 'client-ssl2':
      return 'The client begins as SSL 2 did, which servers refuse. It needs a newer TLS library.';
    case 'client-left':
      return 'The client closed before the server had answered its ClientHello.';
    case 'client-gave-up':
      return `The client gave up when it had the server's answer${said}. Often it does not trust the certificate: it has to dial the server's own name.`;
    case 'server-plain':
      return 'The server answered in plain text: it does not speak TLS there at once. Use STARTTLS in the client, or the port for TLS.';
    case 'server-garbage':
      return 'What the server answered is no TLS.';
    case 'server-left':
      return 'The server closed the connection in place of an answer.';
    case 'server-alert':
      return alert?.description === 70
        ? 'The server refuses the versions of TLS that the client is able to speak (protocol_version).'
        : `The server refused the ClientHello${said}.`;
    case 'server-unreachable':
      return 'The server could not be reached.';
    case 'loop':
      return 'The way to the server leads back here.';
    case 'no-socket':
      return 'This machine has no socket left for it.';
  }
}

/** `Resumed · TLS 1.3 ticket`, and so on. */
export function outcomeText(outcome: WatchedOutcome): string {
  const detail = detailOf(outcome);
  return detail === null
    ? OUTCOME_WORDS[outcome.kind]
    : `${OUTCOME_WORDS[outcome.kind]} · ${detail}`;
}

function detailOf(outcome: WatchedOutcome): string | null {
  switch (outcome.kind) {
    case 'pending':
      return null;
    case 'resumed':
    case 'refused':
      return MECHANISM_WORDS[outcome.mechanism];
    case 'full':
      return outcome.reason === 'takes-none' ? 'it takes no tickets' : 'nothing offered';
    case 'failed':
      return outcome.text;
  }
}

/** Which ticket it was, where that is known: `the same as #3`, `from #2`. */
export function offerText(offers: readonly WatchedOffer[]): string {
  const [first] = offers;
  if (first === undefined) return '–';
  const { sameAs, issuedBy } = first;
  const what = first.mechanism === 'session-id' ? 'session' : 'ticket';
  if (sameAs !== null) return `the same ${what} as #${sameAs}`;
  return issuedBy === null ? `a new ${what}` : `${what} of #${issuedBy}`;
}

export function programText(program: WatchedProgram): string {
  switch (program.kind) {
    case 'process':
      return `${program.name} (${program.pid})`;
    case 'pending':
      return '…';
    case 'other-user':
      return "another user's";
    case 'gone':
      return 'gone already';
    case 'elsewhere':
      return 'elsewhere';
    case 'not-told':
      return 'not told here';
  }
}

/** How it closed, as far as that can be seen. */
export function endText({ ended }: WatchedConnection): string {
  if (ended === null) return 'open';
  const { by, how, closeNotify } = ended;
  const who = by === 'pass-through' ? 'cut off here' : `${how} by ${by}`;
  switch (closeNotify) {
    case null:
      return who;
    case 'yes':
      return `${who}, close_notify`;
    case 'no':
      return `${who}, no close_notify`;
    case 'likely':
      return `${who}, close_notify likely`;
    case 'unlikely':
      return `${who}, no close_notify, it seems`;
  }
}
