"""Signatures: only the holder of the file can make them, anyone can check them."""

import pytest

from toride.base.errors import ConfigurationError, Unavailable
from toride.vault import signing

pytestmark = pytest.mark.requirement("K1", "T1")


@pytest.fixture
def path(tmp_path):
    tmp_path.chmod(0o700)
    return tmp_path / "trail.key"


def test_signature_is_checked_with_the_public_key(path):
    signer = signing.generate(path)
    signature = signer.sign(b"checkpoint")
    assert signing.verify(signer.public, signature, b"checkpoint")
    assert signing.load(path).sign(b"checkpoint") == signature
    other = signing.generate(path.with_name("other.key"))
    for public, mark, message in (
        (signer.public, signature, b"checkpoint!"),
        (other.public, signature, b"checkpoint"),
        (signer.public, signature[:-1], b"checkpoint"),
        (signer.public[:-1], signature, b"checkpoint"),
    ):
        assert not signing.verify(public, mark, message)


def test_signature_is_that_of_rfc_8032():
    """RFC 8032, section 7.1, test 2."""
    seed = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    signer = signing.Signer(seed)
    assert signer.public.hex() == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    assert signer.sign(b"\x72").hex() == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )


def test_key_file_is_private_and_never_replaced(path):
    signing.generate(path)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(ConfigurationError, match="exists"):
        signing.generate(path)
    path.chmod(0o644)
    with pytest.raises(ConfigurationError, match="chmod"):
        signing.load(path)
    path.chmod(0o600)
    path.write_bytes(b"short")
    with pytest.raises(ConfigurationError):
        signing.load(path)
    path.unlink()
    with pytest.raises(Unavailable):
        signing.load(path)
