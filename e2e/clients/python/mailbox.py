"""imaplib with TLS sessions: connects COUNT times to HOST PORT, trusting CA-FILE.

Python gives the latest session of a connection only. Where a server sends two tickets on a full
handshake and none on a resumed one, every second connection is a full one for that.
"""
import imaplib
import ssl
import sys
import time


class Sessions:
    """One for each ssl.SSLContext: a resumed connection is not verified again."""

    def __init__(self):
        self.held = {}

    def take(self, server):
        session, version = self.held.get(server, (None, None))
        if session is not None and session.ticket_lifetime_hint > 0:
            if time.time() >= session.time + session.ticket_lifetime_hint:
                session = None
        if session is None or version == 'TLSv1.3':
            self.held.pop(server, None)  # a TLS 1.3 ticket is offered once (RFC 8446, C.4)
        return session

    def keep(self, server, sock, offered):
        # A connection that resumed and was given no other ticket still holds the one it offered.
        is_used_up = sock.version() == 'TLSv1.3' and sock.session == offered
        if sock.session is not None and not is_used_up:
            self.held[server] = (sock.session, sock.version())


class Mailbox(imaplib.IMAP4_SSL):
    sessions = Sessions()

    def _create_socket(self, timeout):
        raw = imaplib.IMAP4._create_socket(self, timeout)
        self.offered = self.sessions.take((self.host, self.port))
        return self.ssl_context.wrap_socket(
            raw, server_hostname=self.host, session=self.offered
        )

    def shutdown(self):
        # Not right after the handshake: under TLS 1.3 the tickets have been read by now.
        self.sessions.keep((self.host, self.port), self.sock, self.offered)
        try:
            self.sock = self.sock.unwrap()  # close_notify; without it the session is spoilt
        except OSError:
            pass
        super().shutdown()


def main():
    host, port, ca, count = sys.argv[1:5]
    context = ssl.create_default_context(cafile=ca)
    if 'tls1.2' in sys.argv:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    for _ in range(int(count)):
        try:
            mailbox = Mailbox(host, int(port), ssl_context=context)
            print('resumed' if mailbox.sock.session_reused else 'full', flush=True)
            mailbox.login('ann', 'secret')
            mailbox.logout()
        except (OSError, imaplib.IMAP4.error) as error:
            print(error, flush=True)


main()
