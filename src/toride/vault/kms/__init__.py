"""The key management system: it keeps root keys, wraps with them, and destroys them for good."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from importlib import import_module
from typing import Protocol, cast

from django.conf import settings

from toride.base.errors import ConfigurationError
from toride.vault.aead import Part

PROVIDERS = {"file": "toride.vault.kms.file", "transit": "toride.vault.kms.transit", "aws": "toride.vault.kms.aws"}


class Kms(Protocol):
    """Every provider. Unavailable when it cannot answer; Unopenable when the version or the context is wrong."""

    def create(self) -> str:
        """Makes a root version and gives its id (up to 200 characters)."""

    def wrap(self, version: str, plaintext: bytes, *context: Part) -> bytes:
        """Seals up to 4 KiB under a root version."""

    def unwrap(self, version: str, blob: bytes, *context: Part) -> bytes:
        """Opens what `wrap` sealed."""

    def destroy(self, version: str) -> None:
        """Ends a root version for good; one that is gone already is no error."""

    def versions(self) -> frozenset[str]:
        """The root versions that still open."""

    def ending(self) -> Mapping[str, datetime]:
        """Root versions that open no more, but that the KMS deletes only at this moment; until then its administrators
        could bring them back.
        """


def provider() -> Kms:
    """The KMS that TORIDE_KMS names, as `scheme:place`."""
    return _load(settings.KMS)


@lru_cache(maxsize=8)
def _load(address: str) -> Kms:
    scheme, _, place = address.partition(":")
    module = PROVIDERS.get(scheme)
    if module is None or not place:
        raise ConfigurationError(f"TORIDE_KMS must be one of {', '.join(PROVIDERS)}, then a colon and a place.")
    return cast("Kms", import_module(module).connect(place))
