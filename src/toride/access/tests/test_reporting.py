"""Superiors and deputies: who answers for whom on a day, circles refused, a vacancy passed over, overdue work handed up."""

from datetime import date, timedelta

import pytest

from tests.kit import events
from tests.people import House, signed_in
from toride.access.exceptions import emergencies
from toride.access.models import Glass, Person
from toride.access.people import reporting
from toride.access.people.models import ReportingLine
from toride.access.reviews import escalation
from toride.access.reviews.models import Campaign
from toride.access.reviews.tests.acts import item, opened
from toride.base import clock
from toride.base.errors import Conflict, Hidden, Invalid

pytestmark = pytest.mark.requirement("A1")
MANAGE = "access:person:manage"


def report(house: House, person: Person, to: Person | None, begins: date | None = None) -> None:
    permit = house.permit(house.admin, MANAGE)
    name = to.username if to else ""
    reporting.set_superior(permit, person=person.pk, to=name, begins=begins or clock.today())


def stand_in(house: House, person: Person, to: Person, begins: date, ends: date) -> None:
    reporting.set_deputy(house.permit(house.admin, MANAGE), person=person.pk, to=to.username, begins=begins, ends=ends)


def test_the_ladder_goes_up_and_a_vacancy_is_passed_over(house: House) -> None:
    report(house, house.teller, house.sales)
    report(house, house.sales, house.manager)
    report(house, house.manager, house.dpo)
    assert reporting.ladder(house.teller.pk) == [house.sales, house.manager, house.dpo]
    Person.objects.filter(pk=house.sales.pk).update(is_active=False)
    assert reporting.superior(house.teller.pk) == house.manager
    assert reporting.superior(house.dpo.pk) is None
    assert reporting.reports(house.manager.pk) == []
    assert reporting.reports(house.dpo.pk) == [house.manager]


def test_a_superior_changes_on_a_day_and_not_before(house: House) -> None:
    today, later = clock.today(), clock.today() + timedelta(days=30)
    report(house, house.teller, house.manager)
    report(house, house.teller, house.sales, later)
    assert reporting.superior(house.teller.pk) == house.manager
    assert reporting.superior(house.teller.pk, later - timedelta(days=1)) == house.manager
    assert reporting.superior(house.teller.pk, later) == house.sales
    report(house, house.teller, None, today + timedelta(days=10))
    assert reporting.superior(house.teller.pk, later) is None
    assert [line.ends for line in reporting.lines(house.teller.pk)] == [today + timedelta(days=9)]


def test_nobody_answers_for_themselves_on_any_day(house: House) -> None:
    later = clock.today() + timedelta(days=30)
    report(house, house.teller, house.sales)
    report(house, house.sales, house.manager)
    for wrong, day in ((house.manager, None), (house.teller, None), (house.manager, later)):
        with pytest.raises(Invalid) as told:
            report(house, wrong, house.teller, day)
        assert list(told.value.fields) == ["to"]
    report(house, house.manager, None)
    report(house, house.sales, None)
    report(house, house.sales, house.manager, later)
    with pytest.raises(Invalid):
        report(house, house.manager, house.teller)


def test_a_deputy_stands_in_on_their_days_only(house: House) -> None:
    today = clock.today()
    report(house, house.teller, house.manager)
    stand_in(house, house.manager, house.sales, today, today + timedelta(days=4))
    assert reporting.answering(house.teller.pk) == house.sales
    assert reporting.answering(house.teller.pk, today + timedelta(days=5)) == house.manager
    with pytest.raises(Conflict):
        stand_in(house, house.manager, house.dpo, today + timedelta(days=4), today + timedelta(days=9))
    line = ReportingLine.objects.get(kind="deputy")
    with pytest.raises(Hidden):
        reporting.end_deputy(house.permit(house.admin, MANAGE), person=house.teller.pk, line=line.pk)
    reporting.end_deputy(house.permit(house.admin, MANAGE), person=house.manager.pk, line=line.pk)
    assert reporting.answering(house.teller.pk, today + timedelta(days=1)) == house.manager
    Person.objects.filter(pk=house.sales.pk).update(is_active=False)
    assert reporting.answering(house.teller.pk) == house.manager


@pytest.mark.parametrize(("first", "last"), [(0, -1), (-3, -1), (0, 366)])
def test_days_of_a_deputy_that_cannot_be_are_refused(house: House, first: int, last: int) -> None:
    today = clock.today()
    with pytest.raises(Invalid):
        stand_in(house, house.manager, house.sales, today + timedelta(days=first), today + timedelta(days=last))
    with pytest.raises(Invalid):
        stand_in(house, house.manager, house.manager, today, today)
    assert not ReportingLine.objects.exists()


def test_the_page_sets_and_ends_and_keeps_what_was_wrong(house: House) -> None:
    client, today = signed_in(house.admin), clock.today().isoformat()
    path = f"/people/{house.teller.pk}/reporting/"
    page = client.get(path).content.decode()
    assert "hayasaka" in page
    assert client.post(path, {"to": "okubo", "begins": today}).status_code == 302
    assert (events()[0].action, events()[0].did) == (MANAGE, "superior")
    assert "大久保 誠" in client.get(path).content.decode()
    wrong = client.post(path, {"to": "nobody-here", "begins": today})
    assert wrong.status_code == 422
    assert 'value="nobody-here"' in wrong.content.decode()
    assert client.post(path, {"to": "okubo", "begins": "soon"}).status_code == 422
    assert client.post(path, {"to": " ", "begins": today}).status_code == 422
    assert client.post(path, {"deputy": "saeki", "from": today, "ends": today}).status_code == 302
    line = ReportingLine.objects.get(kind="deputy")
    assert client.post(path, {"line": "9" * 30}).status_code == 404
    assert client.post(path, {"line": str(line.pk)}).status_code == 302
    assert "長谷川 由美" in client.get(f"/people/{house.manager.pk}/reporting/").content.decode()
    for person in (house.teller, house.manager, house.dpo):
        assert signed_in(person).get(path).status_code in (302, 403)
        assert signed_in(person).post(path, {"to": "", "begins": today}).status_code in (302, 403)
    assert reporting.superior(house.teller.pk) == house.manager
    assert client.post(path, {"none": "1", "begins": today}).status_code == 302
    assert reporting.superior(house.teller.pk) is None


def test_an_overdue_emergency_is_told_to_the_superior_who_may_review(house: House) -> None:
    subject = house.customer()
    deputy_manager = house.person("kudo", "工藤 香織", "manager", house.midoridai, rank=7)
    report(house, house.teller, house.manager)
    row = Glass.objects.create(
        person=house.teller, subject_id=subject, branch=house.midoridai, kind="other", reason=b"", review=b"",
        categories=1, created=clock.now(), ends=clock.now(), due=clock.now() - timedelta(days=1),
    )  # fmt: skip
    assert emergencies.escalate() == 1
    assert house.manager in row.told.all()
    assert deputy_manager not in row.told.all()


def test_an_overdue_permission_goes_to_the_reviewers_superior(house: House) -> None:
    senior = house.person("kudo", "工藤 香織", "manager", house.midoridai, rank=7)
    campaign = opened(house, branches=["002"])
    undecided = item(campaign, house.teller)
    assert undecided.reviewer == senior
    report(house, senior, house.manager)
    Campaign.objects.update(due=clock.now())
    assert escalation.escalate() > 0
    undecided.refresh_from_db()
    assert undecided.reviewer == house.manager
