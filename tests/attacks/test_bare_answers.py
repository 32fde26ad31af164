"""Answers that no view gave carry the headers and flags of all others, are in our words, and read nothing."""

from typing import Any

import pytest
from django.conf import settings
from django.http.cookie import SimpleCookie
from django.test import Client, override_settings

from tests.people import House, signed_in
from toride.access.tests.signing import give_passwords, sign_in
from toride.ui.middleware import FIXED

pytestmark = [pytest.mark.requirement("A7"), pytest.mark.requirement("A6")]
CHARSETS = ("utf-7", "shift_jis", "utf-16", "x", "latin-1", "utf-8; boundary=x", "\x7f")
FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data"


def stranger() -> tuple[Client, str]:
    client = Client(enforce_csrf_checks=True)
    client.raise_request_exception = False
    client.get("/sign-in/")
    return client, client.cookies[settings.CSRF_COOKIE_NAME].value


def bare(answer: Any) -> None:
    for name in (*FIXED, "Cache-Control"):
        assert name in answer.headers, name


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("path", ["/sign-in/", "/customers/", "/unknown/", "/language/", "/sign-in/start/"])
def test_a_charset_is_no_failure(house: House, path: str, charset: str) -> None:
    client, token = stranger()
    kind = f"{FORM}; charset={charset}"
    answer = client.generic("POST", path, b"a=1", content_type=kind, headers={"X-CSRFToken": token})
    assert answer.status_code < 500
    assert "Bad Request" not in answer.content.decode()
    bare(answer)


@pytest.mark.parametrize(
    ("kind", "body"),
    [(PARTS, b"x"), (f"{PARTS}; boundary=", b"x"), (f"{PARTS}; boundary=é", b"x"), (f"{PARTS}; boundary=x", b"--x\r\n"),
     (FORM, b"&".join(b"a%d=1" % n for n in range(2_000))), (FORM, b"a=" + b"x" * 1_100_000), (FORM, b"\xff=%zz")],
    ids=["no boundary", "empty boundary", "odd boundary", "cut", "many fields", "long", "bytes"],
)  # fmt: skip
@pytest.mark.parametrize("person", [False, True])
def test_a_form_that_cannot_be_read_is_answered_in_our_words(
    house: House, kind: str, body: bytes, person: bool
) -> None:
    client, token = stranger()
    if person:
        client.cookies = SimpleCookie({**signed_in(house.teller).cookies, **client.cookies})
    answer = client.post("/customers/", body, content_type=kind, headers={"X-CSRFToken": token})
    assert answer.status_code < 500
    text = answer.content.decode()
    assert "Bad Request" not in text
    assert not text or "Toride" in text
    bare(answer)


@pytest.mark.parametrize("host", ["evil.example", "a b", "[::1", "localhost@evil"])
def test_a_foreign_host_is_answered_in_our_words(house: House, host: str) -> None:
    answer = Client().get("/sign-in/", headers={"Host": host})
    assert answer.status_code == 400
    assert "<h1>Bad Request" not in answer.content.decode()
    bare(answer)


def test_from_the_address_to_the_name_with_every_header(house: House) -> None:
    with override_settings(ALLOWED_HOSTS=["localhost", "127.0.0.1"]):
        answer = Client().get("/sign-in/", headers={"Host": "127.0.0.1:8443"})
        assert (answer.status_code, answer.url) == (302, "http://localhost:8443/sign-in/")
        bare(answer)
    with override_settings(ALLOWED_HOSTS=["crm.example.jp", "127.0.0.1", "localhost"]):
        answer = Client().get("/sign-in/", headers={"Host": "127.0.0.1:8443"})
        assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/", "/customers/", "/customers/new", "/me/", "/audit/", "/unknown", "/health"])
def test_every_redirect_has_them(house: House, path: str) -> None:
    bare(Client().get(path))


def test_every_cookie_is_out_of_reach_of_scripts(house: House) -> None:
    give_passwords(house)
    client, _token = stranger()
    client.handler.enforce_csrf_checks = False
    client.post("/language/", {"language": "en", "next": "/"})
    sign_in(client, "hasegawa")
    assert {settings.SESSION_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME} <= client.cookies.keys()
    for cookie in client.cookies.values():
        assert cookie["httponly"], cookie.key
        assert cookie["samesite"] == "Lax", cookie.key


def test_no_cache_holds_objects_that_a_store_could_plant() -> None:
    assert settings.CACHES["default"]["BACKEND"].endswith("DummyCache")
