"""GnuTLS, by its library alone: connects COUNT times to HOST PORT over IMAP, trusting CA-FILE.

    gnutls_client.py HOST PORT CA-FILE COUNT PRIORITY

PRIORITY is GnuTLS's own string of what is to be used, such as NORMAL:%NO_TICKETS. No session is kept.
"""
import ctypes
import socket
import sys

CLIENT = 2
CERTIFICATE = 1
NAME_DNS = 1
PEM = 1

gnutls = ctypes.CDLL('libgnutls.so.30')
gnutls.gnutls_strerror.restype = ctypes.c_char_p


def check(call, *args):
    """Calls again where GnuTLS has met something on the way, such as a ticket."""
    code = call(*args)
    while code < 0 and not gnutls.gnutls_error_is_fatal(code):
        code = call(*args)
    if code < 0:
        raise OSError(gnutls.gnutls_strerror(code).decode())
    return code


def until(session, tag):
    said = b''
    buffer = ctypes.create_string_buffer(4096)
    while tag not in said:
        length = check(gnutls.gnutls_record_recv, session, buffer, 4096)
        if length == 0:
            raise OSError('The server has left.')
        said += buffer.raw[:length]


def say(session, line):
    check(gnutls.gnutls_record_send, session, line, len(line))


def visit(host, port, credentials, priority):
    session = ctypes.c_void_p()
    check(gnutls.gnutls_init, ctypes.byref(session), CLIENT)
    with socket.create_connection((host, int(port))) as raw:
        try:
            name = host.encode()
            check(gnutls.gnutls_priority_set_direct, session, priority.encode(), None)
            check(gnutls.gnutls_server_name_set, session, NAME_DNS, name, len(name))
            gnutls.gnutls_session_set_verify_cert(session, name, 0)
            check(gnutls.gnutls_credentials_set, session, CERTIFICATE, credentials)
            gnutls.gnutls_transport_set_int2(session, raw.fileno(), raw.fileno())
            check(gnutls.gnutls_handshake, session)
            print('resumed' if gnutls.gnutls_session_is_resumed(session) else 'full', flush=True)
            until(session, b'* OK')
            say(session, b'a LOGIN ann secret\r\n')
            until(session, b'a OK')
            say(session, b'z LOGOUT\r\n')
            until(session, b'z OK')
            gnutls.gnutls_bye(session, 1)
        finally:
            gnutls.gnutls_deinit(session)


def main():
    host, port, ca, count, priority = sys.argv[1:6]
    credentials = ctypes.c_void_p()
    check(gnutls.gnutls_certificate_allocate_credentials, ctypes.byref(credentials))
    check(gnutls.gnutls_certificate_set_x509_trust_file, credentials, ca.encode(), PEM)
    for _ in range(int(count)):
        try:
            visit(host, port, credentials, priority)
        except OSError as error:
            print(error, flush=True)


main()
