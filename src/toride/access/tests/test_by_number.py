"""An emergency out of reach: by exact number, nothing told before the act, one customer, what was asked, while it lasts."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.addresses import ROLES
from tests.kit import answer, enter
from tests.people import DOOR, House, become
from tests.racing import race
from toride.access.actions import Action
from toride.access.decide import decide
from toride.access.exceptions import by_number, emergencies
from toride.access.models import Glass, Person, Reaching
from toride.audit.events import Event, decode
from toride.audit.models import Outbox
from toride.base import actions, clock
from toride.base.errors import Conflict, Hidden, Invalid, Refused
from toride.vault.permit import Category, Door, Mode, Opening

pytestmark = pytest.mark.requirement("A3")
READ, SEARCH = "customers:profile:read", "customers:list:search"
NUMBER, NOBODY = "0213-338104", "0213-338105"
WORDS = "みどり台支店のお客さまが来店され、ご本人の急なお申し出です。"
HTMX = {"HX-Request": "true"}
BASIC, SENSITIVE = Category.BASIC, Category.SENSITIVE


def reached(
    house: House, number: str = NUMBER, person: Person | None = None, categories: tuple[Category, ...] = (BASIC,)
) -> Glass | None:
    permit = house.permit(person or house.other_teller, Action.GLASS_REACH)
    return by_number.reach(permit, number=number, kind="request", categories=categories, minutes=30, reason=WORDS)


def sent(number: str = NUMBER, **more: object) -> dict[str, object]:
    return {"number": number, "kind": "request", "categories": ["1"], "minutes": "30", "reason": WORDS} | more


def last() -> Event:
    return decode(bytes(Outbox.objects.order_by("-pk").values_list("bytes", flat=True)[0]))[0]


def plain(page: bytes, number: str) -> str:
    """Without what differs from one answer to the next."""
    return re.sub(r'value="[^"]{32,}"|in \d+\.\d+|\d+\.\d+秒', "", page.decode().replace(number, ""))


def test_the_offer_is_the_same_whether_there_is_such_a_customer_or_not(house: House) -> None:
    house.customer(NUMBER)
    client = enter(house.other_teller)
    for address in ("/customers/", "/customers/find/"):
        known, unknown = (client.post(address, {"q": one}, headers=HTMX) for one in (NUMBER, NOBODY))
        assert 'form="beyond"' in known.content.decode()
        assert plain(known.content, NUMBER) == plain(unknown.content, NOBODY)
    for text in ("齋藤", "0213", "１", "emiko.saito@example.jp"):
        shown = client.post("/customers/find/", {"q": text}, headers=HTMX).content.decode()
        assert ('form="beyond"' in shown) == (text == "0213")
    for person in (house.teller, house.sales):
        shown = enter(person).post("/customers/find/", {"q": NUMBER}, headers=HTMX).content.decode()
        assert 'form="beyond"' not in shown
    filled = [client.post(reverse("glass_reach"), {"number": one}) for one in (NUMBER, NOBODY)]
    assert [one.status_code for one in filled] == [200, 200]
    assert plain(filled[0].content, NUMBER) == plain(filled[1].content, NOBODY)
    assert not Reaching.objects.exists()


def test_it_opens_this_customer_as_far_as_asked_and_nothing_else(house: House) -> None:
    emiko, other = house.customer(NUMBER), house.customer("2")
    for subject in (emiko, other):
        with pytest.raises(Hidden):
            house.permit(house.other_teller, READ, subject)
    row = reached(house)
    assert row.branch_id == "002"
    permit = house.permit(house.other_teller, READ, emiko)
    assert {one: permit.opening(one) for one in Category} == dict.fromkeys(Category, Opening.CLOSED) | {
        BASIC: Opening.CLEAR
    }
    assert permit.opening(BASIC, "birth_date") == Opening.CLEAR
    assert permit.rows.subjects == {emiko}
    assert permit.reasons[SENSITIVE] == "emergency"
    assert permit.expires <= row.ends
    assert {"emergency", "watermark"} <= permit.obligations
    assert permit.ledger.facts["glass"] == [str(row.pk)]
    colleague = house.person("ono", "小野 光", "teller", house.wakaba)
    for person, subject in ((house.other_teller, other), (colleague, emiko)):
        with pytest.raises(Hidden):
            house.permit(person, READ, subject)


def test_no_other_action_reaches_the_customer(house: House) -> None:
    emiko = house.customer(NUMBER)
    manager = house.person("ono", "小野 光", "manager", house.wakaba, rank=6)
    for person in (house.other_teller, manager):
        reached(house, person=person, categories=tuple(Category))
        opened = {one for one in actions.declared() if answer(person, one, emiko, DOOR) == "permit"}
        assert opened == {READ, Action.GLASS_REACH}
    machine = Door("api", "192.0.2.7", "connection", "test")
    with pytest.raises(Hidden):
        decide(manager, READ, door=machine, subject=emiko)


def test_no_list_search_or_count_holds_the_customer(house: House) -> None:
    emiko = house.customer(NUMBER)
    client = enter(house.other_teller)
    before = [client.post(one, {"q": "齋藤"}, headers=HTMX).content for one in ("/customers/", "/customers/find/")]
    reached(house)
    assert client.get(reverse("profile", kwargs={"subject": emiko})).status_code == 200
    after = [client.post(one, {"q": "齋藤"}, headers=HTMX).content for one in ("/customers/", "/customers/find/")]
    assert [plain(one, "") for one in before] == [plain(one, "") for one in after]
    assert "齋藤" not in client.get("/customers/").content.decode()
    assert "惠美子" not in client.post("/customers/find/", {"q": ""}, headers=HTMX).content.decode()


@pytest.mark.parametrize("way", ["time", "end", "wrong", "duty"])
def test_when_it_ends_it_is_as_if_there_were_nobody(house: House, way: str) -> None:
    emiko = house.customer(NUMBER)
    row = reached(house)
    client = enter(house.other_teller)
    record = reverse("profile", kwargs={"subject": emiko})
    assert client.get(record).status_code == 200
    if way == "time":
        Glass.objects.update(ends=clock.now())
    elif way == "end":
        ended = client.post(reverse("glass_end"), {"subject": str(emiko)})
        assert (ended.status_code, ended["Location"]) == (302, reverse("home"))
        client.get("/")
    elif way == "wrong":
        permit = house.permit(house.manager, Action.GLASS_REVIEW)
        emergencies.review(permit, row.pk, right=False, words="来店の記録がありません。")
    else:
        become(house.other_teller, roles=["sales"])
    hidden, unknown = client.get(record), client.get(reverse("profile", kwargs={"subject": uuid4()}))
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.content == unknown.content
    assert dict(hidden.headers) == dict(unknown.headers)


def test_hidden_and_unknown_take_the_same_statements(house: House) -> None:
    house.permit(house.other_teller, SEARCH)
    counted = []
    for subject in (house.customer(NUMBER), uuid4()):
        with CaptureQueriesContext(connection) as queries, pytest.raises(Hidden):
            house.permit(house.other_teller, READ, subject)
        counted.append([one["sql"].replace(str(subject), "").replace(subject.hex, "") for one in queries])
    assert [len(one) for one in counted] == [2, 2]


def test_every_attempt_counts_and_is_an_event(house: House) -> None:
    emiko = house.customer(NUMBER)
    assert reached(house, NOBODY) is None
    event = last()
    assert (event.action, event.subjects) == (Action.GLASS_REACH, ())
    assert event.terms
    assert NOBODY not in str(event.facts)
    row = reached(house)
    event = last()
    assert event.facts["glass"] == str(row.pk)
    assert [one[0] for one in event.subjects] == [emiko]
    Glass.objects.update(ends=clock.now())
    for _more in range(by_number.MOST_TRIES - 2):
        assert reached(house, NOBODY) is None
    for number in (NUMBER, NOBODY):
        with pytest.raises(Conflict):
            reached(house, number)
    assert Reaching.objects.count() == by_number.MOST_TRIES
    manager = house.person("ono", "小野 光", "manager", house.wakaba, rank=6)
    assert reached(house, person=manager)
    Reaching.objects.update(at=clock.now() - by_number.WITHIN)
    assert reached(house)
    assert Reaching.objects.filter(person=house.other_teller).count() == 1


def test_who_has_too_much_open_learns_nothing_either(house: House) -> None:
    for number in range(emergencies.MOST_AT_ONCE):
        house.customer(str(number))
        reached(house, str(number))
    house.customer(NUMBER)
    for number in (NUMBER, NOBODY):
        with pytest.raises(Conflict):
            reached(house, number)


@pytest.mark.parametrize(("change", "field"), [
    ({"minutes": 61}, "minutes"), ({"kind": "fun"}, "kind"), ({"categories": ()}, "categories"),
    ({"reason": "急ぎ"}, "reason"), ({"number": " "}, "number"), ({"number": "1" * 41}, "number"),
])  # fmt: skip
def test_a_wish_without_bounds_is_no_attempt(house: House, change: dict[str, object], field: str) -> None:
    wish = {"number": NUMBER, "kind": "request", "categories": (BASIC,), "minutes": 30, "reason": WORDS} | change
    with pytest.raises(Invalid) as told:
        by_number.reach(house.permit(house.other_teller, Action.GLASS_REACH), **wish)
    assert field in told.value.fields
    assert not Reaching.objects.exists()


def test_the_customers_own_branch_is_told_and_reviews(house: House) -> None:
    house.customer(NUMBER, owner=house.sales)
    nearby = house.person("ono", "小野 光", "manager", house.wakaba, rank=6)
    row = reached(house)
    assert set(row.told.all()) == {house.sales, house.manager}
    assert emergencies.to_review(nearby) == []
    with pytest.raises(Hidden):
        emergencies.review(house.permit(nearby, Action.GLASS_REVIEW), row.pk, right=True, words=WORDS)
    assert emergencies.to_review(house.manager) == emergencies.to_review(house.dpo) == [row]
    client = enter(house.manager)
    assert "緊急閲覧が行われました" in client.get("/").content.decode()
    assert "範囲外・番号による" in client.get(reverse("glass_reviews")).content.decode()


def test_who_reaches_only_some_branches_finds_nobody_elsewhere(house: House) -> None:
    """The reach of the action itself holds: a policy may keep it to a department's customers."""
    from toride.access import policy, roles

    house.customer(NUMBER, owner=house.sales)
    permit = house.permit(house.other_teller, Action.GLASS_REACH)
    assert permit.rows.everything
    grants = policy.current().of(["teller"], 2, Action.GLASS_REACH)
    assert [one.reach for one in grants] == [roles.Reach.ALL]
    from dataclasses import replace

    from toride.vault.permit import Rows

    narrow = replace(permit, rows=Rows(branches=frozenset(("003",))))
    assert by_number.reach(
        narrow, number=NUMBER, kind="request", categories=(BASIC,), minutes=5, reason=WORDS
    ) is None  # fmt: skip
    assert not Glass.objects.exists()


