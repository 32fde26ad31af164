"""Items wait for whom they are for and nobody else, go up the line when late, and are done once by one of these."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import FrozenInstanceError
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.urls import reverse
from django.utils.functional import Promise

from tests.above import tasks
from tests.kit import told
from tests.people import House, become, signed_in
from tests.racing import race
from toride.access.people import reporting
from toride.base import actions, clock
from toride.base.errors import Hidden
from toride.work import items, kinds, today
from toride.work.actions import Action
from toride.work.kinds import Kind, Source, declare, declare_source
from toride.work.models import Item

pytestmark = pytest.mark.requirement("S2")
READ = "customers:profile:read"
CALL_BACK = Kind("test-call", "Call back", READ, hours=8, page="home", by_hand=True)
FOLLOWS = Kind("test-follows", "Follows something", READ, hours=8, page="home")


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(kinds, "_kinds", kinds.kinds())
    for kind in (CALL_BACK, FOLLOWS):
        declare(kind)
    return


def opened(kind: Kind = CALL_BACK, **given: object) -> Item:
    return items.open_item(kind, about=uuid4(), **given)


def seen(house: House, item: Item) -> set[str]:
    """Sign-in names of everybody in whose list it stands."""
    people = [one for one in vars(house).values() if hasattr(one, "username")]
    return {one.username for one in people if item.pk in {waiting.about for waiting in today.of(one)}}


def finish(house: House, person: object, number: UUID) -> None:
    items.finish(house.permit(person, Action.ITEM_FINISH), number)


def later() -> None:
    Item.objects.update(due=clock.now() - timedelta(seconds=1))


def superior(house: House, person: object, to: object) -> None:
    permit = house.permit(house.admin, "access:person:manage")
    reporting.set_superior(permit, person=person.pk, to=to.username, begins=clock.today())


def deputy(house: House, person: object, to: object) -> None:
    permit = house.permit(house.admin, "access:person:manage")
    reporting.set_deputy(permit, person=person.pk, to=to.username, begins=clock.today(), ends=clock.today())


def test_each_kind_says_what_it_is_what_it_needs_and_where_it_is_done() -> None:
    named = set(kinds.kinds()) - {CALL_BACK.code, FOLLOWS.code}
    assert len(named) >= 2
    for code in named:
        kind = kinds.kinds()[code]
        assert kind.code == code
        assert kind.action in actions.declared()
        assert isinstance(kind.label, Promise)
        assert kind.hours > 0
        assert reverse(kind.page, kwargs={kind.argument: uuid4()} if kind.argument else None)
        with pytest.raises(FrozenInstanceError):
            kind.hours = 0
    assert all(isinstance(one.label, Promise) for one in kinds.sources().values())


@pytest.mark.parametrize("code", [CALL_BACK.code, "approval", "emergency"])
def test_a_second_declaration_of_a_code_fails_loudly(code: str) -> None:
    with pytest.raises(ValueError, match="twice"):
        declare(Kind(code, "x", READ, hours=1, page="home"))
    with pytest.raises(ValueError, match="twice"):
        declare_source(Source(code, "x", list, lambda *_: False, lambda _: None))


def test_it_waits_for_one_person_and_for_nobody_else(house: House) -> None:
    assert seen(house, opened(person=house.teller.pk)) == {"hasegawa"}


def test_in_a_queue_it_waits_for_those_of_its_branch_whose_duty_does_such(house: House) -> None:
    everywhere = {"onodera", "saegusa", "konno", "ujiie"}
    assert seen(house, opened(branch="002")) == {"hasegawa", "okubo"} | everywhere
    assert seen(house, opened(branch="003")) == {"shoji"} | everywhere


def test_of_a_customer_it_waits_for_whoever_may_read_them_and_another_branchs_is_not_there(house: House) -> None:
    mine, away = house.customer("1", owner=house.sales), house.customer("2", branch=house.wakaba)
    assert {"hasegawa", "saeki"} <= seen(house, opened(subject=mine))
    of_away = opened(subject=away)
    assert not {"hasegawa", "saeki", "okubo"} & seen(house, of_away)
    assert "shoji" in seen(house, of_away)
    for_me = opened(subject=away, person=house.teller.pk)
    assert seen(house, for_me) == set(), "not even where somebody gave it to them"
    page = signed_in(house.teller).get("/").content.decode()
    assert str(for_me.pk) not in page
    assert str(of_away.pk) not in page


def test_it_goes_with_the_customer_and_with_the_duty(house: House) -> None:
    emiko = house.customer("1", owner=house.sales)
    item = opened(subject=emiko, person=house.sales.pk)
    assert seen(house, item) == {"saeki"}
    house.hand_over(emiko, house.manager)
    assert seen(house, item) == set()
    own = opened(person=house.teller.pk, branch="002")
    become(house.teller, branch="003")
    house.teller.refresh_from_db()
    assert seen(house, own) == set()


def test_no_item_tells_a_customers_name(house: House) -> None:
    opened(subject=house.customer(), person=house.teller.pk)
    page = signed_in(house.teller).get("/").content.decode()
    assert CALL_BACK.label in page
    assert not any(name in page for name in ("齋藤", "惠美子", "0213-338104"))


def test_a_stranger_closes_nothing_and_learns_nothing(house: House) -> None:
    item = opened(person=house.teller.pk, branch="002")
    for person in (house.other_teller, house.manager, house.sales, house.admin):
        for number in (item.pk, uuid4()):
            with pytest.raises(Hidden):
                finish(house, person, number)
    client = signed_in(house.other_teller)
    answers = [client.post(reverse("item_finish", kwargs={"item": one})) for one in (item.pk, uuid4())]
    assert [one.status_code for one in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    item.refresh_from_db()
    assert item.done is None


def test_it_is_done_once_and_told(house: House) -> None:
    item = opened(person=house.teller.pk)
    place = reverse("item_finish", kwargs={"item": item.pk})
    client = signed_in(house.teller)
    assert place in client.get("/").content.decode()
    assert client.post(place).status_code == 302
    assert client.post(place).status_code == 404
    assert seen(house, item) == set()
    event, refused = sorted(told(Action.ITEM_FINISH), key=lambda one: one.at)
    assert (refused.outcome, event.outcome) == ("refused", "ok")
    assert (event.did, event.facts["item"]) == ("finish", str(item.pk))
    assert Item.objects.get().doer == house.teller


def test_what_ends_by_itself_is_not_ended_by_hand(house: House) -> None:
    item = opened(FOLLOWS, person=house.teller.pk)
    assert reverse("item_finish", kwargs={"item": item.pk}) not in signed_in(house.teller).get("/").content.decode()
    with pytest.raises(Hidden):
        finish(house, house.teller, item.pk)
    assert items.close(FOLLOWS, about=item.about)
    assert not items.close(FOLLOWS, about=item.about)
    assert seen(house, item) == set()


def test_there_is_one_open_item_of_a_kind_about_a_thing(house: House) -> None:
    about = uuid4()
    first = items.open_item(CALL_BACK, about=about, person=house.teller.pk)
    assert items.open_item(CALL_BACK, about=about, person=house.sales.pk) == first
    items.close(CALL_BACK, about=about)
    assert items.open_item(CALL_BACK, about=about) != first


def test_two_finish_it_at_once_and_one_has(stores: None) -> None:
    house = House()
    item = opened(branch="002")

    def act(person: object, begin: Callable[[], object]) -> None:
        permit = house.permit(person, Action.ITEM_FINISH)
        begin()
        items.finish(permit, item.pk)

    assert race(act, [house.teller, house.manager, house.dpo]) == ["Hidden", "Hidden", "done"]
    assert len(told(Action.ITEM_FINISH)) == 1


def test_what_is_late_goes_up_the_line_step_by_step(house: House) -> None:
    superior(house, house.teller, house.manager)
    superior(house, house.manager, house.dpo)
    item = opened(person=house.teller.pk, branch="002")
    assert items.escalate() == 0
    for above in ("okubo", "ujiie"):
        later()
        assert items.escalate() == 1
        assert items.escalate() == 0, "it has time again"
        assert seen(house, item) == {above}
    later()
    assert items.escalate() == 0, "nobody is above"
    assert [one.facts["superior"] for one in told(Action.ITEM_ESCALATE)] == [str(house.manager.pk), str(house.dpo.pk)]


def test_it_skips_who_may_not_and_a_deputy_takes_it(house: House) -> None:
    superior(house, house.teller, house.admin)  # whose duty reads no customer
    superior(house, house.admin, house.manager)
    deputy(house, house.manager, house.operator)
    item = opened(person=house.teller.pk, branch="002")
    later()
    assert items.escalate() == 1
    assert seen(house, item) == {"onodera"}


def test_while_somebody_is_away_it_waits_for_their_deputy_too_within_the_deputys_reach(house: House) -> None:
    item = opened(person=house.teller.pk, branch="002")
    deputy(house, house.teller, house.other_teller)
    assert seen(house, item) == {"hasegawa"}
    plain = opened(person=house.teller.pk)
    assert seen(house, plain) == {"hasegawa", "shoji"}


def test_nobody_above_is_told_once(house: House) -> None:
    opened(person=house.teller.pk)
    later()
    assert [items.escalate(), items.escalate()] == [1, 0]
    assert Item.objects.get().person == house.teller


def test_it_is_due_in_open_hours(house: House) -> None:
    from toride.work import calendar

    now = clock.now()
    assert opened().due >= calendar.current().after(now, hours=8)
    wished = now + timedelta(days=3)
    assert opened(due=wished).due == wished


def test_many_items_are_as_few_questions_as_one(
    house: House, django_assert_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for number in range(3):
        opened(subject=house.customer(str(number)), person=house.teller.pk)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            today.of(house.teller)
        counts.append(len(asked))
    assert counts[0] == counts[2]


def test_a_hook_that_hears_nothing_and_a_mail_that_does_not_arrive_wait_for_an_administrator(house: House) -> None:
    for kind in (tasks.HOOK_FAILING, tasks.MAIL_UNDELIVERED):
        assert seen(house, opened(kind)) == {"hayasaka"}
