"""Does mail go to the right server only, and never over an open line? Against a real server that speaks TLS, with certificates made here."""

import asyncio
import ipaddress
import pathlib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from tests.channels import cases_email as cases
from tests.delivery.post_office import NoHttp

from meldkring.channels import email, email_relay
from meldkring.channels.contract import Accepted, Outcome, Problem, SendError

HERE = "127.0.0.1"
DAY = timedelta(days=1)
BAD_CERTIFICATE = SendError(Problem.ACCOUNT, "certificate of the mail server")


@dataclass
class Signer:
    """Signs certificates; `trusted` is the file that makes a program believe them."""

    folder: pathlib.Path

    def __post_init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Meldkring test signer")])
        own = self._begun(self.name, self.key, days=2).add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        self.trusted = self.folder / "signer.pem"
        self.trusted.write_bytes(own.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM))

    def certificate(self, address: str, *, days: int = 1) -> ssl.SSLContext:
        """For a server at this address; below nought days it has run out."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail server")])
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
        made = self._begun(name, key, days=days).add_extension(names, critical=False).sign(self.key, hashes.SHA256())
        file = self.folder / "server.pem"
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file.write_bytes(made.public_bytes(Encoding.PEM) + private)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(file)
        return context

    def _begun(self, name: x509.Name, key: ec.EllipticCurvePrivateKey, *, days: int) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder().subject_name(name).issuer_name(self.name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - 9 * DAY).not_valid_after(now + days * DAY)
        )  # fmt: skip


class Guarded(cases.PostOffice):
    """A post office that keeps what it was told, and whether the line was closed to others then."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, bool]] = []

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        self.told.append((address, session.ssl is not None))
        return await super().handle_MAIL(server, session, envelope, address, options)

    def signed_in(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: object) -> AuthResult:
        """aiosmtpd asks whether this name and password are good."""
        assert isinstance(login, LoginPassword)
        self.told.append((login.password.decode(), session.ssl is not None or server.transport.get_extra_info("ssl_object") is not None))
        return AuthResult(success=login.password == b"geheim")


@pytest.fixture
def signer(tmp_path: pathlib.Path) -> Signer:
    return Signer(tmp_path)


@contextmanager
def opened(office: Guarded, tls: str, certificate: ssl.SSLContext) -> Iterator[int]:
    """With STARTTLS it hears nothing before the line is closed; else the line is closed from the beginning."""
    way = (
        {"tls_context": certificate, "require_starttls": True}
        if tls == "starttls"
        else {"ssl_context": certificate, "auth_require_tls": False}
    )
    with cases.opened(office, authenticator=office.signed_in, **way) as port:
        yield port


def sent(port: int, tls: str) -> Outcome:
    """One letter, with a password, as an administrator sets it."""
    scheme = {"starttls": "smtp+tls", "tls": "smtp+ssl"}[tls]
    channel = email.KIND.make({"EMAIL_URL": f"{scheme}://anna:geheim@{HERE}:{port}", "EMAIL_FROM": "Meldkring <meldkring@example.org>"})
    assert isinstance(channel.relay, email_relay.Smtp)

    async def send() -> Outcome:
        try:
            outcome: Outcome = await channel.send(cases.letter(), NoHttp())
            return outcome
        finally:
            await channel.relay.close()

    return asyncio.run(send())


TLS = pytest.mark.parametrize("tls", ["starttls", "tls"])


@TLS
def test_mail_and_password_go_over_a_closed_line_to_a_server_we_trust(signer: Signer, monkeypatch: pytest.MonkeyPatch, tls: str) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(signer.trusted))
    office = Guarded()
    with opened(office, tls, signer.certificate(HERE)) as port:
        assert isinstance(sent(port, tls), Accepted)
    assert [mail["To"] for mail in office.mails()] == [cases.ANNA]
    assert office.told[0] == ("geheim", True)
    if tls == "starttls":
        assert all(closed for _word, closed in office.told)


@TLS
@pytest.mark.parametrize("fault", ["a stranger", "another address", "run out"])
def test_a_server_that_cannot_prove_who_it_is_hears_nothing(signer: Signer, monkeypatch: pytest.MonkeyPatch, tls: str, fault: str) -> None:
    if fault != "a stranger":
        monkeypatch.setenv("SSL_CERT_FILE", str(signer.trusted))
    certificate = signer.certificate("192.0.2.7" if fault == "another address" else HERE, days=-1 if fault == "run out" else 1)
    office = Guarded()
    with opened(office, tls, certificate) as port:
        assert sent(port, tls) == BAD_CERTIFICATE
    assert (office.taken, office.told) == ([], [])


@TLS
def test_a_server_without_tls_hears_nothing(tls: str) -> None:
    office = Guarded()
    with cases.opened(office, authenticator=office.signed_in, auth_require_tls=False) as port:
        outcome = sent(port, tls)
    assert isinstance(outcome, SendError)
    assert outcome.problem in (Problem.ACCOUNT, Problem.TRANSIENT)
    assert (office.taken, office.told) == ([], [])
