/** Where it is written what a client does, and what to do where it does otherwise. */
import type { ClientFinding } from '../../../../shared/client-check.ts';
import type { FindingId } from '../../../../shared/client-findings.ts';

export interface Ruled {
  readonly rule: ClientFinding['rule'];
  /** `null` where nothing is to be done. */
  readonly advice: string | null;
}

const TAKE_LATER =
  'Take sessions where the library hands them over, and keep each as it comes: in OpenSSL the callback of SSL_CTX_sess_set_new_cb, in Node the event "session". Read from the connection before it is closed: under TLS 1.3 the tickets come with the first bytes.';
const KEY =
  'Keep sessions by everything that makes two servers the same: host, port, name, and the account.';

export const RULES: Readonly<Record<FindingId, Ruled>> = {
  'accepts-another-certificate': {
    rule: {
      document: 'RFC 7817',
      section: '3',
      says: 'A mail client verifies its server’s certificate, path and name, before it goes on.',
    },
    advice:
      'Switch verification on, with the name that was dialled: anybody on the way reads the password otherwise. A resumed connection is not verified again, so that a session of a connection that was not verified must not be kept either.',
  },
  'no-fallback': {
    rule: {
      document: 'RFC 8446',
      section: '2.2',
      says: 'A server may decline what is offered and fall back to a full handshake.',
    },
    advice:
      'Go on with the full handshake: a server refuses a session whenever it was restarted or has changed its keys. Where the library reports an error, connect once more without a session.',
  },
  resumes: {
    rule: {
      document: 'RFC 8446',
      section: '2.2',
      says: 'A session of an earlier connection is taken up in place of a full handshake.',
    },
    advice: null,
  },
  'resumption-off-in-hello': {
    rule: {
      document: 'RFC 8446',
      section: '4.2.9',
      says: 'A client that wants to resume sends psk_key_exchange_modes; servers give no tickets to one that sends none.',
    },
    advice:
      'Where that is not meant, switch tickets on in the library: without SSL_OP_NO_TICKET in OpenSSL, without %NO_TICKETS in GnuTLS.',
  },
  'never-offers': {
    rule: {
      document: 'RFC 9325',
      section: '3.4',
      says: 'Session resumption spares full handshakes, and is an essential feature for most deployments.',
    },
    advice: `Keep the sessions that come and offer one on the next connection to the same server. ${TAKE_LATER}`,
  },
  'closes-before-tickets': {
    rule: {
      document: 'RFC 8446',
      section: '4.6.1',
      says: 'Tickets come at any time after the client’s Finished.',
    },
    advice:
      'Read at least the greeting before the connection is closed, and close with a TLS shutdown: tickets that are not read are lost.',
  },
  'too-early-for-tls13': {
    rule: {
      document: 'RFC 8446',
      section: '4.6.1',
      says: 'Tickets come at any time after the client’s Finished.',
    },
    advice: TAKE_LATER,
  },
  'one-way-only': {
    rule: {
      document: 'RFC 9325',
      section: '3.4',
      says: 'Session resumption spares full handshakes, with every version.',
    },
    advice:
      'Let both ways of connecting, and every version, keep and offer sessions by the same code: after STARTTLS as with TLS from the first byte.',
  },
  'every-second': {
    rule: {
      document: 'RFC 8446',
      section: '4.6.1',
      says: 'A server may send several tickets on one connection, each for a connection to come.',
    },
    advice:
      'Keep every ticket that comes, not the latest alone. Under TLS 1.2 keep what the connection holds before it is closed as well (SSL_get1_session): no callback comes for a ticket that was renewed on a resumption.',
  },
  'ticket-twice': {
    rule: {
      document: 'RFC 8446',
      section: 'C.4',
      says: 'Clients SHOULD NOT reuse a ticket for multiple connections.',
    },
    advice:
      'Remove a TLS 1.3 session from the store as it is offered, whatever comes of it. Most servers send two tickets, and one more on each resumption; where none is left, make a full handshake.',
  },
  'keeps-offering-refused': {
    rule: {
      document: 'RFC 9149',
      section: '3',
      says: 'Where a ticket was refused, others of the same session are most likely no longer good either.',
    },
    advice: 'Throw away a session that was refused, and keep the one that came in its place.',
  },
  'offered-expired': {
    rule: {
      document: 'RFC 8446',
      section: '4.2.11.1',
      says: 'Clients MUST NOT attempt to use tickets older than their lifetime. TLS 1.2: SHOULD delete them (RFC 5077, section 3.3).',
    },
    advice:
      'Compare a session’s age with its lifetime before it is offered (SSL_SESSION_get_time, SSL_SESSION_get_ticket_lifetime_hint): under TLS 1.2 OpenSSL does not.',
  },
  'offered-to-another-name': {
    rule: {
      document: 'RFC 8446',
      section: '4.6.1',
      says: 'Clients SHOULD only resume where the name (SNI) is that of the original session.',
    },
    advice: KEY,
  },
  'offered-to-another-port': {
    rule: {
      document: 'RFC 8446',
      section: '4.6.1',
      says: 'Normally there is no reason to expect that different servers accept each other’s tickets: an attempt wastes one.',
    },
    advice: KEY,
  },
  'no-name': {
    rule: {
      document: 'RFC 6066',
      section: '3',
      says: 'It is RECOMMENDED that clients name the server that they dial by name.',
    },
    advice:
      'Set the name: SSL_set_tlsext_host_name in OpenSSL, servername in Node, server_hostname in Python. Without it a server with several certificates shows the wrong one.',
  },
  'psk-ke-alone': {
    rule: {
      document: 'RFC 9325',
      section: '3.4',
      says: 'Resumption is to use psk_dhe_ke, for forward secrecy.',
    },
    advice: 'Leave psk_dhe_ke on, which is the default of every usual library.',
  },
  'early-data': {
    rule: {
      document: 'RFC 8446',
      section: 'E.5',
      says: 'Application protocols MUST NOT use 0-RTT data without a profile; mail has none.',
    },
    advice: 'Switch early data off.',
  },
  renegotiates: {
    rule: {
      document: 'RFC 9325',
      section: '3.5',
      says: 'Renegotiation has been removed from TLS 1.3, after several attacks on it.',
    },
    advice: 'Make a new connection where new keys are wanted; SSL_OP_NO_RENEGOTIATION forbids it.',
  },
  'ticket-after-failure': {
    rule: {
      document: 'RFC 8446',
      section: 'C.4',
      says: 'Clients SHOULD NOT reuse a ticket for multiple connections.',
    },
    advice:
      'Remove a TLS 1.3 session from the store as it is offered, not when the handshake is done: it was on the wire either way.',
  },
  'change-unseen-while-resuming': {
    rule: {
      document: 'RFC 8446',
      section: '2.2',
      says: 'On a resumption the server sends no certificate.',
    },
    advice:
      'Nothing, or keep sessions no longer than the certificate under which they came is good.',
  },
  'no-close-notify': {
    rule: {
      document: 'RFC 8446',
      section: '6.1',
      says: 'Each party MUST send close_notify before it closes its side.',
    },
    advice:
      'Shut TLS down before the socket is closed: SSL_shutdown in OpenSSL, end() in Node, unwrap() in Python.',
  },
  'spoilt-by-close': {
    rule: {
      document: 'RFC 8446',
      section: '6.1',
      says: 'Each party MUST send close_notify before it closes its side.',
    },
    advice:
      'In C and C++ shut the stream down before it goes out of scope, or set the flags: SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN). SSL_free spoils the newest session otherwise, whoever keeps it.',
  },
};
