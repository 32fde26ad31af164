"""Handing customers over: one's own rows only, many by two people, exactly what was agreed upon, asked anew each batch."""

import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.urls import reverse

from tests.addresses import ROLES
from tests.kit import approve, body, enter, posted
from tests.people import House
from toride.access.approvals import requests
from toride.access.facts import Facts
from toride.access.models import Approval, Person
from toride.access.people import registry
from toride.audit.events import Event, decode
from toride.audit.models import Outbox
from toride.base import clock
from toride.base.errors import Conflict, Hidden, Invalid, Refused
from toride.customers import queries
from toride.customers.handing import listing, running, services
from toride.customers.models import Customer, Handover
from toride.customers.queries import Ask
from toride.jobs import running as jobs
from toride.jobs.models import Job, State
from toride.jobs.running import Run
from toride.vault.permit import Mode

pytestmark = pytest.mark.requirement("A4")
MOVE, WORDS = "customers:charge:move", "佐伯の異動にともなう担当替えです。"


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two at once alone, so that three are many."""
    limits = [services.MOST_ALONE, services.WITHIN, services.MOST]
    assert limits == [20, timedelta(days=1), 5_000]
    monkeypatch.setattr(services, "MOST_ALONE", 2)


@pytest.fixture
def receiver(house: House) -> Person:
    return house.person("ono", "小野 光", "manager", house.wakaba, rank=6)


def customers(house: House, count: int = 3, start: int = 1, **more: object) -> list[UUID]:
    return [house.customer(str(number), owner=house.sales, **more) for number in range(start, start + count)]


def handed(house: House, chosen: list[UUID], to: Facts, person: Person | None = None) -> Handover:
    return services.hand_over(house.permit(person or house.manager, MOVE), chosen=chosen, to=to, reason=WORDS)


def agreed(house: House, person: Person, row: Handover) -> None:
    approve(house, person, row.approval)
    row.refresh_from_db()


def done(row: Handover) -> Job:
    return jobs.perform(jobs.claim("test", row.job_id), "test")


def places(subjects: list[UUID]) -> set[tuple[str, UUID | None]]:
    return set(Customer.objects.filter(pk__in=subjects).values_list("branch", "owner"))


def events() -> list[Event]:
    return [decode(bytes(one))[0] for one in Outbox.objects.order_by("-pk").values_list("bytes", flat=True)]


def plain(answer: object) -> str:
    """Without the form's token."""
    return re.sub(r'value="[^"]{64}"', "", body(answer))


def found(house: House, person: Person) -> set[UUID]:
    return {one.subject for one in queries.search(house.permit(person, "customers:list:search"), Ask("齋藤")).items}


