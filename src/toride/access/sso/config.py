"""How a provider is asked and how far it is believed: one text in the data store, agreed upon by two people."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any

import orjson

from toride.access.models import Provider
from toride.access.signin.rules import WIDE
from toride.base.errors import Unavailable
from toride.vault import persons
from toride.vault.aead import Unopenable

LEAST_RANK = 1


@dataclass(frozen=True, slots=True)
class Mapped:
    """Who is in `group` at the provider holds `role` here, and a rank of at least `rank` (0: it says nothing of it)."""

    group: str
    role: str
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Config:
    """`client`: who we are to the provider. `claim` carries the sign-in name, `groups` the groups ("": none).

    `branch`: where who is not known yet joins ("": nobody joins). `vouching`: values of acr and amr that say that the
    provider asked for a second factor. `own`: duties that need our own nevertheless. `inside`: it stands in the
    house's own network. Of SAML only: `address` is where it is asked, `certificates` (PEM) are of its keys.
    """

    issuer: str
    client: str
    claim: str = "preferred_username"
    groups: str = ""
    mapped: tuple[Mapped, ...] = ()
    branch: str = ""
    vouching: tuple[str, ...] = ()
    own: tuple[str, ...] = field(default=WIDE)
    inside: bool = False
    address: str = ""
    certificates: tuple[str, ...] = ()

    def text(self) -> str:
        """As it is kept."""
        return orjson.dumps(asdict(self), option=orjson.OPT_SORT_KEYS).decode()

    def managed(self) -> frozenset[str]:
        """The duties that the provider's groups give and take."""
        return frozenset(one.role for one in self.mapped)

    def duties(self, held: Collection[str], rank: int, groups: Collection[str]) -> tuple[list[str], int]:
        """What these groups make of duties and rank: what is mapped comes and goes with them, the rest stays."""
        given = [one for one in self.mapped if one.group in groups]
        roles = sorted((set(held) - self.managed()) | {one.role for one in given})
        if any(one.rank for one in self.mapped):
            rank = max((one.rank for one in given if one.rank), default=LEAST_RANK)
        return roles, rank


@lru_cache(maxsize=32)
def read(text: str) -> Config:
    """What `Config.text` gave. Raises Unavailable where it cannot be understood."""
    try:
        return _of(orjson.loads(text))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Unavailable("the identity provider's configuration cannot be read") from None


def sealed(provider: Provider, config: Config, secret: str) -> bytes:
    """The provider's secret, sealed for whom it is shown to: another issuer or client needs it anew."""
    return persons.seal_for(provider.pk, _use(config), {"secret": secret}) if secret else b""


def secret(provider: Provider) -> str:
    """The secret; "" where there is none. Raises Unavailable for one that does not open."""
    if not provider.blob:
        return ""
    try:
        return str(persons.open_for(provider.pk, _use(read(provider.content)), bytes(provider.blob))["secret"])
    except Unopenable:
        raise Unavailable("altered") from None


def _use(config: Config) -> str:
    return f"provider:{config.issuer}:{config.client}"


def _of(kept: Mapping[str, Any]) -> Config:
    lists = {name: tuple(kept[name]) for name in ("vouching", "own", "certificates")}
    return Config(**{**kept, **lists, "mapped": tuple(Mapped(**one) for one in kept["mapped"])})
