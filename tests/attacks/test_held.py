"""What held."""

import pytest
from django.test import Client

from tests.kit import enter
from tests.people import House
from toride.access.tests.signing import PASSWORD, give_passwords, sign_in

pytestmark = pytest.mark.requirement("A2")


@pytest.mark.parametrize(
    "there",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "///evil.example",
        "http:evil.example",
        "\x09//evil.example",
    ],
)
def test_next(house: House, there: str) -> None:
    give_passwords(house)
    answer = Client().post("/sign-in/", {"login": "hasegawa", "password": PASSWORD, "next": there})
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_names_in_other_letters_share_the_lock(house: House) -> None:
    give_passwords(house)
    client = Client()
    for name in ("HASEGAWA", "haſegawa", "Hasegawa", "hasegawa ", "hasegawA", "HASegawa"):
        sign_in(client, name, "wrong wrong wrong")
    assert sign_in(client, "hasegawa").status_code == 200, "waits"


@pytest.mark.parametrize(
    "sent", [{"sort": "value"}, {"value_from": "1"}, {"birth_date": "5-14"}, {"sort": "last_contact"}]
)
def test_masked_columns(house: House, sent: dict) -> None:
    house.customer()
    person = house.operator if "birth_date" in sent or "value" in str(sent) else house.steward
    assert enter(person).post("/customers/", sent).status_code == 403


def test_stranger_host(house: House) -> None:
    assert Client().get("/sign-in/", headers={"Host": "evil.example"}).status_code == 400


def test_csrf_everywhere(house: House) -> None:
    from django.urls import get_resolver

    client = Client(enforce_csrf_checks=True)
    client.cookies = enter(house.steward).cookies
    subject = house.customer()
    from uuid import uuid4

    bad = []

    def walk(patterns, before=""):
        for one in patterns:
            path = before + str(one.pattern)
            if hasattr(one, "url_patterns"):
                walk(one.url_patterns, path)
            elif not path.startswith(("api/", "scim/")):
                import re

                address = "/" + re.sub(r"<uuid:(\w+)>", lambda m: str(subject if m[1] == "subject" else uuid4()), path)
                address = re.sub(r"<\w+:\w+>", "x", address)
                if "<" in address or "^" in address:
                    continue
                answer = client.post(address, {"x": "1"}, headers={"HX-Request": "true"})
                if answer.status_code != 403:
                    bad.append((address, answer.status_code))

    walk(get_resolver().url_patterns)
    print(bad)
    assert all(("/sign-in/" in a and a.endswith(("post/", "end/"))) or s in (404, 405) for a, s in bad), bad
