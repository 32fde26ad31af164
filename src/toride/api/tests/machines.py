"""A machine with a key, for these tests."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.test import Client

from tests.people import House
from toride.access.machines import services

SEARCH, CUSTOMERS = "/api/v1/customers/search", "/api/v1/customers"
ALL = ("customers", "imports", "people", "trail")


class Machine:
    """What holds a key and asks; `id` is the connection's."""

    def __init__(self, house: House, username: str = "hasegawa", purpose: str = "service", **given: Any) -> None:
        wanted = {"name": "core", "wanted": ["customers"], "purpose": purpose, **given}
        permit = house.permit(house.admin, "access:connection:manage")
        made, self.key = services.connect(permit, username=username, **wanted)
        self.id, self.client = made.id, Client()

    def __call__(self, method: str, path: str, sent: Any = None, **headers: Any) -> HttpResponse:
        """One request; `sent` is JSON, or bytes as they are."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        given: Mapping[str, str] = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"} | named
        return self.client.generic(
            method, path, content(sent), content_type=given["Content-Type"], headers=dict(given)
        )  # fmt: skip


def content(sent: Any) -> bytes:
    import orjson

    return sent if isinstance(sent, bytes) else b"" if sent is None else orjson.dumps(sent)


def one(subject: object) -> str:
    return f"{CUSTOMERS}/{subject}"
