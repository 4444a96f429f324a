"""Attempts over real connections: TLS to the name at the address that was looked up."""

from __future__ import annotations

import datetime
import http.server
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from icosa.webhooks.sending.attempt import Attempt, Request, Sender
from icosa.webhooks.sending.connection import tcp_connect


@dataclass
class Receiver:
    """A server on this machine."""

    port: int
    authority: Path | None = None
    hosts: list[str] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    def send(self, url: str) -> Attempt:
        """Send to a URL, whatever host it names: all names lead here."""
        context = ssl.create_default_context(cafile=str(self.authority) if self.authority else None)
        sender = Sender(
            lookup=lambda _host, _port: ["127.0.0.1"],
            connect=lambda address, _port, seconds: tcp_connect(address, self.port, seconds),
            context=lambda: context,
            allow_private=lambda: True,
        )
        return sender.send_once(Request(target_url=url, event_id="evt_1", body=b'{"a":1}', secrets=["s"]))


def _authority_and_certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """Files of an authority, and of a certificate with its key."""
    now = datetime.datetime.now(datetime.UTC)

    def certificate(
        subject: str, key: ec.EllipticCurvePrivateKey, issuer: str, signer: ec.EllipticCurvePrivateKey
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        )
        if key is signer:
            usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
            builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            builder = builder.add_extension(usage, critical=True)
        else:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(subject)]), critical=False)
        return builder.sign(signer, hashes.SHA256())

    root, leaf = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority, chain = folder / "authority.pem", folder / "chain.pem"
    authority.write_bytes(certificate("Authority", root, "Authority", root).public_bytes(serialization.Encoding.PEM))
    chain.write_bytes(
        certificate(name, leaf, "Authority", root).public_bytes(serialization.Encoding.PEM)
        + leaf.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return authority, chain


def _serve(receiver: Receiver, context: ssl.SSLContext | None) -> http.server.ThreadingHTTPServer:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receiver.hosts.append(self.headers["Host"])
            receiver.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(202)
            self.end_headers()
            self.wfile.write(b"thanks")

        def log_message(self, *_: object) -> None:
            pass

    class Server(http.server.ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Senders that do not like the certificate go away."""

    server = Server(("127.0.0.1", 0), Handler)
    receiver.port = server.server_address[1]
    if context is not None:
        context.sni_callback = lambda _socket, name, _context: receiver.names.append(name)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    return server


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    """A receiver with a certificate for hooks.example."""
    authority, chain = _authority_and_certificate(tmp_path_factory.mktemp("tls"), "hooks.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    receiver = Receiver(0, authority)
    server = _serve(receiver, context)
    yield receiver
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def plain() -> Iterator[Receiver]:
    receiver = Receiver(0)
    server = _serve(receiver, None)
    yield receiver
    server.shutdown()
    server.server_close()


def test_a_request_over_tls(secure: Receiver) -> None:
    attempt = secure.send("https://hooks.example/a")
    assert (attempt.status, attempt.answer, attempt.error) == (202, "thanks", None)
    assert secure.hosts[-1] == "hooks.example"
    assert secure.names[-1] == "hooks.example"
    assert secure.bodies[-1] == b'{"a":1}'


@pytest.mark.parametrize("host", ["other.example", "127.0.0.1"])
def test_the_certificate_must_be_that_of_the_name(secure: Receiver, host: str) -> None:
    attempt = secure.send(f"https://{host}/a")
    assert attempt.status is None
    assert (attempt.error or "").startswith("The certificate is not valid")


def test_the_authority_must_be_known(secure: Receiver) -> None:
    stranger = Receiver(secure.port)
    assert (stranger.send("https://hooks.example/a").error or "").startswith("The certificate is not valid")


def test_a_receiver_without_tls(plain: Receiver) -> None:
    assert plain.send("http://hooks.example/a").status == 202
    assert (plain.send("https://hooks.example/a").error or "").startswith("No TLS connection")


def test_a_port_that_nobody_listens_on(plain: Receiver) -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as server:
        port = server.server_address[1]
    assert Receiver(port).send("http://hooks.example/").error == "The connection was refused"
