"""Passwords: what is refused says what helps; who must change theirs reaches nothing else."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.kit import events
from tests.people import House
from toride.access.models import FormerPassword, Person
from toride.access.signin import passwords
from toride.access.signin.rules import Passwords, Rules
from toride.access.tests.signing import PASSWORD, PLAIN, give_passwords, sign_in
from toride.base import clock
from toride.base.errors import Invalid

pytestmark = pytest.mark.requirement("A6")
NEW = "紫陽花-九十九里-Lantern-柱時計"


@pytest.fixture
def front(house: House) -> Client:
    give_passwords(house)
    client = Client()
    sign_in(client, "hasegawa")
    return client


def change(client: Client, after: str = NEW, *, before: str = PASSWORD, again: str | None = None) -> object:
    return client.post("/me/password/", {"before": before, "after": after, "again": after if again is None else again})


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "correcthorse"[:11],
        "passwordpassword",  # common words
        "qwertyuiopasdf",  # the keyboard
        "aaaaaaaaaaaaaaaa",  # itself
        "abcdefghijklmnop",  # counting
        "hasegawa hasegawa",  # their own name
        "12345678901234",
        "x" * 257,
    ],
)
def test_guessable_passwords_are_refused_with_advice(house: House, password: str) -> None:
    with pytest.raises(Invalid) as caught:
        passwords.check(password, house.teller, Passwords())
    assert len(caught.value.fields["password"]) > 10
    assert password not in str(caught.value.fields)


def test_known_passwords_are_refused_even_where_short_ones_are_allowed(house: House) -> None:
    with pytest.raises(Invalid) as caught:
        passwords.check("Trustno1", house.teller, Passwords(length=8, score=0))
    assert "breaches" in str(caught.value.fields) or "漏えい" in str(caught.value.fields)


@pytest.mark.parametrize(
    ("password", "kinds"), [("あいう漢字", 1), ("aB1あ", 4), ("abc", 1), ("abc123", 2), ("aé!", 2)]
)
def test_kinds_of_characters(password: str, kinds: int) -> None:
    assert passwords.classes(password) == kinds


def test_classes_are_asked_for(house: House) -> None:
    with pytest.raises(Invalid):
        passwords.check("紫陽花と九十九里の柱時計", house.teller, Passwords(classes=2))
    passwords.check(NEW, house.teller, Passwords(classes=3))


def test_a_password_is_changed_and_other_sessions_end(front: Client, house: House) -> None:
    other = Client()
    sign_in(other, "hasegawa")
    assert change(front).status_code == 302
    assert (events()[0].action, events()[0].outcome) == ("access:password:change", "ok")
    assert NEW not in str(events(50))
    assert front.get("/customers/").status_code == 200
    assert other.get("/customers/").status_code == 302
    assert sign_in(Client(), "hasegawa", PASSWORD).status_code == 200
    assert sign_in(Client(), "hasegawa", NEW).status_code == 302
    assert [one.session for one in house.teller.visits.filter(ended=None)]


@pytest.mark.parametrize(
    ("sent", "field"),
    [({"before": "wrong"}, "before"), ({"again": "other"}, "again"), ({"after": "short", "again": "short"}, "after")],
)
def test_what_is_wrong_stands_at_its_field(front: Client, house: House, sent: dict[str, str], field: str) -> None:
    answer = front.post("/me/password/", {"before": PASSWORD, "after": NEW, "again": NEW} | sent)
    assert answer.status_code == 422
    assert f'id="e-{field}"' in answer.content.decode()
    assert NEW not in answer.content.decode()
    assert events()[0].outcome == "failed"
    house.teller.refresh_from_db()
    assert house.teller.check_password(PASSWORD)


def test_guessing_the_old_password_is_stopped(front: Client) -> None:
    """A session left open is no way to learn the password."""
    for _ in range(5):
        change(front, before="wrong")
    assert change(front).status_code == 422
    assert events()[0].reason == "locked"


def test_the_last_passwords_are_not_taken_again(front: Client, house: House) -> None:
    assert change(front, PASSWORD).status_code == 422
    assert change(front).status_code == 302
    assert change(front, PASSWORD + "!", before=NEW).status_code == 302
    assert change(front, NEW, before=PASSWORD + "!").status_code == 422
    assert FormerPassword.objects.filter(person=house.teller).count() == 2
    assert NEW not in str(list(FormerPassword.objects.values()))
    passwords.check(NEW, Person.objects.get(pk=house.teller.pk), Passwords(former=1))


def test_who_must_change_their_password_reaches_nothing_else(front: Client, house: House) -> None:
    admin = Client()
    sign_in(admin, "hayasaka")
    assert admin.post("/sign-in-rules/passwords/", PLAIN).status_code == 302
    house.agree()
    assert front.get("/customers/").status_code == 200
    Person.objects.filter(pk=house.teller.pk).update(password_changed=clock.now() - timedelta(days=90))
    for path in ("/", "/customers/", "/me/", "/me/factor/"):
        assert front.get(path).url == "/me/password/", path
    assert front.get("/me/password/").status_code == 200
    assert change(front).status_code == 302
    assert front.get("/customers/").status_code == 200
    assert passwords.expired(house.teller, Rules().passwords) is False
