"""SAML 2.0: who comes in, and what an answer must say, be and not be."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from lxml import etree

from tests.kit import events
from tests.people import House
from tests.providers.asserted import (
    ADDRESS,
    BEARER,
    ISSUER,
    at,
    begun,
    drafted,
    entered,
    one,
    place,
    posted,
    provider,
    signed,
)
from tests.providers.spoken import is_in
from toride.access import integrity
from toride.access.models import Handshake, Spent
from toride.access.sso import xml
from toride.access.sso.config import Mapped
from toride.access.sso.tests.events import reason
from toride.access.sso.tests.markup import put, twice

pytestmark = pytest.mark.requirement("A6")


def test_who_the_provider_vouches_for_comes_in(house: House) -> None:
    found = provider(groups="groups", mapped=(Mapped("tellers", "teller", 2),), vouching=("urn:strong",))
    client = Client()
    answer = entered(client, found)
    assert (answer.status_code, answer.url) == (302, "/")
    assert is_in(client)
    accepted = next(event for event in events(4) if event.action == "auth:sign-on:accept")
    assert (accepted.actor.username, accepted.facts["factor"]) == ("hasegawa", "provider")


def test_request_says_who_we_are_and_where_the_answer_goes(house: House) -> None:
    found = provider()
    asked, _state = begun(Client(), found)
    assert asked.get("AssertionConsumerServiceURL") == place(found, "post")
    assert (one(asked, "a:Issuer").text, asked.get("Destination")) == (place(found, "metadata"), ADDRESS)
    about = etree.fromstring(Client().get(place(found, "metadata")).content)
    assert about.get("entityID") == place(found, "metadata")
    assert one(about, "m:AssertionConsumerService").get("Location") == place(found, "post")
    assert one(about, "m:SPSSODescriptor").get("WantAssertionsSigned") == "true"


DAYS = 30 * 86_400  # ahead: these moments are taken when the file is read, which may be long before the test runs
DATA, CONDITIONS = "a:SubjectConfirmationData", "a:Conditions"
BENT = {
    "for another audience": (put("a:Audience", value="https://other.example"), "audience"),
    "for everybody": (put("a:AudienceRestriction"), "audience"),
    "for two circles, we in one": (
        lambda root: one(root, "a:AudienceRestriction").addnext(etree.fromstring(
            f'<a:AudienceRestriction xmlns:a="{xml.NAMES["a"]}"><a:Audience>x</a:Audience></a:AudienceRestriction>')),
        "audience"),
    "to another recipient": (put(DATA, "Recipient", "https://other.example/post"), "recipient"),
    "to no recipient": (put(DATA, "Recipient"), "recipient"),
    "not for who bears it": (put("a:SubjectConfirmation", "Method", BEARER.replace("bearer", "sender-vouches")), "recipient"),
    "bearer with a beginning": (put(DATA, "NotBefore", at(-5)), "recipient"),
    "for another request": (put(DATA, "InResponseTo", "_other"), "request"),
    "for no request": (put(DATA, "InResponseTo"), "request"),
    "confirmed until a while ago": (put(DATA, "NotOnOrAfter", at(-61)), "expired"),
    "confirmed for ever": (put(DATA, "NotOnOrAfter"), "NotOnOrAfter"),
    "over": (put(CONDITIONS, "NotOnOrAfter", at(-61)), "expired"),
    "without an end": (put(CONDITIONS, "NotOnOrAfter"), "NotOnOrAfter"),
    "not yet": (put(CONDITIONS, "NotBefore", at(DAYS)), "expired"),
    "a moment without a zone": (put(CONDITIONS, "NotOnOrAfter", "2099-01-01T00:00:00"), "NotOnOrAfter"),
    "without conditions": (put(CONDITIONS), "answer"),
    "asked too long ago": (put("a:AuthnStatement", "AuthnInstant", at(-11 * 3600)), "stale"),
    "asked in the future": (put("a:AuthnStatement", "AuthnInstant", at(DAYS)), "stale"),
    "a session that is over": (put("a:AuthnStatement", "SessionNotOnOrAfter", at(-61)), "expired"),
    "never asked": (put("a:AuthnStatement"), "answer"),
    "from somebody else": (put("a:Assertion/a:Issuer", value="https://other.example"), "issuer"),
    "without a subject": (put("a:NameID"), "answer"),
    "two subjects": (twice("a:NameID"), "answer"),
    "a subject for once": (
        put("a:NameID", "Format", "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"), "subject"),
    "an empty subject": (put("a:NameID", value=" "), "subject"),
    "two confirmations": (twice("a:SubjectConfirmation"), "answer"),
    "no name": (put("a:AttributeStatement"), "name"),
    "two names": (twice("a:AttributeValue"), "name"),
}  # fmt: skip


def test_assertion_that_says_something_else_opens_nothing(house: House) -> None:
    """Each is well signed and names an active person; one thing is wrong. All get the same page."""
    found, pages = provider(), set()
    for what, (bend, wanted) in BENT.items():
        client = Client()
        answer = entered(client, found, bend)
        assert answer.status_code == 403, what
        assert not is_in(client), what
        assert reason() == f"sign-on:{wanted}", what
        pages.add(answer.content)
    assert len(pages) == 1


AROUND = {
    "to another place": (put(".", "Destination", "https://other.example"), "destination"),
    "to no place": (put(".", "Destination"), "destination"),
    "to another request": (put(".", "InResponseTo", "_other"), "request"),
    "unasked": (put(".", "InResponseTo"), "request"),
    "a failure": (put("p:StatusCode", "Value", "urn:oasis:names:tc:SAML:2.0:status:Responder"), "refused"),
    "another's answer": (put("a:Issuer", value="https://other.example"), "issuer"),
    "an old version": (put(".", "Version", "1.1"), "answer"),
    "made long ago": (put(".", "IssueInstant", at(-3600)), "expired"),
}


def test_answer_around_a_good_assertion_must_be_for_us_and_now(house: House) -> None:
    found = provider()
    for what, (bend, wanted) in AROUND.items():
        client = Client()
        entered(client, found, after=bend)
        assert not is_in(client), what
        assert reason() == f"sign-on:{wanted}", what


def test_clocks_may_differ_by_a_minute(house: House) -> None:
    def slow(root: etree._Element) -> None:
        put(CONDITIONS, "NotOnOrAfter", at(-30))(root)
        put(DATA, "NotOnOrAfter", at(-30))(root)
        put(CONDITIONS, "NotBefore", at(30))(root)

    entered(client := Client(), provider(), slow)
    assert is_in(client)


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;">]>'
FILE = b'<!DOCTYPE x [<!ENTITY c SYSTEM "file:///etc/passwd">]>'
AWAY = b'<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">'


def test_document_types_and_entities_are_refused_unread(house: House) -> None:
    found = provider()
    for before in (BOMB, FILE, AWAY, b"<!DOCTYPE x>"):
        asked, state = begun(client := Client(), found)
        content = etree.tostring(signed(drafted(found, asked.get("ID"))))
        if b"ENTITY c" in before:
            content = content.replace(b">hasegawa<", b">&c;<")
        posted(client, found, before + content, state)
        assert not is_in(client), before
        assert reason() == "sign-on:markup"


def test_what_is_no_answer_opens_nothing(house: House) -> None:
    found, client = provider(), Client()
    for content in (
        b"",
        b"<",
        b"<a/>",
        b"\xff",
        "あ".encode(),
        b"<a" * 50_000,
        "<a/>".encode("utf-16"),
        b"x" * 300_000,
    ):
        _asked, state = begun(client, found)
        assert posted(client, found, content, state).status_code == 403
        assert not is_in(client)


def test_encrypted_assertions_are_refused(house: House) -> None:
    def wrapped(root: etree._Element) -> None:
        etree.SubElement(root, xml.name("a:EncryptedAssertion"))

    entered(client := Client(), provider(), after=wrapped)
    assert not is_in(client)
    assert reason() == "sign-on:encrypted"


def test_used_unasked_and_late_answers_are_refused(house: House) -> None:
    found, client = provider(), Client()
    asked, state = begun(client, found)
    content = etree.tostring(signed(drafted(found, asked.get("ID"))))
    assert posted(Client(), found, content, "unasked").status_code == 403  # begun at the provider
    assert reason() == "sign-on:state"
    assert posted(client, found, content, state).status_code == 302
    assert Spent.objects.count() == 1
    client.post("/sign-out/")
    assert posted(client, found, content, state).status_code == 403  # the very same
    _asked, state = begun(client, found)
    posted(client, found, content, state)  # in another sign-in
    assert not is_in(client)
    assert reason() == "sign-on:request"
    asked, state = begun(late := Client(), found)
    Handshake.objects.update(expires=at(-1))
    posted(late, found, etree.tostring(signed(drafted(found, asked.get("ID")))), state)
    assert not is_in(late)


def test_assertion_is_good_once_even_for_its_own_request(house: House) -> None:
    from toride.access.sso import saml
    from toride.access.sso.assertion import Doubt
    from toride.access.sso.handshakes import Under

    found = provider()
    under = Under("n", "v", "", None, 0.0, "")
    content = etree.tostring(signed(drafted(found, "_n")))
    under = Under("n", "v", "", None, 0.0, saml.base64.b64encode(content).decode())
    places = saml.Places(place(found, "metadata"), place(found, "post"))
    assert saml.answered(found, under, places).subject == "id-of-hasegawa"
    with pytest.raises(Doubt, match="replayed"):
        saml.answered(found, under, places)
    assert Spent.objects.get().until > at_moment(300)


def at_moment(seconds: int) -> object:
    from toride.base import clock

    return clock.now() + timedelta(seconds=seconds)


def test_answer_is_for_the_browser_that_asked_and_the_first_one_stays(house: House) -> None:
    found, mine, theirs = provider(), Client(), Client()
    asked, state = begun(mine, found)
    content = etree.tostring(signed(drafted(found, asked.get("ID"))))
    assert posted(theirs, found, content, state).status_code == 403
    assert reason() == "sign-on:browser"
    assert posted(mine, found, b"<later/>", state).status_code == 403
    assert reason() == "sign-on:state"
    assert mine.get(f"/sign-in/on/{found.pk}/back/?state={state}").status_code == 302
    assert is_in(mine)


def test_answer_that_waits_is_sealed(house: House) -> None:
    found, client = provider(), Client()
    asked, state = begun(client, found)
    content = etree.tostring(signed(drafted(found, asked.get("ID"))))
    posted(Client(), found, content, state)
    kept = bytes(Handshake.objects.get().blob)
    assert len(kept) > len(content)
    assert b"hasegawa" not in kept
    assert not re.search(rb"[A-Za-z0-9+/]{200}", kept)


def test_provider_of_another_kind_takes_no_posted_answer(house: House) -> None:
    found = provider()
    found.kind = "oidc"
    found.seal = integrity.of_provider(found)
    found.save()
    sent = {"SAMLResponse": "PGEvPg==", "RelayState": "x"}
    assert Client().post(f"/sign-in/on/{found.pk}/post/", sent).status_code == 403
    assert ISSUER
