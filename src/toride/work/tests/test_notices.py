"""People learn once of what waits, in one mail that gathers, in business hours, and it names nobody."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings

from tests.above import chores
from tests.kit import approve
from tests.people import House, signed_in
from tests.racing import race
from toride.access.actions import Action as Access
from toride.access.approvals import requests
from toride.access.exceptions import emergencies
from toride.access.models import Approval, Glass, Person
from toride.access.people import reporting, role_changes
from toride.base import clock
from toride.base.config import MailServer
from toride.jobs.models import Mail
from toride.vault import persons
from toride.vault.permit import Category
from toride.work import items, kinds, notices, today
from toride.work.kinds import Kind
from toride.work.models import Contact, Notice

pytestmark = pytest.mark.requirement("A4", "S2")
MONDAY = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)  # ten in Tokyo
SUNDAY = datetime(2026, 11, 29, 1, 0, tzinfo=UTC)


class Moment:
    """The product's clock, moved by a test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = MONDAY
        monkeypatch.setattr(clock, "now", lambda: self.now)


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> Iterator[Moment]:
    settings.MAIL = MailServer("smtps", "mail.bank.example", 465)
    return Moment(monkeypatch)


def addressed(*people: Person) -> None:
    for one in people:
        Person.objects.filter(pk=one.pk).update(email=f"{one.username}@bank.example")


def mails(person: Person) -> list[dict[str, Any]]:
    rows = Mail.objects.filter(person=person.pk).order_by("created", "pk")
    return [persons.open_for(person.pk, f"mail:{row.pk}", bytes(row.blob)) for row in rows]


def asked(house: House) -> Approval:
    """The administrator asks for other duties of the teller's."""
    permit = house.permit(house.admin, Access.PERSON_CHANGE)
    wanted = {"roles": ["sales"], "rank": 3, "branch": "002", "reason": "異動の発令がありました。"}
    return role_changes.change(permit, house.teller.id, **wanted)


def emergency(house: House) -> Glass:
    emiko = house.customer(owner=house.sales)
    permit = house.permit(house.teller, Access.GLASS_BREAK, emiko)
    given = {"kind": "life", "categories": (Category.SENSITIVE,), "minutes": 30, "reason": "店頭で倒れられました。"}
    return emergencies.break_glass(permit, emiko, **given)


def test_whoever_decides_gets_one_mail_that_says_what_and_where_and_names_nobody(moment: Moment, house: House) -> None:
    addressed(house.dpo, house.manager, house.teller)
    row = asked(house)
    emergency(house)
    notices.tick()
    (said,) = mails(house.dpo)
    assert said["title"] == "対応待ちの業務が2件あります"
    assert [path for _text, path in said["lines"]] == [f"/approvals/{row.pk}/", "/emergencies/"] or len(
        said["lines"]
    ) == 2
    assert not any(name in str(said) for name in ("齋藤", "惠美子", "0213", "長谷川", "早坂", "氏家"))
    assert mails(house.teller) == []
    assert "対応待ち".encode() not in b"".join(bytes(one.blob) for one in Mail.objects.all())


def test_nobody_is_told_twice_and_at_most_once_an_hour(moment: Moment, house: House) -> None:
    addressed(house.dpo)
    asked(house)
    for _again in range(3):
        notices.tick()
    assert len(mails(house.dpo)) == 1
    moment.now += timedelta(minutes=30)
    emergency(house)
    notices.tick()
    assert len(mails(house.dpo)) == 1
    moment.now += timedelta(minutes=31)
    for _again in range(3):
        notices.tick()
    assert len(mails(house.dpo)) == 2


def test_out_of_hours_it_waits_until_it_opens(moment: Moment, house: House) -> None:
    moment.now = SUNDAY
    addressed(house.dpo)
    asked(house)
    notices.tick()
    assert mails(house.dpo) == []
    assert Notice.objects.filter(person=house.dpo).exists()
    moment.now = MONDAY - timedelta(hours=1, seconds=1)
    notices.tick()
    assert mails(house.dpo) == []
    Approval.objects.update(expires=MONDAY + timedelta(days=1))
    moment.now = MONDAY - timedelta(hours=1)
    notices.tick()
    assert len(mails(house.dpo)) == 1


def test_what_is_over_before_the_mail_is_not_in_it(moment: Moment, house: House) -> None:
    moment.now = SUNDAY
    addressed(house.dpo)
    row = asked(house)
    notices.tick()
    approve(house, house.dpo, row)
    moment.now = MONDAY
    notices.tick()
    assert mails(house.dpo) == []
    assert not Notice.objects.filter(person=house.dpo, mailed=None).exists()


