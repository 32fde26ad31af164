"""Sign-in: events, lock-out, no enumeration, sessions that end; the demonstration's personas exist only there."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.core import signing
from django.test import Client

from tests.kit import last_events
from tests.people import House
from toride.access.decide import decide
from toride.access.people import registry
from toride.access.signin.sessions import SessionStore
from toride.access.tests.signing import sign_in
from toride.base import clock
from toride.base.errors import Invalid, Refused

PASSWORD = "石垣は高く-そして静か"


@pytest.fixture
def front(house: House) -> Client:
    house.teller.set_password(PASSWORD)
    house.teller.save()
    return Client()


@pytest.mark.requirement("T1")
def test_sign_in_and_out_are_events_with_person_and_place(front: Client) -> None:
    assert sign_in(front, "hasegawa", PASSWORD).status_code == 302
    event = last_events()[0]
    assert (event.action, event.outcome, event.actor.username, event.door.kind) == (
        "auth:session:open",
        "ok",
        "hasegawa",
        "web",
    )
    assert front.get("/").status_code == 200
    front.post("/sign-out/")
    assert last_events()[0].action == "auth:session:close"
    assert front.get("/").status_code == 302


@pytest.mark.requirement("T1")
def test_failures_are_events_that_keep_no_typed_name(front: Client) -> None:
    sign_in(front, "hasegawa", "wrong")
    assert (last_events()[0].outcome, last_events()[0].actor.username) == ("refused", "hasegawa")
    sign_in(front, PASSWORD, "typed into the wrong box")
    event = last_events()[0]
    assert event.outcome == "refused"
    assert event.actor is None
    assert PASSWORD not in str(event)


def test_known_and_unknown_names_get_the_same_answer(front: Client) -> None:
    def told(client: Client, name: str) -> str:
        text = sign_in(client, name, "wrong").content.decode().replace(name, "X")
        return re.sub(r'csrfmiddlewaretoken" value="[^"]+"', "", text)

    assert told(front, "hasegawa") == told(Client(), "nobody")


def test_lock_out_after_five_failures_even_with_the_right_password(front: Client) -> None:
    for _ in range(5):
        sign_in(front, "hasegawa", "wrong")
    assert sign_in(front, "hasegawa", PASSWORD).status_code != 302
    assert front.get("/").status_code == 302


@pytest.mark.parametrize(("name", "age"), [("seen", settings.SESSION_IDLE), ("born", settings.SESSION_ABSOLUTE)])
def test_sessions_end_when_idle_and_absolutely(front: Client, name: str, age: timedelta) -> None:
    sign_in(front, "hasegawa", PASSWORD)
    assert front.get("/customers/").status_code == 200
    session = front.session
    session[name] = (clock.now() - age - timedelta(seconds=1)).timestamp()
    session.save()
    assert front.get("/customers/").status_code == 302
    assert front.get("/customers/").status_code == 302


def test_sign_up_and_everything_else_of_allauth_is_not_there(front: Client) -> None:
    for path in ("/accounts/signup/", "/sign-in/signup/", "/accounts/password/reset/", "/accounts/login/"):
        assert front.get(path).status_code == 404


def test_personas_exist_only_in_a_demonstration(house: House) -> None:
    assert Client().post("/sign-in/persona/", {"persona": "steward"}).status_code == 404
    assert b"data-persona" not in Client().get("/sign-in/").content


def test_next_never_leads_away(front: Client) -> None:
    answer = front.post(
        "/sign-in/?next=https://evil.example/", {"login": "hasegawa", "password": PASSWORD, "next": "//evil.example"}
    )
    assert answer.status_code == 302
    assert answer["Location"].startswith("/")
    assert not answer["Location"].startswith("//")


def test_session_is_new_after_sign_in(front: Client) -> None:
    front.get("/sign-in/")
    before = front.cookies.get(settings.SESSION_COOKIE_NAME)
    sign_in(front, "hasegawa", PASSWORD)
    assert before is None or front.cookies[settings.SESSION_COOKIE_NAME].value != before.value


def test_forms_without_a_token_are_refused_in_the_persons_language(house: House) -> None:
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "ja"})
    answer = client.post("/sign-in/", {"login": "hasegawa", "password": PASSWORD})
    assert answer.status_code == 403
    assert "画面を再読み込みしてください" in answer.content.decode()


def test_foreign_hosts_are_refused(house: House) -> None:
    assert Client(headers={"host": "evil.example"}).get("/sign-in/").status_code == 400


@pytest.mark.requirement("K2")
def test_headers_forbid_caching_framing_and_inline_script(front: Client) -> None:
    sign_in(front, "hasegawa", PASSWORD)
    for path in ("/", "/customers/", "/sign-in/", "/nowhere/"):
        headers = front.get(path).headers
        assert headers["Cache-Control"].find("no-store") >= 0
        assert headers["X-Frame-Options"] == "DENY"
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


@pytest.mark.requirement("C8")
def test_a_page_is_painted_when_its_content_is_there(front: Client) -> None:
    """A page that comes in pieces is painted in pieces, and its heads move while it does."""
    pages = [front.get("/sign-in/")]
    sign_in(front, "hasegawa", PASSWORD)
    pages += [front.get(path) for path in ("/", "/customers/", "/nowhere/")]
    for page in pages:
        written = page.content.decode()
        awaited = re.search(r'<link rel="expect" href="#(\w+)" blocking="render">', written)
        assert awaited
        assert re.search(rf'<main [^>]*id="{awaited[1]}"', written)


@pytest.mark.parametrize("password", ["short", "password1234", "hasegawa-hasegawa", "123456789012"])
def test_weak_passwords_are_refused(house: House, password: str) -> None:
    with pytest.raises(Invalid):
        registry.add("hasegawa-hasegawa", "長谷川", roles=["teller"], branch=house.midoridai, password=password)


def test_nobody_is_made_with_an_unknown_role(house: House) -> None:
    with pytest.raises(Invalid):
        registry.add("x", "x", roles=["superuser"], branch=house.midoridai)


def test_purpose_must_be_one_of_the_duty(house: House) -> None:
    from tests.people import DOOR

    with pytest.raises(Refused):
        decide(house.teller, "customers:list:search", door=DOOR, purpose="marketing")


@pytest.mark.requirement("T1")
def test_a_session_that_is_over_or_unknown_opens_nothing(front: Client) -> None:
    from django.contrib.sessions.models import Session

    sign_in(front, "hasegawa", PASSWORD)
    Session.objects.update(expire_date=clock.now() - timedelta(seconds=1))
    assert front.get("/").status_code == 302
    sign_in(front, "hasegawa", PASSWORD)
    assert front.get("/").status_code == 200
    front.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
    assert front.get("/").status_code == 302


def test_a_copy_of_the_store_gives_no_usable_cookie(front: Client) -> None:
    from django.contrib.sessions.models import Session

    sign_in(front, "hasegawa", PASSWORD)
    cookie = front.cookies[settings.SESSION_COOKIE_NAME].value
    [kept] = Session.objects.values_list("session_key", flat=True)
    assert kept != cookie
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = kept
    assert thief.get("/customers/").status_code == 302
    assert front.get("/customers/").status_code == 200
    front.post("/sign-out/")
    assert not Session.objects.filter(session_key=kept).exists()


def test_session_altered_in_the_store_signs_nobody_in(front: Client) -> None:
    from django.contrib.sessions.models import Session

    sign_in(front, "hasegawa", PASSWORD)
    cookie = front.cookies[settings.SESSION_COOKIE_NAME].value
    [row] = Session.objects.all()
    store = SessionStore(cookie)
    kept, _, seal = row.session_data.rpartition(":")
    held = store.decode(row.session_data)
    assert held["seen"]
    salt = store.key_salt
    foreign = signing.dumps(
        {**held, "seen": 9_999_999_999}, key="somebody else's", salt=salt, serializer=store.serializer
    )
    later, _, _ = foreign.rpartition(":")
    for altered in (foreign, f"{later}:{seal}", f"{kept}:", kept, f"{kept}:{'0' * len(seal)}", "", "x:"):
        Session.objects.update(session_data=altered)
        front.cookies[settings.SESSION_COOKIE_NAME] = cookie
        assert front.get("/customers/").url.startswith("/sign-in/")
    Session.objects.update(session_data=row.session_data)
    front.cookies[settings.SESSION_COOKIE_NAME] = cookie
    assert front.get("/customers/").status_code == 200