class TestAlone:
    """Up to a limit, at once."""

    def test_the_new_person_finds_them_and_the_former_does_not(self, house: House) -> None:
        chosen = customers(house, 2)
        other = house.person("ito", "伊藤 蓮", "sales", house.midoridai)
        assert (found(house, house.sales), found(house, other)) == (set(chosen), set())
        row = handed(house, chosen, Facts("002", other.pk))
        assert places(chosen) == {("002", other.pk)}
        assert (found(house, house.sales), found(house, other)) == (set(), set(chosen))
        event = events()[0]
        assert (event.action, event.facts["moved"], event.facts["handover"]) == (MOVE, 2, str(row.pk))
        assert {(subject, mode) for subject, mode, _mask in event.subjects} == {(one, Mode.CHANGED) for one in chosen}
        page = body(enter(house.manager).get(reverse("customer_history", kwargs={"subject": chosen[0]})))
        assert "佐伯 悠真" in page
        assert "伊藤 蓮" in page
        assert "担当替え・移管" in page

    def test_they_are_handed_back_the_same_way(self, house: House, receiver: Person) -> None:
        chosen = customers(house, 2)
        handed(house, chosen, Facts("003", None))
        assert found(house, house.manager) == set()
        assert found(house, receiver) == set(chosen)
        handed(house, chosen, Facts("002", house.sales.pk), receiver)
        assert places(chosen) == {("002", house.sales.pk)}
        assert found(house, house.manager) == set(chosen)

    def test_ids_out_of_reach_are_as_if_unknown(self, house: House) -> None:
        own, away = customers(house, 1), customers(house, 1, 2, branch=house.wakaba)
        Customer.objects.filter(pk=away[0]).update(owner=None)
        for chosen in (away, [uuid4()], []):
            with pytest.raises(Invalid):
                handed(house, chosen, Facts("002", None))
        row = handed(house, [*own, *away, uuid4()], Facts("002", None))
        assert row.count == 1
        assert places(away) == {("003", None)}
        assert [one for one, _mode, _mask in events()[0].subjects] == own
        client = enter(house.manager)
        pages = [posted(client, reverse("handover"), pick=str(one)) for one in (*away, uuid4())]
        assert "選択しています" not in body(pages[0])
        sent = [posted(client, reverse("handover"), pick=str(one), branch="002", send="1") for one in (*away, uuid4())]
        assert [one.status_code for one in sent] == [422, 422]
        for one, other in (pages, sent):
            assert plain(one) == plain(other)

    def test_only_a_person_of_that_branch_takes_over(self, house: House) -> None:
        chosen = customers(house, 1)
        gone = house.person("ito", "伊藤 蓮", "sales", house.midoridai)
        Person.objects.filter(pk=gone.pk).update(is_active=False)
        for to in (Facts("003", house.sales.pk), Facts("002", gone.pk), Facts("999", None), Facts("002", uuid4())):
            with pytest.raises(Invalid):
                handed(house, chosen, to)
        assert places(chosen) == {("002", house.sales.pk)}

    def test_little_by_little_is_many_too(self, house: House, few: None) -> None:
        one, other = customers(house, 2), customers(house, 1, 9)
        assert handed(house, one, Facts("002", None)).approval is None
        row = handed(house, other, Facts("002", None))
        assert row.approval is not None
        assert places(other) == {("002", house.sales.pk)}
        Handover.objects.filter(approval=None).update(created=clock.now() - services.WITHIN)
        assert services.alone(house.manager.pk) == 2


