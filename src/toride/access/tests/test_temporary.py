"""Temporary access: who answers for a customer agrees, for one person, one subject, what was asked, some days."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.urls import reverse

from tests.kit import approve, enter
from tests.people import House, become
from toride.access.actions import Action
from toride.access.approvals import requests
from toride.access.exceptions import temporary
from toride.access.models import Approval, Person, TemporaryAccess
from toride.access.people import registry
from toride.audit.events import decode
from toride.audit.models import Outbox
from toride.base import clock
from toride.base.errors import Conflict, Hidden, Invalid, Refused, Unavailable
from toride.vault.permit import Category, Door, Opening

pytestmark = pytest.mark.requirement("A4")
READ, WORDS = "customers:profile:read", "相続のご相談のため、取引の全体を確かめます。"
DERIVED, SENSITIVE = Category.DERIVED, Category.SENSITIVE


def asked(house: House, subject: UUID, categories: tuple[Category, ...] = (DERIVED,), days: int = 3) -> Approval:
    permit = house.permit(house.teller, Action.TEMPORARY_ASK, subject)
    return temporary.ask(permit, subject, categories=categories, days=days, reason=WORDS)


def opening(house: House, person: Person, subject: UUID, category: Category = DERIVED, action: str = READ) -> Opening:
    return house.permit(person, action, subject).opening(category)


def test_it_ends_by_itself_with_the_person_and_no_permit_outlives_it(house: House) -> None:
    emiko = house.customer()
    approve(house, house.manager, asked(house, emiko, days=3))
    made = TemporaryAccess.objects.get()
    assert made.ends - made.created == timedelta(days=3)
    TemporaryAccess.objects.update(ends=clock.now() + timedelta(minutes=1))
    assert house.permit(house.teller, READ, emiko).expires <= TemporaryAccess.objects.get().ends
    TemporaryAccess.objects.update(ends=clock.now())
    assert opening(house, house.teller, emiko) == Opening.MASKED
    TemporaryAccess.objects.update(ends=clock.now() + timedelta(days=1))
    Person.objects.filter(pk=house.teller.pk).update(is_active=False)
    with pytest.raises(Refused):
        opening(house, Person.objects.get(pk=house.teller.pk), emiko)


def test_sensitive_information_only_the_manager_lets_see(house: House) -> None:
    emiko = house.customer(owner=house.sales)
    row = asked(house, emiko, (SENSITIVE,))
    assert requests.waiting(house.sales) == []
    with pytest.raises(Hidden):
        approve(house, house.sales, row)
    approve(house, house.manager, row)
    assert opening(house, house.teller, emiko, SENSITIVE) == Opening.CLEAR


def test_neither_who_asks_nor_another_branch_nor_another_owner_decides(house: House) -> None:
    emiko = house.customer(owner=house.sales)
    row = asked(house, emiko)
    away = house.person("kuga", "久我 進", "manager", house.wakaba, rank=6)
    other = house.person("suga", "須賀 健", "sales", house.midoridai)
    for person in (away, other):
        assert row not in requests.waiting(person)
        with pytest.raises(Hidden):
            approve(house, person, row)
    mine = house.person("both", "窓口 渉外", "teller", house.midoridai)
    become(mine, roles=["teller", "sales"])
    mine = Person.objects.get(pk=mine.pk)
    own = house.customer("3", owner=mine)
    permit = house.permit(mine, Action.TEMPORARY_ASK, own)
    with pytest.raises(Refused, match="second-person"):
        approve(house, mine, temporary.ask(permit, own, categories=(DERIVED,), days=1, reason=WORDS))


def test_an_owner_who_changed_meanwhile_decides_and_the_former_no_more(house: House) -> None:
    emiko = house.customer(owner=house.sales)
    row = asked(house, emiko)
    heir = house.person("suga", "須賀 健", "sales", house.midoridai)
    house.hand_over(emiko, heir)
    assert (requests.waiting(house.sales), requests.waiting(heir)) == ([], [row])


def test_out_of_reach_stays_out_of_reach(house: House) -> None:
    for subject in (house.customer("2", branch=house.wakaba), uuid4()):
        with pytest.raises(Hidden):
            house.permit(house.teller, Action.TEMPORARY_ASK, subject)


@pytest.mark.parametrize(
    ("given", "field"),
    [({"categories": ()}, "categories"), ({"days": 0}, "days"), ({"days": temporary.MOST_DAYS + 1}, "days")],
)
def test_what_cannot_be_asked_says_why(house: House, given: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as raised:
        asked(house, house.customer(), **given)
    assert set(raised.value.fields) == {field}


def test_the_same_is_asked_once_and_not_without_end(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    emiko = house.customer("1")
    asked(house, emiko)
    with pytest.raises(Conflict):
        asked(house, emiko, days=5)
    monkeypatch.setattr(temporary, "MOST_AT_ONCE", 2)
    asked(house, house.customer("2"))
    with pytest.raises(Conflict):
        asked(house, house.customer("3"))


def test_a_request_turned_to_another_customer_opens_no_more(house: House) -> None:
    row = asked(house, house.customer("1", owner=house.sales))
    Approval.objects.filter(pk=row.pk).update(subject=house.customer("2", owner=house.sales))
    with pytest.raises(Unavailable):
        approve(house, house.sales, row)


def test_each_step_and_each_reading_names_it(house: House) -> None:
    emiko = house.customer()
    approve(house, house.manager, asked(house, emiko))
    made = TemporaryAccess.objects.get()
    event = decode(bytes(Outbox.objects.order_by("-pk").values_list("bytes", flat=True)[0]))[0]
    assert (event.action, event.facts["temporary"]) == (Action.APPROVAL_DECIDE, str(made.pk))
    assert [touch[0] for touch in event.subjects] == [emiko]
    permit = house.permit(house.teller, READ, emiko)
    assert permit.ledger.facts["temporary"] == [str(made.pk)]
    assert "temporary" in permit.obligations
    assert "emergency" not in permit.obligations


def test_a_machine_of_that_person_gains_nothing(house: House) -> None:
    from toride.access.decide import decide

    emiko = house.customer()
    approve(house, house.manager, asked(house, emiko))
    assert decide(house.teller, READ, door=Door("api"), subject=emiko).opening(DERIVED) == Opening.MASKED


def test_asked_on_the_record_decided_on_its_page_and_seen_at_home(house: House) -> None:
    emiko = house.customer(owner=house.sales)
    client = enter(house.teller)
    assert reverse("temporary", kwargs={"subject": emiko}) in client.get(f"/customers/{emiko}/").content.decode()
    place = reverse("temporary", kwargs={"subject": emiko})
    assert client.post(place, {"categories": "4", "days": "3"}, headers={"HX-Request": "true"}).status_code == 422
    sent = {"categories": "4", "days": "3", "reason": WORDS}
    assert client.post(place, sent, headers={"HX-Request": "true"}).headers["HX-Redirect"] == reverse("approvals")
    row = Approval.objects.get()
    page = enter(house.sales).get(reverse("approval", kwargs={"number": row.pk})).content.decode()
    assert f"/customers/{emiko}/" in page
    assert WORDS in page
    assert reverse("approvals") in client.get("/").content.decode()
    approve(house, house.sales, row)
    assert f"/customers/{emiko}/" in client.get("/").content.decode()


@pytest.mark.requirement("A1")
def test_sensitive_information_opens_to_named_persons_only(house: House) -> None:
    """Who holds the duty of handling it sees it, of their own branch; a list opens nothing more by it."""
    emiko, away = house.customer("1"), house.customer("2", branch=house.wakaba)
    named = registry.add("nari", "成田 泉", roles=["teller", "confidant"], branch=house.midoridai, rank=2)
    assert opening(house, named, emiko, SENSITIVE) == Opening.CLEAR
    assert opening(house, named, emiko, Category.BASIC) == Opening.CLEAR
    assert opening(house, house.teller, emiko, SENSITIVE) == Opening.CLOSED
    for action in ("customers:profile:peek", "customers:profile:change", "customers:history:read"):
        assert opening(house, named, emiko, SENSITIVE, action=action) == Opening.CLOSED
    found = house.permit(named, "customers:list:search")
    assert (found.opening(Category.BASIC), found.opening(SENSITIVE)) == (Opening.CLEAR, Opening.CLOSED)
    with pytest.raises(Hidden):
        opening(house, named, away, SENSITIVE)


def test_it_ends_early_by_who_holds_it_or_gave_it_and_nobody_else(house: House) -> None:
    emiko = house.customer(owner=house.sales)
    for ends in (house.teller, house.sales):
        approve(house, house.sales, asked(house, emiko))
        made = TemporaryAccess.objects.get(ends__gt=clock.now())
        assert opening(house, house.teller, emiko) == Opening.CLEAR
        for number, person in ((made.pk, house.manager), (made.pk, house.dpo), (uuid4(), ends)):
            with pytest.raises(Hidden):
                temporary.end(house.permit(person, Action.TEMPORARY_END), number)
        temporary.end(house.permit(ends, Action.TEMPORARY_END), made.pk)
        assert opening(house, house.teller, emiko) == Opening.MASKED
        event = decode(bytes(Outbox.objects.order_by("-pk").values_list("bytes", flat=True)[0]))[0]
        assert (event.action, [one[0] for one in event.subjects]) == (Action.TEMPORARY_END, [emiko])
        with pytest.raises(Hidden):
            temporary.end(house.permit(ends, Action.TEMPORARY_END), made.pk)


def test_it_is_ended_from_the_record_and_from_the_page_of_approvals(house: House) -> None:
    emiko = house.customer(owner=house.sales)
    for person, address in (
        (house.teller, reverse("profile", kwargs={"subject": emiko})),
        (house.teller, reverse("approvals")),
        (house.sales, reverse("approvals")),
    ):
        approve(house, house.sales, asked(house, emiko))
        made = TemporaryAccess.objects.get(ends__gt=clock.now())
        client, end = enter(person), reverse("temporary_end", kwargs={"number": made.pk})
        assert end in client.get(address).content.decode()
        assert end not in enter(house.manager).get(reverse("approvals")).content.decode()
        assert client.post(end).status_code == 302
        assert end not in client.get(address).content.decode()
        assert opening(house, house.teller, emiko) == Opening.MASKED