def test_ending_is_ones_own(house: House) -> None:
    emiko = house.customer(NUMBER)
    row = reached(house)
    for whom in (emiko, uuid4()):
        with pytest.raises(Hidden):
            emergencies.end(house.permit(house.teller, Action.GLASS_END), whom)
    with pytest.raises(Refused):
        emergencies.end(house.permit(house.other_teller, Action.GLASS_REACH), emiko)
    assert emergencies.reached(house.other_teller) == [row]
    emergencies.end(house.permit(house.other_teller, Action.GLASS_END), emiko)
    assert emergencies.reached(house.other_teller) == []
    assert last().subjects == ((emiko, Mode.LISTED, 0),)
    assert emergencies.to_review(house.manager) == [row]


@pytest.mark.store
def test_of_two_attempts_at_once_the_last_free_one_is_taken_once(shared: House) -> None:
    person = shared.other_teller
    for _one in range(by_number.MOST_TRIES - 1):
        Reaching.objects.create(person=person, at=clock.now() - timedelta(minutes=1))

    def one(_place: int, begin: Callable[[], object]) -> None:
        permit = shared.permit(person, Action.GLASS_REACH)
        begin()
        by_number.reach(permit, number=NOBODY, kind="life", categories=(BASIC,), minutes=5, reason=WORDS)

    assert race(one, range(2)) == ["Conflict", "done"]