class TestByTwo:
    """Above the limit."""

    @pytest.fixture(autouse=True)
    def _few(self, few: None) -> None: ...

    def test_nothing_moves_until_a_second_person_agrees_then_a_job_does_it(
        self, house: House, receiver: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(running, "BATCH", 2)
        chosen = customers(house)
        row = handed(house, chosen, Facts("003", receiver.pk))
        assert events()[0].facts["count"] == 3
        assert {one for one, _mode, _mask in events()[0].subjects} == set(chosen)
        assert places(chosen) == {("002", house.sales.pk)}
        lines = requests.request(house.permit(house.dpo, "access:approval:read"), row.approval_id, house.dpo).lines
        assert [list(lines[0].before), list(lines[0].after)] == [["みどり台支店 佐伯 悠真 3"], ["若葉支店 小野 光"]]
        agreed(house, house.dpo, row)
        assert places(chosen) == {("002", house.sales.pk)}
        assert (job := done(row)).state == State.DONE
        assert job.result == {"handover": str(row.pk), "moved": 3, "left": 0}
        assert places(chosen) == {("003", receiver.pk)}
        assert found(house, receiver) == set(chosen)
        assert [one.facts["moved"] for one in events()[:2]] == [1, 2]
        assert all(one.actor.username == "okubo" and one.door.kind == "job" for one in events()[:2])

    def test_what_the_form_said_holds_whoever_is_there_already(self, house: House) -> None:
        """Three are ticked, which is many, though one of them would stay where they are."""
        chosen = customers(house)
        Customer.objects.filter(pk=chosen[0]).update(owner=None)
        row = handed(house, chosen, Facts("002", None))
        assert (row.approval is not None, row.count) == (True, 2)

    def test_who_decides(self, house: House, receiver: Person) -> None:
        chosen = customers(house)
        second = house.person("goto", "後藤 進", "manager", house.midoridai, rank=6)
        third = house.person("ito", "伊藤 蓮", "manager", house.head, rank=6)
        taker = house.person("abiko", "安孫子 学", "manager", house.wakaba, rank=6)
        row = handed(house, chosen, Facts("003", taker.pk)).approval
        may = {one for one in Person.objects.all() if requests.may_decide(one, row)}
        assert may == {receiver, second, house.dpo}
        assert not {house.manager, third, taker, house.steward} & may
        with pytest.raises(Refused):
            agreed(house, house.manager, Handover.objects.get())

    def test_what_was_altered_after_the_approval_does_not_run(self, house: House) -> None:
        chosen, others = customers(house), customers(house, 3, 11)
        rows = [
            handed(house, one, Facts("003", owner)) for one, owner in ((chosen, None), (others, house.other_teller.pk))
        ]
        for row in rows:
            agreed(house, house.dpo, row)
        one, other = (Approval.objects.get(pk=row.approval_id) for row in rows)
        for change in (
            {"blob": bytes(other.blob)},
            {"blob": bytes(one.blob)[:-1] + bytes([one.blob[-1] ^ 1])},
            {"count": 99},
            {"state": "refused"},
        ):
            before = Approval.objects.filter(pk=one.pk).values(*change)[0]
            Approval.objects.filter(pk=one.pk).update(**change)
            assert done(rows[0]).state == State.FAILED
            Approval.objects.filter(pk=one.pk).update(**before)
            jobs.resume(rows[0].job_id)
        Handover.objects.filter(pk=rows[0].pk).update(branch="000")
        assert done(rows[0]).state == State.FAILED
        jobs.resume(rows[0].job_id)
        Handover.objects.filter(pk=rows[1].pk).update(approval=None)
        Handover.objects.filter(pk=rows[0].pk).update(branch="003", approval=other.pk)
        assert done(rows[0]).state == State.FAILED
        assert places([*chosen, *others]) == {("002", house.sales.pk)}

    @pytest.mark.parametrize("change", [{"roles": ["teller"]}, {"is_active": False}, {"rank": 5}])
    def test_a_right_lost_in_the_middle_ends_it_there(
        self, house: House, monkeypatch: pytest.MonkeyPatch, change: dict[str, object]
    ) -> None:
        monkeypatch.setattr(running, "BATCH", 1)
        chosen = sorted(customers(house))
        row = handed(house, chosen, Facts("003", None))
        agreed(house, house.dpo, row)

        class Losing(Run):
            def checkpoint(self, **state: object) -> None:
                super().checkpoint(**state)
                vars(house.manager).update(change)
                house.manager.save(update_fields=[*change])

        with pytest.raises(Refused):
            running.run(Losing(jobs.claim("test", row.job_id), "test"))
        assert places(chosen[:1]) == {("003", None)}
        assert places(chosen[1:]) == {("002", house.sales.pk)}

    def test_who_is_out_of_reach_by_then_is_left(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(running, "BATCH", 2)
        chosen = sorted(customers(house))
        row = handed(house, chosen, Facts("003", None))
        agreed(house, house.dpo, row)
        Customer.objects.filter(pk=chosen[1]).update(branch="000", owner=None)
        job = done(row)
        assert (job.result["moved"], job.result["left"]) == (2, 1)
        assert places(chosen[1:2]) == {("000", None)}
        line = listing.one(house.permit(house.manager, MOVE), row.pk)
        assert (line.state, line.moved, line.done) == ("done", 2, 3)

    def test_a_killed_worker_s_job_goes_on_where_it_stopped(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(running, "BATCH", 1)
        chosen = sorted(customers(house))
        row = handed(house, chosen, Facts("003", None))
        agreed(house, house.dpo, row)

        class Killed(Run):
            def checkpoint(self, **state: object) -> None:
                super().checkpoint(**state)
                if state["done"] == 2:
                    raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            running.run(Killed(jobs.claim("test", row.job_id), "test"))
        assert (places(chosen[:1]), places(chosen[1:])) == ({("003", None)}, {("002", house.sales.pk)})
        Job.objects.filter(pk=row.job_id).update(lease=clock.now() - timedelta(seconds=1))
        assert done(row).result["moved"] == 3
        assert [one.facts["moved"] for one in events()[:3]] == [1, 1, 1]
        assert events()[3].action != MOVE

    def test_nobody_takes_over_who_has_left_meanwhile(self, house: House, receiver: Person) -> None:
        row = handed(house, customers(house), Facts("003", receiver.pk))
        Person.objects.filter(pk=receiver.pk).update(is_active=False)
        with pytest.raises(Conflict):
            agreed(house, house.dpo, row)
        assert not Job.objects.exists()

    def test_the_same_is_asked_once_and_too_many_never(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        chosen = customers(house)
        handed(house, chosen, Facts("003", None))
        with pytest.raises(Conflict):
            handed(house, chosen, Facts("003", None))
        monkeypatch.setattr(services, "MOST", 2)
        with pytest.raises(Invalid):
            handed(house, chosen, Facts("000", None))

    def test_that_nobody_takes_over_is_chosen_not_left(self, house: House) -> None:
        (subject,) = customers(house, 1)
        client, sent = enter(house.manager), {"pick": str(subject), "branch": "002", "send": "1"}
        asked = body(posted(client, reverse("handover"), pick=str(subject)))
        assert '<b class="figure">1</b>件を選択しています' in asked
        for owner in ({}, {"owner": ""}):
            refused = posted(client, reverse("handover"), **sent, **owner)
            assert refused.status_code == 422
            assert '<span id="e-owner" role="alert">担当を選択してください' in body(refused)
        assert places([subject]) == {("002", house.sales.pk)}
        answer = posted(client, reverse("handover"), **sent, owner="nobody")
        assert answer.headers["HX-Redirect"]
        assert places([subject]) == {("002", None)}

    def test_of_a_colleague_who_leaves_all_on_pages(self, house: House) -> None:
        chosen = customers(house)
        away = customers(house, 1, 9, branch=house.wakaba)
        client, officer = enter(house.manager), enter(house.dpo)
        page = body(client.get(reverse("handover"), {"of": str(house.sales.pk)}))
        assert "佐伯 悠真：3件" in page
        sent = {"of": str(house.sales.pk), "branch": "003", "owner": str(house.other_teller.pk), "send": "1"}
        wrong = posted(client, reverse("handover"), **sent)
        assert wrong.status_code == 422
        assert 'id="e-reason"' in body(wrong)
        answer = posted(client, reverse("handover"), **sent, reason=WORDS)
        row = Handover.objects.get()
        assert answer.headers["HX-Redirect"] == reverse("handover_one", kwargs={"number": row.pk})
        assert "決裁待ち" in body(client.get(answer.headers["HX-Redirect"]))
        request = body(officer.get(reverse("approval", kwargs={"number": row.approval_id})))
        assert "若葉支店 東海林 薫" in request
        assert "齋藤" not in request
        agreed(house, house.dpo, row)
        done(row)
        shown = posted(client, reverse("handover"))
        assert shown.status_code == 200
        assert "完了" in body(client.get(reverse("handover_one", kwargs={"number": row.pk})))
        assert places(chosen) == {("003", house.other_teller.pk)}
        assert places(away) == {("003", house.sales.pk)}


def test_every_address_for_every_role(house: House) -> None:
    chosen = customers(house, 1)
    row = handed(house, chosen, Facts("002", None))
    for role in ROLES:
        client, may = enter(getattr(house, role)), role in {"manager", "steward"}
        assert client.get(reverse("handover")).status_code == (200 if may else 403), role
        sent = {"pick": str(chosen[0]), "branch": "9", "send": "1"}
        assert posted(client, reverse("handover"), **sent).status_code == (422 if may else 403), role
        one = client.get(reverse("handover_one", kwargs={"number": row.pk}))
        assert one.status_code == (200 if role == "manager" else 404 if may else 403), role
        unknown = client.get(reverse("handover_one", kwargs={"number": uuid4()}))
        assert unknown.status_code == (404 if may else 403), role
        listed = body(client.get("/customers/")) if role not in {"marketing", "auditor", "admin"} else ""
        assert ('form="handing"' in listed) == (may and bool(found(house, getattr(house, role)))), role


def test_from_the_page_of_people_for_whoever_has_both_duties(house: House) -> None:
    customers(house, 1)
    both = registry.add("ito", "伊藤 蓮", roles=["admin", "steward"], branch=house.head, rank=4)
    way = f"{reverse('handover')}?of={house.sales.pk}"
    assert way in body(enter(both).get(reverse("people")))
    assert way not in body(enter(house.admin).get(reverse("people")))
    assert "佐伯 悠真：1件" in body(enter(both).get(way))


def test_rank_and_reach_of_the_duty_hold(house: House) -> None:
    with pytest.raises(Refused):
        house.permit(house.person("ito", "伊藤 蓮", "manager", house.midoridai, rank=5), MOVE)
    with pytest.raises(Hidden):
        listing.one(house.permit(house.steward, MOVE), uuid4())
