"""A directory with a key, for these tests."""

from typing import Any

import orjson
from django.http import HttpResponse
from django.test import Client

from tests.people import House
from toride.access.machines import services
from toride.access.models import Connection

USERS, GROUPS = "/scim/v2/Users", "/scim/v2/Groups"
MEDIA = "application/scim+json"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


class Directory:
    """What holds a key of the scope `scim` for the administrator, and asks; `duties`: what it may give."""

    def __init__(self, house: House, *, duties: dict[str, str] | None = None, **given: Any) -> None:
        wanted = {"name": "directory", "wanted": ["scim"], "purpose": "administration", **given}
        permit = house.permit(house.admin, "access:connection:manage")
        made, self.key = services.connect(permit, username="hayasaka", **wanted)
        self.id, self.client = made.id, Client()
        if duties:
            Connection.objects.filter(pk=self.id).update(duties=duties)

    def __call__(self, method: str, path: str, sent: Any = None, **headers: str) -> HttpResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        given = {"Authorization": f"Bearer {self.key}", "Content-Type": MEDIA} | named
        body = sent if isinstance(sent, bytes) else b"" if sent is None else orjson.dumps(sent)
        return self.client.generic(method, path, body, content_type=given["Content-Type"], headers=given)

    def admit(self, username: str, **said: Any) -> dict[str, Any]:
        found = self("POST", USERS, {"schemas": [USER], "userName": username, **said})
        assert found.status_code == 201, found.content
        return found.json()

    def found(self, name: str, *members: object, **said: Any) -> HttpResponse:
        who = [{"value": str(one)} for one in members]
        return self("POST", GROUPS, {"schemas": [GROUP], "displayName": name, "members": who, **said})

    def patch(self, path: str, *operations: dict[str, Any], **headers: str) -> HttpResponse:
        return self("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)}, **headers)


class Machine:
    """What holds a key of the teller, and searches."""

    def __init__(self, house: House) -> None:
        permit = house.permit(house.admin, "access:connection:manage")
        given = {"username": "hasegawa", "name": "core", "wanted": ["customers"], "purpose": "service"}
        self.key = services.connect(permit, **given)[1]

    def search(self) -> int:
        """The status of the answer."""
        header = {"Authorization": f"Bearer {self.key}"}
        found = Client().post("/api/v1/customers/search", {}, content_type="application/json", headers=header)
        return int(found.status_code)


def one(number: object, place: str = USERS) -> str:
    return f"{place}/{number}"


def refused(found: Any, status: int, kind: str | None = None) -> str:
    assert found.status_code == status, found.content
    assert found["Content-Type"] == MEDIA
    told = found.json()
    assert (told["status"], told.get("scimType")) == (str(status), kind)
    assert told["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    return told["detail"]
