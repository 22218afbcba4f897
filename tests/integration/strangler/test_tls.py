"""Upstreams under TLS: whose certificate is trusted is asked, whose is not gets nothing."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from shared.calling.client import Unreached, Upstream, tls_context
from tests.integration.strangler.servers import Server, running

HEADERS = {"host": ["localhost"]}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for loopback that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback.test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def secure(certificate: Path) -> Iterator[Server]:
    """A server under TLS."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    with running() as server:
        server.wrap = lambda connection: context.wrap_socket(connection, server_side=True)
        yield server


@pytest.fixture(autouse=True)
def _fresh_context() -> Iterator[None]:
    tls_context.cache_clear()
    yield
    tls_context.cache_clear()


def test_trusted_server_is_asked_over_one_connection(
    secure: Server, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    upstream = Upstream(secure.url.replace("http:", "https:"))
    for _ in range(3):
        assert upstream.send("GET", "/x", HEADERS, None, 5, repeatable=True).status == 200
    upstream.close()
    assert secure.connections == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_server_that_is_not_trusted_gets_nothing(
    secure: Server, certificate: Path, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    """Neither one that nobody vouches for, nor one whose certificate is another host's."""
    if host == "localhost":
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    upstream = Upstream(secure.url.replace("http://127.0.0.1", f"https://{host}"))
    with pytest.raises(Unreached):
        upstream.send("GET", "/x", HEADERS, None, 5, repeatable=True)
    assert secure.seen == []
