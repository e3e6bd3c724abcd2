/** What is said where no TLS connection came about. */
import type { WatchFailure } from '../../../shared/your-client.ts';
import type { Alert } from '../tls-wire/index.ts';

/** Connections through one pass-through at once; more are a mistake. */
export const MOST_OPEN = 5000;

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

/** What no row tells of; `null` where every connection was let in. */
export function notLetInText(count: number): string | null {
  const text = turnedAwayText(count, MOST_OPEN);
  return text === null ? null : `${text} Does the way to the server lead back here?`;
}

/** As {@link notLetInText}, where there is no way on. @param most may be open at once */
export function turnedAwayText(count: number, most: number): string | null {
  if (count === 0) return null;
  const which = count === 1 ? '1 connection was' : `${count} connections were`;
  return `${which} not let in: ${most} were open at once, or the machine had no more.`;
}
