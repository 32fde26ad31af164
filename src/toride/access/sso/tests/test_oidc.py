"""OpenID Connect: who comes in, and every answer that is not exactly as agreed, which does not."""

import base64
import hashlib
import hmac
import json
import time
from datetime import timedelta

import pytest
from django.test import Client
from joserfc import jwk
from joserfc.errors import SecurityWarning

from tests.kit import events
from tests.people import House
from tests.providers.spoken import CLIENT, KEY, SECRET, Said, back, begun, entered, is_in, provider, published
from toride.access.models import Handshake
from toride.access.sso import fetching, handshakes, oidc, tokens
from toride.access.sso.config import Config
from toride.access.sso.tests.events import now, reason
from toride.base.errors import Unavailable

pytestmark = pytest.mark.requirement("A6")


def test_who_the_provider_vouches_for_comes_in(house: House, said: Said) -> None:
    found, client = provider(said), Client()
    answer = entered(client, found, said, "/me/")
    assert (answer.status_code, answer.url) == (302, "/me/")
    assert is_in(client)
    opened, accepted = events(3)[0], next(one for one in events(3) if one.action == "auth:sign-on:accept")
    assert accepted.actor.username == "hasegawa"
    assert accepted.facts == {"provider": str(found.pk), "factor": "own"}
    assert opened.actor.username == "hasegawa"


def test_code_is_exchanged_with_our_secret_and_only_our_verifier(house: House, said: Said) -> None:
    found, client = provider(said), Client()
    asked = begun(client, found, said)
    back(client, found, code="c0de", state=asked["state"])
    path, sent, login = said.asked[-2] if said.asked[-1][0] == "/keys" else said.asked[-1]
    digest = hashlib.sha256(sent["code_verifier"][0].encode()).digest()
    assert (path, sent["code"], sent["redirect_uri"]) == ("/token", ["c0de"], [asked["redirect_uri"]])
    assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]
    assert (asked["code_challenge_method"], asked["response_type"]) == ("S256", "code")
    assert base64.b64decode(login.removeprefix("Basic ")).decode() == f"{CLIENT}:{SECRET}"
    assert SECRET not in str(sent)
    assert found.blob
    assert SECRET.encode() not in found.blob


DAYS = 30 * 86_400  # ahead: these moments are taken when the file is read, which may be long before the test runs
BENT = {
    "another issuer": ({"iss": "https://login.example.jp"}, "issuer"),
    "no issuer": ({"iss": None}, "issuer"),
    "another audience": ({"aud": "another-client"}, "audience"),
    "no audience": ({"aud": None}, "audience"),
    "many audiences, no azp": ({"aud": [CLIENT, "another"]}, "audience"),
    "many audiences, another's azp": ({"aud": [CLIENT, "another"], "azp": "another"}, "audience"),
    "one audience, another's azp": ({"azp": "another"}, "audience"),
    "another nonce": ({"nonce": "x" * 43}, "nonce"),
    "no nonce": ({"nonce": None}, "nonce"),
    "run out": ({"exp": now() - 61}, "expired"),
    "never ends": ({"exp": None}, "exp"),
    "ends as text": ({"exp": "9999999999"}, "exp"),
    "not yet": ({"nbf": now() + DAYS}, "expired"),
    "made tomorrow": ({"iat": now() + DAYS}, "expired"),
    "made long ago": ({"iat": now() - 3600}, "expired"),
    "asked too long ago": ({"auth_time": now() - 11 * 3600}, "stale"),
    "asked in the future": ({"auth_time": now() + DAYS}, "stale"),
    "never asked": ({"auth_time": None}, "auth_time"),
    "nobody": ({"sub": ""}, "subject"),
    "no name": ({"preferred_username": None}, "name"),
    "a name that is a list": ({"preferred_username": ["hasegawa"]}, "name"),
    "a name beyond its column": ({"preferred_username": "x" * 61}, "name"),
}


def test_token_that_says_something_else_opens_nothing(house: House, said: Said) -> None:
    """Each is well signed and names an active person; one claim is wrong. All get the same page."""
    found, pages = provider(said), set()
    for what, (claims, wanted) in BENT.items():
        said.claims, client = claims, Client()
        answer = entered(client, found, said)
        assert answer.status_code == 403, what
        assert not is_in(client), what
        assert reason() == f"sign-on:{wanted}", what
        pages.add(answer.content)
    assert len(pages) == 1


def test_clocks_may_differ_by_a_minute(house: House, said: Said) -> None:
    said.claims = {"exp": now() - 30, "iat": now() + 30, "auth_time": now() + 30}
    client = Client()
    entered(client, provider(said), said)
    assert is_in(client)


