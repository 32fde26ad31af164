"""An authority for one installation, and certificates for its own servers: TLS from the first start."""

import os
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from toride.base import clock
from toride.base.errors import ConfigurationError, Invalid, Unavailable
from toride.vault.kms.file import guard, replace_private

CA_DAYS = 3_650
SERVER_DAYS = 365  # browsers accept up to 398 (CA/Browser Forum, Baseline Requirements 6.3.2)
RENEW_DAYS = 30
EARLIER = timedelta(hours=1)  # for clocks that are behind
_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*")  # RFC 1123, section 2.1


def make_ca(folder: Path) -> Path:
    """Makes an authority in `folder` (0700): ca.pem, to be trusted by browsers, and ca.key (0600). The first's path.

    ConfigurationError where there is one already.
    """
    if (folder / "ca.key").exists():
        raise ConfigurationError(f"{folder} has an authority already.")
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Toride {os.urandom(4).hex()}")])
    builder = (
        _builder(name, name, key, CA_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return _keep(folder, "ca", key, builder.sign(key, SHA256()))[0]


def issue(folder: Path, hosts: Sequence[str]) -> tuple[Path, Path]:
    """A certificate of the authority in `folder` for `hosts` (names or addresses): paths of certificate and key.

    Invalid for something that is neither a name nor an address. Replaces the one before.
    """
    names = x509.SubjectAlternativeName([_host(host) for host in hosts])
    ca, signer = _certificate(folder / "ca.pem"), _key(folder / "ca.key")
    key = generate_private_key(SECP256R1())
    builder = (
        _builder(x509.Name([]), ca.subject, key, SERVER_DAYS)
        .add_extension(names, critical=True)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    return _keep(folder, "server", key, builder.sign(signer, SHA256()))


def is_due(folder: Path, hosts: Sequence[str]) -> bool:
    """Must a certificate be issued: none, for other hosts, of another key or authority, or soon at its end?"""
    try:
        found, ca = _certificate(folder / "server.pem"), _certificate(folder / "ca.pem")
        found.verify_directly_issued_by(ca)
        same_key = _key(folder / "server.key").public_key() == found.public_key()
    except Exception:  # noqa: BLE001 - whatever is wrong with it, a new one mends it
        return True
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    ends = clock.now() + timedelta(days=RENEW_DAYS) >= found.not_valid_after_utc
    return ends or not same_key or set(names) != {_host(host) for host in hosts}


def ends(folder: Path) -> datetime:
    """Until when the certificate is good."""
    return _certificate(folder / "server.pem").not_valid_after_utc


def _builder(subject: x509.Name, issuer: x509.Name, key: EllipticCurvePrivateKey, days: int) -> x509.CertificateBuilder:
    now = clock.now()
    return x509.CertificateBuilder(
        issuer_name=issuer,
        subject_name=subject,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - EARLIER,
        not_valid_after=now + timedelta(days=days),
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        if len(host) > 253 or not _HOST.fullmatch(host.lower()):  # noqa: PLR2004 - RFC 1035, section 3.1
            raise Invalid(f"{host!r} is neither a host name nor an address") from None
        return x509.DNSName(host.lower())


def _certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(_read(path))


def _key(path: Path) -> EllipticCurvePrivateKey:
    guard(path)
    return cast("EllipticCurvePrivateKey", load_pem_private_key(_read(path), password=None))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unavailable(f"{path} cannot be read: {error.strerror}") from None


def _keep(folder: Path, name: str, key: EllipticCurvePrivateKey, certificate: x509.Certificate) -> tuple[Path, Path]:
    pem, secret = folder / f"{name}.pem", folder / f"{name}.key"
    guard(secret)
    replace_private(secret, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    replace_private(pem, certificate.public_bytes(Encoding.PEM))
    return pem, secret
