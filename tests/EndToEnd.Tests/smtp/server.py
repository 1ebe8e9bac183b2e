"""A mail server on loopback with STARTTLS, login and a Maildir: server.py CERTIFICATE KEY MAILDIR PASSWORD. Prints its port."""
import signal
import socket
import ssl
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import AuthResult

certificate, key, maildir, password = sys.argv[1:]
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain(certificate, key)


def check(server, session, envelope, mechanism, data):
    return AuthResult(success=data.login == b"collector" and data.password == password.encode())


with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
controller = Controller(
    Mailbox(maildir), hostname="127.0.0.1", port=port, tls_context=tls, require_starttls=True,
    authenticator=check, auth_required=True)
controller.start()
print("port", controller.port, flush=True)
signal.sigwait([signal.SIGTERM])
controller.stop()