def part(content: object) -> str:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unsigned(said: Said) -> str:
    return f"{part({'alg': 'none'})}.{part(said.good())}."


def by_public_key(said: Said) -> str:
    """HS256 with the published key as its secret: right for whoever lets the token choose the algorithm."""
    signed = f"{part({'alg': 'HS256', 'kid': 'first'})}.{part(said.good())}"
    return f"{signed}.{part(hmac.digest(KEY.as_pem(private=False), signed.encode(), 'sha256'))}"


def by_another(said: Said) -> str:
    said.key = jwk.generate_key("RSA", 2048)
    return said.signed()


def with_its_own_key(said: Said) -> str:
    said.key = jwk.generate_key("RSA", 2048)
    said.head = {"alg": "RS256", "kid": "first", "jwk": said.key.as_dict(private=False)}
    return said.signed()


def other_content(said: Said) -> str:
    head, _payload, signature = said.signed().split(".")
    said.claims = {"preferred_username": "hayasaka"}
    return f"{head}.{said.signed().split('.')[1]}.{signature}"


def test_token_that_the_provider_did_not_sign_opens_nothing(house: House, said: Said) -> None:
    found, key, head = provider(said), said.key, said.head
    for forge in (unsigned, by_public_key, by_another, with_its_own_key, other_content):
        said.key, said.head, said.claims, said.token = key, head, {}, None
        asked = begun(client := Client(), found, said)
        said.token = forge(said)
        assert back(client, found, code="c", state=asked["state"]).status_code == 403, forge
        assert not is_in(client), forge
        assert reason() in {"sign-on:algorithm", "sign-on:signature", "sign-on:token"}, forge


def test_what_is_no_token_opens_nothing(house: House, said: Said) -> None:
    found, client = provider(said), Client()
    for said.token in (".", "a.b", "a.b.c", "あ.い.う", "e30.e30.e30", "x" * 40_000, "W10.W10.W10"):
        asked = begun(client, found, said)
        assert back(client, found, code="c", state=asked["state"]).status_code == 403
        assert not is_in(client)


def test_keys_that_changed_are_fetched_but_not_by_every_stranger(house: House, said: Said, monkeypatch) -> None:
    found = provider(said)
    entered(Client(), found, said)
    said.key = jwk.generate_key("RSA", 2048)
    said.head, said.keys = {"alg": "RS256", "kid": "second"}, [published(), published(said.key, "second")]
    entered(client := Client(), found, said)
    assert not is_in(client)  # asked again within AGAIN seconds: the keys of a moment ago stand
    monkeypatch.setattr(fetching, "AGAIN", 0.0)
    entered(client := Client(), found, said)
    assert is_in(client)
    monkeypatch.setattr(fetching, "AGAIN", 30.0)
    count = len([one for one in said.asked if one[0] == "/keys"])
    said.head = {"alg": "RS256", "kid": "unknown"}
    for _ in range(3):
        entered(Client(), found, said)
    assert len([one for one in said.asked if one[0] == "/keys"]) == count


def test_key_for_something_else_is_not_taken(house: House, said: Said) -> None:
    for keys in ([published(use="enc")], [published(alg="PS256")], [published(), published()], [], "none"):
        fetching._kept.clear()
        said.keys = keys
        entered(client := Client(), provider(said), said)
        assert not is_in(client), keys


def test_short_key_is_not_taken(house: House, said: Said) -> None:
    with pytest.warns(SecurityWarning):
        said.key = jwk.generate_key("RSA", 1024)
    said.keys = [published(said.key)]
    entered(client := Client(), provider(said), said)
    assert not is_in(client)
    assert reason() == "sign-on:key"


def test_state_is_for_one_browser_once_and_for_minutes(house: House, said: Said, monkeypatch) -> None:
    found, mine, theirs = provider(said), Client(), Client()
    asked = begun(mine, found, said)
    assert back(theirs, found, code="c", state=asked["state"]).status_code == 403  # sent to somebody else
    assert reason() == "sign-on:browser"
    begun(theirs, found, said)
    assert back(theirs, found, code="c", state=asked["state"]).status_code == 403
    asked = begun(mine, found, said)
    assert back(mine, found, code="c", state=asked["state"]).status_code == 302
    mine.session.flush()
    assert back(mine, found, code="c", state=asked["state"]).status_code == 403  # used
    asked = begun(late := Client(), found, said)
    Handshake.objects.update(expires=handshakes.clock.now() - timedelta(seconds=1))
    assert back(late, found, code="c", state=asked["state"]).status_code == 403
    assert reason() == "sign-on:state"
    assert timedelta(minutes=10) == handshakes.LIFETIME


