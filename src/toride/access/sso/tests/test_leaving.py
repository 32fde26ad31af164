"""Leaving: what the provider says of a session's end ends it here at once, and nothing else does."""

import json

import pytest
from django.test import Client
from joserfc import jwk, jws

from tests.kit import events
from tests.people import House
from tests.providers.spoken import CLIENT, Said, entered, is_in, provider
from toride.access import integrity
from toride.access.models import Provider
from toride.access.signin import locks
from toride.access.sso import fetching
from toride.access.sso.logout import EVENT
from toride.base import clock

pytestmark = pytest.mark.requirement("A6", "A7")


def token(said: Said, **more: object) -> str:
    now = int(clock.timestamp())
    good = {"iss": said.issuer, "aud": CLIENT, "iat": now, "exp": now + 120, "jti": "j1", "sub": "id-of-hasegawa",
            "events": {EVENT: {}}}  # fmt: skip
    claims = {name: value for name, value in {**good, **more}.items() if value is not None}
    return jws.serialize_compact(said.head, json.dumps(claims), said.key, algorithms=["RS256"])


def told(found: Provider, text: str) -> int:
    """By the provider's own machine: no cookies, no token of a form."""
    return Client(enforce_csrf_checks=True).post(f"/sign-in/on/{found.pk}/end/", {"logout_token": text}).status_code


def test_end_at_the_provider_ends_every_session_at_once(house: House, said: Said) -> None:
    found, mine, elsewhere, theirs = provider(said), Client(), Client(), Client()
    entered(mine, found, said)
    entered(elsewhere, found, said)
    said.claims = {"preferred_username": "saeki", "sub": "s"}
    entered(theirs, found, said)
    assert told(found, token(said)) == 200
    event = events()[0]
    assert (event.action, event.reason, event.facts["sessions"]) == ("auth:session:close", "provider", 2)
    assert event.actor.username == "hasegawa"
    assert [is_in(one) for one in (mine, elsewhere, theirs)] == [False, False, True]


def test_any_other_token_ends_nothing(house: House, said: Said) -> None:
    """An ID token is well signed, names the person, and lies in many hands."""
    found, client = provider(said), Client()
    entered(client, found, said)
    now = int(clock.timestamp())
    bent = [said.signed(), token(said, nonce="n"), token(said, events=None), token(said, events={}), token(said, jti=None),
            token(said, events={EVENT: "x"}), token(said, events=[EVENT]), token(said, sub=None, sid="s"),
            token(said, aud="another"), token(said, iss="https://evil.example"), token(said, exp=now - 61),
            token(said, exp=None), token(said, iat=now - 3600), "", "x"]  # fmt: skip
    said.key = jwk.generate_key("RSA", 2048)
    for text in (*bent, token(said)):
        assert told(found, text) == 400, text
    assert is_in(client)
    assert events()[0].outcome == "refused"
    found.kind = "saml"
    found.seal = integrity.of_provider(found)
    found.save()
    assert told(found, token(said)) == 400


def test_token_is_good_once_and_attempts_are_counted(house: House, said: Said) -> None:
    found = provider(said)
    entered(Client(), found, said)
    assert told(found, token(said)) == 200
    entered(client := Client(), found, said)
    assert told(found, token(said)) == 400
    assert is_in(client)
    assert events()[0].reason == "sign-on:replayed"
    for _ in range(locks.FREE["machine"]):
        told(found, "x")
    assert told(found, token(said, jti="j2")) == 400
    assert is_in(client)


def test_who_leaves_is_told_of_the_provider_and_shown_the_way(house: House, said: Said) -> None:
    said.about["end_session_endpoint"] = f"{said.issuer}/bye"
    found, client = provider(said), Client()
    entered(client, found, said)
    page = client.post("/sign-out/", follow=True)
    assert page.redirect_chain[0][0] == f"/sign-in/on/{found.pk}/left/"
    text = page.content.decode()
    assert f'href="{said.issuer}/bye?client_id={CLIENT}"' in text
    assert "hasegawa" not in text
    assert not is_in(client)
    for target in (None, "javascript:alert(1)", "http://evil.example"):
        fetching._kept.clear()
        said.about["end_session_endpoint"] = target
        assert "/bye" not in (text := client.get(f"/sign-in/on/{found.pk}/left/").content.decode())
        assert "alert" not in text
        assert "evil" not in text
