"""Mail over TLS: with STARTTLS and from the first byte, and what a certificate has to show."""

import ssl
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.runtime.mail.postman import serving
from webapp.kit.clock import now
from webapp.runtime.mail.envelope import Mailbox
from webapp.runtime.mail.smtp import Fate, carry, mail_server

SENDER, ADA = Mailbox("shop", "shop.example"), Mailbox("ada", "example.com")
CONTENT = b"Subject: Hello\r\n\r\nDear Ada\r\n"
NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a mail server of tests")])


def certificate(folder: Path, *, host: str = "127.0.0.1", days: int = 1) -> Path:
    """A certificate that signs itself, and its key, for a server at this address."""
    key = ec.generate_private_key(ec.SECP256R1())
    at = now()
    made = (
        x509.CertificateBuilder()
        .subject_name(NAME)
        .issuer_name(NAME)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=3))
        .not_valid_after(at + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{host}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


def served(file: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context


WAYS = pytest.mark.parametrize("way", ["starttls", "smtps"])


@WAYS
def test_a_server_whose_certificate_is_known_gets_the_password_and_the_mail(
    tmp_path, monkeypatch, way
):
    file = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))

    with serving("geese", tls=served(file), way=way) as postman:
        url = postman.url.replace("//", "//shop:geese@")
        answer = carry(mail_server(url), SENDER, ADA, CONTENT)

    assert (answer.fate, answer.sentence) == (Fate.sent, "2.0.0 Accepted")
    assert [message["Subject"] for message in postman.messages] == ["Hello"]
    assert postman.was_encrypted == [True]


@WAYS
@pytest.mark.parametrize("fault", ["unknown", "of another host", "expired"])
def test_a_certificate_that_is_not_right_gets_nothing(tmp_path, monkeypatch, way, fault):
    host = "127.0.0.9" if fault == "of another host" else "127.0.0.1"
    file = certificate(tmp_path, host=host, days=-1 if fault == "expired" else 1)
    if fault != "unknown":
        monkeypatch.setenv("SSL_CERT_FILE", str(file))

    with serving("geese", tls=served(file), way=way) as postman:
        url = postman.url.replace("//", "//shop:geese@")
        answer = carry(mail_server(url), SENDER, ADA, CONTENT)

    assert (answer.fate, answer.is_ours) == (Fate.later, True)
    assert "certificate" in answer.sentence.lower()
    assert postman.delivered == postman.senders == []


def test_a_relay_of_a_closed_network_is_spoken_to_in_the_clear_where_that_is_said(tmp_path):
    with serving(tls=served(certificate(tmp_path)), way="starttls") as postman:
        answer = carry(mail_server(f"{postman.url}?tls=off"), SENDER, ADA, CONTENT)

    assert answer.fate is Fate.sent
    assert postman.was_encrypted == [False]