def test_every_address_for_every_role(house: House) -> None:
    house.customer(NUMBER)
    for role in ROLES:
        client: Client = enter(getattr(house, role))
        may = role in {"teller", "manager"}
        for answered, wanted in (
            (client.get(reverse("glass_reach")), 200),
            (client.post(reverse("glass_reach"), {"number": NUMBER}), 200),
            (client.post(reverse("glass_reach"), sent(NOBODY), headers=HTMX), 422),
        ):
            assert answered.status_code == (wanted if may else 403), role
        for whom in (str(uuid4()), "", "1"):
            assert client.post(reverse("glass_end"), {"subject": whom}).status_code == 404, role
        assert client.get(reverse("glass_end")).status_code == 405, role


def test_from_the_search_to_the_record_on_pages(house: House) -> None:
    emiko: UUID = house.customer(NUMBER, owner=house.sales)
    client = enter(house.other_teller)
    record = reverse("profile", kwargs={"subject": emiko})
    answered = client.post(reverse("glass_reach"), sent(NOBODY), headers=HTMX)
    assert "この番号は利用できません" in answered.content.decode()
    answered = client.post(reverse("glass_reach"), sent(), headers=HTMX)
    assert answered.headers["HX-Redirect"] == record
    page = client.get(record).content.decode()
    assert "齋藤 惠美子" in page
    assert "膝を痛めている" not in page
    for address in ("change/", "history/", "star/"):
        assert f"{record}{address}" not in page
    assert reverse("glass", kwargs={"subject": emiko}) not in page
    assert record in client.get("/").content.decode()
    Reaching.objects.all().delete()
    for _more in range(by_number.MOST_TRIES):
        client.post(reverse("glass_reach"), sent(NOBODY), headers=HTMX)
    refused = client.post(reverse("glass_reach"), sent(), headers=HTMX)
    assert refused.status_code == 409
    assert "上限に達しました" in refused.content.decode()