def test_two_answers_at_once_are_one(house: House, said: Said) -> None:
    """The session still holds the state for the second; the row is gone."""
    found, client = provider(said), Client()
    asked = begun(client, found, said)
    assert back(client, found, code="c", state=asked["state"]).status_code == 302
    again = Client()
    begun(again, found, said)
    kept = again.session
    kept[handshakes.BROWSER] = asked["state"]
    kept.save()
    assert back(again, found, code="c", state=asked["state"]).status_code == 403
    assert reason() == "sign-on:state"


def test_answer_of_another_provider_is_not_taken(house: House, said: Said) -> None:
    """Mix-up (RFC 9207): each has an address of its own, and a name in the answer must be the right one."""
    found, other, client = provider(said), provider(said), Client()
    asked = begun(client, found, said)
    assert back(client, other, code="c", state=asked["state"]).status_code == 403
    asked = begun(client, found, said)
    assert back(client, found, code="c", state=asked["state"], iss="https://evil.example").status_code == 403
    assert reason() == "sign-on:issuer"
    said.about["authorization_response_iss_parameter_supported"] = True
    fetching._kept.clear()
    asked = begun(client, found, said)
    assert back(client, found, code="c", state=asked["state"]).status_code == 403
    asked = begun(client, found, said)
    assert back(client, found, code="c", state=asked["state"], iss=said.issuer).status_code == 302


def test_refusal_of_the_provider_is_a_refusal(house: House, said: Said) -> None:
    found, client = provider(said), Client()
    for sent in ({"error": "access_denied"}, {"error": "x", "code": "c"}, {}, {"code": "c" * 5000}):
        asked = begun(client, found, said)
        assert back(client, found, state=asked["state"], **sent).status_code == 403
        assert reason() == "sign-on:refused"
    said.status = 400
    asked = begun(client, found, said)
    assert back(client, found, state=asked["state"], code="c").status_code == 403
    assert reason() == "sign-on:code"
    assert not is_in(client)


def test_provider_that_calls_itself_otherwise_is_not_asked(house: House, said: Said) -> None:
    found = provider(said)
    for name, value in (("issuer", "https://evil.example"), ("token_endpoint", "http://evil.example/"),
                        ("authorization_endpoint", "javascript:alert(1)"), ("jwks_uri", None)):  # fmt: skip
        fetching._kept.clear()
        kept, said.about[name] = said.about[name], value
        answer = Client().post(f"/sign-in/on/{found.pk}/")
        assert answer.status_code == 403, name
        said.about[name] = kept
    assert not Handshake.objects.filter(provider=found).count() > 4


def test_begun_only_by_our_own_form_and_so_many_at_once(house: House, said: Said, monkeypatch) -> None:
    found = provider(said)
    address = f"/sign-in/on/{found.pk}/"
    assert Client().get(address).status_code == 405
    assert Client(enforce_csrf_checks=True).post(address).status_code == 403
    monkeypatch.setattr(handshakes, "MOST", 2)
    begun(Client(), found, said)
    first = Handshake.objects.get().pk
    for _ in range(2):
        begun(Client(), found, said)
    assert Handshake.objects.count() == 2
    assert not Handshake.objects.filter(pk=first).exists()


def test_no_way_leads_out_of_the_house(house: House, said: Said) -> None:
    found = provider(said)
    for onward in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        assert entered(Client(), found, said, onward).url == "/"


def test_strangers_attempts_are_counted_by_address(house: House, said: Said) -> None:
    from toride.access.signin import locks

    found = provider(said)
    for _ in range(locks.FREE["address"]):
        back(Client(), found, code="c", state="made up")
    assert entered(Client(), found, said).status_code == 403
    assert reason() == "sign-on:locked"


def test_limits_are_what_they_are_called() -> None:
    assert (tokens.LONGEST, fetching.KEPT, fetching.AGAIN) == (32_768, 600.0, 30.0)


def test_document_of_a_provider_elsewhere_leads_to_no_port_of_this_machine(said: Said) -> None:
    issuer = "https://login.example.jp"
    good = said.about | {"issuer": issuer, "authorization_endpoint": f"{issuer}/a", "jwks_uri": f"{issuer}/k"}
    one = Config(issuer, CLIENT, inside=True)
    for target, wanted in ((f"{issuer}/token", True), (f"{said.issuer}/token", False)):
        fetching._kept[issuer + oidc.PLACE, True] = time.monotonic(), good | {"token_endpoint": target}
        try:
            oidc.described(one)
        except Unavailable:
            assert not wanted
        else:
            assert wanted
