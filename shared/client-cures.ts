/**
 * What to write in a program where the lab found something, for the three libraries that most mail
 * programs are written with. The code is taken from programs that tests build and run, line by line.
 */
import type { FindingId } from './client-findings.ts';

export const CURE_LIBRARIES = {
  asio: 'C++, boost::asio with OpenSSL',
  node: 'Node',
  python: 'Python, ssl',
} as const;
export type CureLibrary = keyof typeof CURE_LIBRARIES;

/** Programs from which the code is, beside the repository's root. */
export const CURE_SOURCES: Readonly<Record<CureLibrary, readonly string[]>> = {
  asio: ['e2e/clients/asio/session-cache.hpp', 'e2e/clients/asio/right.cpp'],
  node: ['e2e/clients/node/own-store.ts'],
  python: ['e2e/clients/python/mailbox.py'],
};

/** Those that are found most often. */
export const CURED_FINDINGS = [
  'never-offers',
  'too-early-for-tls13',
  'spoilt-by-close',
  'ticket-twice',
  'every-second',
  'offered-to-another-port',
] as const satisfies readonly FindingId[];
export type CuredFinding = (typeof CURED_FINDINGS)[number];

export interface Cure {
  readonly text: string;
  readonly code: string;
}

/** The cures of a finding; `null` where it has none. */
export function curesOf(id: FindingId): Readonly<Record<CureLibrary, Cure>> | null {
  const cured = CURED_FINDINGS.find((each) => each === id);
  return cured === undefined ? null : CURES[cured];
}

const CURES: Readonly<Record<CuredFinding, Readonly<Record<CureLibrary, Cure>>>> = {
  'never-offers': {
    asio: {
      text: 'Keep the sessions that come, and offer one before the handshake. session-cache.hpp, beside these lines, is a whole cache.',
      code: `
Stream stream(io, context);
connect(stream, io, options);
const ShutDownFirst guard{stream};
cache.offer(stream.native_handle(), peer);
secure(stream, options);`,
    },
    node: {
      text: 'Pass a session that came before to tls.connect, with the same servername. The package @reprise/tls-sessions does it all.',
      code: `
const offered = take(server);
const socket = connect({ host, port: Number(port), servername: host, ca, session: offered });`,
    },
    python: {
      text: 'imaplib has no parameter for it: give the session to wrap_socket in a class of your own.',
      code: `
def _create_socket(self, timeout):
    raw = imaplib.IMAP4._create_socket(self, timeout)
    self.offered = self.sessions.take((self.host, self.port))
    return self.ssl_context.wrap_socket(
        raw, server_hostname=self.host, session=self.offered
    )`,
    },
  },
  'too-early-for-tls13': {
    asio: {
      text: 'Take sessions by callback. SSL_get1_session right after the handshake is too early: the tickets of TLS 1.3 come with the first bytes that are read.',
      code: `
SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
SSL_CTX_sess_set_new_cb(raw, &SessionCache::came);`,
    },
    node: {
      text: 'Take sessions by the event "session". getSession() at "secureConnect" is too early: the tickets of TLS 1.3 come later, and several of them.',
      code: `
socket.on('session', (session) => {
  keep(server, session);
});`,
    },
    python: {
      text: 'Read sock.session before the connection is closed, and not right after the handshake: the tickets of TLS 1.3 come with the first bytes that are read.',
      code: `
# Not right after the handshake: under TLS 1.3 the tickets have been read by now.
self.sessions.keep((self.host, self.port), self.sock, self.offered)`,
    },
  },
  'spoilt-by-close': {
    asio: {
      text: 'Shut TLS down before the stream goes out of scope, by whatever way it does: SSL_free marks the session of a stream that was not shut down as not resumable, whoever keeps it.',
      code: `
struct ShutDownFirst {
  Stream& stream;

  ~ShutDownFirst() {
    boost::system::error_code ignored;
    stream.shutdown(ignored);
    SSL_set_shutdown(stream.native_handle(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  }
};`,
    },
    node: {
      text: 'The event hands out copies, so that nothing spoils them. For close_notify, end the connection and do not destroy it.',
      code: `
socket.end();
await once(socket, 'close');`,
    },
    python: {
      text: 'Shut TLS down before the socket is closed. close() alone frees the connection without it, and OpenSSL marks its session as not resumable.',
      code: `
try:
    self.sock = self.sock.unwrap()  # close_notify; without it the session is spoilt
except OSError:
    pass
super().shutdown()`,
    },
  },
  'ticket-twice': {
    asio: {
      text: 'Take a TLS 1.3 session out of the cache as it is offered, whatever comes of it.',
      code: `
const bool isUsedUp = SSL_SESSION_get_protocol_version(session.get()) >= TLS1_3_VERSION;
if (isOver || isUsedUp) sessions.pop_back();
if (isOver) continue;
SSL_set_session(connection, session.get());`,
    },
    node: {
      text: 'Take a TLS 1.3 session out of the store as it is offered, whatever comes of it.',
      code: `
const latest = good.at(-1);
// A TLS 1.3 ticket is offered once (RFC 8446, C.4); a TLS 1.2 session may be offered again.
if (latest?.isTls13 === true) good.pop();`,
    },
    python: {
      text: 'Take a TLS 1.3 session out of the store as it is offered, whatever comes of it.',
      code: `
if session is None or version == 'TLSv1.3':
    self.held.pop(server, None)  # a TLS 1.3 ticket is offered once (RFC 8446, C.4)
return session`,
    },
  },
  'every-second': {
    asio: {
      text: 'Under TLS 1.2 no callback comes for a ticket that is renewed on a resumption, and the session that was offered is no longer resumable: keep what the connection holds before it is closed. Under TLS 1.3 keep every ticket, not the latest alone.',
      code: `
const bool isReused = SSL_session_reused(connection) != 0;
if (!isReused || SSL_version(connection) >= TLS1_3_VERSION) return;
if (SSL_SESSION* session = SSL_get1_session(connection)) keep(connection, Session(session, free));`,
    },
    node: {
      text: 'Under TLS 1.2 no event comes for a ticket that is renewed on a resumption: ask for it before the connection is closed. Under TLS 1.3 keep every ticket, not the latest alone.',
      code: `
// A ticket that a TLS 1.2 server renews makes no event.
const latest = socket.getSession();
if (isReused && latest !== undefined && isAnother(latest, offered)) keep(server, latest);`,
    },
    python: {
      text: 'Under TLS 1.2 keep sock.session before each close, also where it resumed. Under TLS 1.3 the module gives the latest ticket only: where a server sends none on a resumed connection, every second one stays a full handshake.',
      code: `
def keep(self, server, sock, offered):
    # A connection that resumed and was given no other ticket still holds the one it offered.
    is_used_up = sock.version() == 'TLSv1.3' and sock.session == offered
    if sock.session is not None and not is_used_up:
        self.held[server] = (sock.session, sock.version())`,
    },
  },
  'offered-to-another-port': {
    asio: {
      text: 'Keep sessions by host, port and name, and by whoever must not share them.',
      code: `
bool operator<(const Peer& other) const {
  return std::tie(host, port, name) < std::tie(other.host, other.port, other.name);
}`,
    },
    node: {
      text: 'Keep sessions by host, port and user.',
      code: `
const server = \`\${user} at \${host}:\${port}\`;`,
    },
    python: {
      text: 'Keep sessions by host and port, in a store for each context and user.',
      code: `
self.offered = self.sessions.take((self.host, self.port))`,
    },
  },
};