def test_what_becomes_late_is_told_again(moment: Moment, house: House) -> None:
    addressed(house.dpo)
    emergency(house)
    notices.tick()
    moment.now = datetime(2026, 12, 7, 1, 0, tzinfo=UTC)
    notices.tick()
    assert [one["title"] for one in mails(house.dpo)] == [
        "対応待ちの業務が1件あります", "対応待ちの業務が1件あります（期限超過1件）",
    ]  # fmt: skip


def test_in_the_language_of_the_person(moment: Moment, house: House) -> None:
    addressed(house.dpo)
    Contact.objects.create(person=house.dpo, language="en")
    asked(house)
    notices.tick()
    assert mails(house.dpo)[0]["title"] == "Tasks waiting for you: 1"


@pytest.mark.parametrize("email", ["", "nobody", "a@b.example\r\nBcc: x@evil.example"])
def test_who_has_no_address_is_told_in_the_product(moment: Moment, house: House, email: str) -> None:
    Person.objects.filter(pk=house.dpo.pk).update(email=email)
    asked(house)
    notices.tick()
    assert mails(house.dpo) == []
    assert [one.kind for one in today.of(house.dpo)] == ["approval"]


def test_without_a_mail_server_nothing_is_written(moment: Moment, house: House, settings: LazySettings) -> None:
    settings.MAIL = None
    addressed(house.dpo)
    asked(house)
    notices.tick()
    assert Mail.objects.count() == 0
    assert notices.tick in [chore.do for chore in chores()]


def test_two_workers_at_once_write_one_mail(stores: None, moment: Moment) -> None:
    house = House()
    addressed(house.dpo)
    asked(house)

    def act(_one: int, begin: Any) -> None:
        begin()
        notices.tick()

    assert race(act, range(3)) == ["done"] * 3
    assert len(mails(house.dpo)) == 1
    assert Notice.objects.filter(person=house.dpo).count() == 1


def test_a_question_waits_for_who_asked_and_home_shows_all_in_order(moment: Moment, house: House) -> None:
    row = asked(house)
    requests.hold(house.permit(house.dpo, Access.APPROVAL_DECIDE), row.pk, words="発令はいつですか。")
    assert [one.kind for one in today.of(house.admin)] == ["approval-question"]
    emergency(house)
    assert [one.kind for one in today.of(house.dpo)] == ["emergency"]
    assert [one.kind for one in today.of(house.manager)] == ["emergency"]
    assert today.of(house.other_teller) == []
    waiting = today.of(house.dpo)
    assert waiting == sorted(waiting, key=lambda one: one.due)


def test_home_shows_what_waits_with_its_link(house: House) -> None:
    row = asked(house)
    page = signed_in(house.dpo).get("/").content.decode()
    assert "承認待ちの申請" in page
    assert f"/approvals/{row.pk}/" in page
    assert "期限超過" not in page
    emergency(house)
    Glass.objects.update(due=clock.now() - timedelta(minutes=1))
    page = signed_in(house.dpo).get("/").content.decode()
    assert page.index("緊急閲覧の事後確認") < page.index("承認待ちの申請")
    assert "期限超過" in page
    assert "対応待ちの業務はありません" in signed_in(house.other_teller).get("/").content.decode()


def test_whom_it_goes_up_to_learns_of_it(moment: Moment, house: House) -> None:
    addressed(house.teller, house.manager)
    permit = house.permit(house.admin, "access:person:manage")
    reporting.set_superior(permit, person=house.teller.pk, to="okubo", begins=clock.today())
    kind = Kind("test-line", "一件", "customers:profile:read", hours=1, page="home")
    given = kinds.kinds() | {kind.code: kind}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(kinds, "_kinds", given)
        items.open_item(kind, about=house.teller.pk, person=house.teller.pk)
        notices.tick()
        assert (len(mails(house.teller)), len(mails(house.manager))) == (1, 0)
        moment.now += timedelta(hours=2)
        notices.tick()
        assert (len(mails(house.teller)), len(mails(house.manager))) == (1, 1)


def test_old_notices_go(moment: Moment, house: House) -> None:
    asked(house)
    notices.tick()
    count = Notice.objects.count()
    moment.now += notices.KEPT + timedelta(days=1)
    assert notices.forget() == count > 0
