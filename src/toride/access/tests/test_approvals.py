"""Two-person acts: never the asker nor who is concerned; held, refused, over, altered or twice: nothing happens."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from tests.kit import approve, seen
from tests.people import House, become
from tests.racing import race
from toride.access.actions import Action
from toride.access.approvals import requests
from toride.access.models import Approval, Person
from toride.access.tests.approvals import WORDS, asked
from toride.audit.models import Outbox
from toride.base import clock
from toride.base.errors import Conflict, Hidden, Invalid, Refused, Unavailable

pytestmark = pytest.mark.requirement("A4")
State = Approval.State


def state(row: Approval) -> str:
    return str(Approval.objects.get(pk=row.pk).state)


def test_what_two_people_agree_upon_is_done(house: House) -> None:
    row = asked(house)
    house.teller.refresh_from_db()
    assert house.teller.roles == ["teller"]
    assert requests.waiting(house.dpo) == [row]
    assert seen(house, house.dpo, row).reason == WORDS
    approve(house, house.dpo, row, count="１")
    house.teller.refresh_from_db()
    assert (house.teller.roles, house.teller.rank) == (["sales"], 3)
    assert state(row) == State.APPROVED
    assert requests.waiting(house.dpo) == []
    assert requests.settled(house.admin) == requests.settled(house.dpo) == [row]


def test_both_acts_are_events_that_name_the_same_content(house: House) -> None:
    from toride.audit.events import decode

    row = asked(house)
    digest = seen(house, house.dpo, row).digest
    approve(house, house.dpo, row)
    events = [decode(bytes(one))[0] for one in Outbox.objects.order_by("pk").values_list("bytes", flat=True)]
    asking, deciding = events[-2:]
    assert (asking.action, deciding.action) == (Action.PERSON_CHANGE, Action.APPROVAL_DECIDE)
    assert asking.facts["digest"] == deciding.facts["digest"] == digest
    assert deciding.facts["decision"] == "approved"
    assert deciding.facts["after"]["roles"] == ["sales"]
    assert all(WORDS not in str(one.facts) for one in events)


@pytest.mark.parametrize("who", ["admin", "teller", "auditor", "steward"])
def test_nobody_else_decides(house: House, who: str) -> None:
    asked(house)
    person = getattr(house, who)
    with pytest.raises(Refused):
        house.permit(person, Action.APPROVAL_DECIDE)
    assert requests.waiting(person) == []


def test_who_asked_does_not_decide_even_with_the_duty(house: House) -> None:
    """The asker has meanwhile become one who may approve, in a second session, say."""
    row = asked(house)
    become(house.admin, roles=["manager"], rank=9, branch="002")
    house.admin.refresh_from_db()
    assert requests.waiting(house.admin) == []
    with pytest.raises(Refused):
        approve(house, house.admin, row)
    assert state(row) == State.WAITING


def test_whom_it_concerns_does_not_decide_nor_see(house: House) -> None:
    row = asked(house, house.manager, roles=["sales"], rank=6)
    assert requests.waiting(house.manager) == []
    with pytest.raises(Hidden):
        seen(house, house.manager, row)
    with pytest.raises(Hidden):
        approve(house, house.manager, row, digest="0")


def test_a_manager_decides_for_the_own_branch_only(house: House) -> None:
    own, away = asked(house), asked(house, house.other_teller, branch="003")
    moving = asked(house, house.sales, roles=["sales"], rank=3, branch="003")
    assert requests.waiting(house.manager) == [own]
    for row in (away, moving):
        with pytest.raises(Hidden):
            approve(house, house.manager, row, digest="0")
    approve(house, house.manager, own)


def test_a_rank_below_and_a_person_who_left_do_not_decide(house: House) -> None:
    row = asked(house)
    digest = seen(house, house.dpo, row).digest
    permit = house.permit(house.dpo, Action.APPROVAL_DECIDE)
    for change in ({"rank": 4}, {"rank": 6, "is_active": False}, {"is_active": True, "roles": ["auditor"]}):
        become(house.dpo, **change)
        with pytest.raises(Hidden):
            requests.approve(permit, row.pk, digest=digest, count="1")
    assert state(row) == State.WAITING


def test_the_least_rank_holds_whatever_the_policy_grants(house: House) -> None:
    from toride.access import integrity, policy
    from toride.access.models import PolicyVersion

    content = policy.shipped_content()
    for action in ("access:approval:decide", "access:person:approve"):
        content["dpo"][action] = [{**one, "rank": 1} for one in content["dpo"][action]]
    text, now = policy.written(content), clock.now()
    version = PolicyVersion(
        number=1, content=text, digest=policy.digest(text), drafter=house.admin, approver=house.dpo, approved=now, holds=now
    )  # fmt: skip
    version.seal = integrity.of_version(version)
    version.save()
    policy.forget()
    row = asked(house)
    become(house.dpo, rank=4)
    house.dpo.refresh_from_db()
    assert requests.waiting(house.dpo) == []
    with pytest.raises(Hidden):
        approve(house, house.dpo, row, digest="0")


def test_the_last_who_could_approve_a_policy_is_not_moved_away(house: House) -> None:
    second = house.person("ono", "小野 光", "manager", house.head, rank=6)
    row = asked(house, house.dpo, roles=["auditor"], rank=6, branch="000")
    with pytest.raises(Conflict):
        approve(house, second, row)
    house.dpo.refresh_from_db()
    assert house.dpo.roles == ["dpo"]


@pytest.mark.parametrize("count", ["", "2", "11", "one", "-1", "1.0", "9" * 40])
def test_a_count_typed_wrongly_does_nothing(house: House, count: str) -> None:
    row = asked(house)
    with pytest.raises(Invalid) as told:
        approve(house, house.dpo, row, count=count)
    assert "count" in told.value.fields
    house.teller.refresh_from_db()
    assert house.teller.roles == ["teller"]


def test_a_question_must_be_answered_in_words_first(house: House) -> None:
    row = asked(house)
    requests.hold(house.permit(house.dpo, Action.APPROVAL_DECIDE), row.pk, words="発令の日付はいつですか。")
    assert state(row) == State.HELD
    with pytest.raises(Conflict):
        approve(house, house.dpo, row)
    mine = house.permit(house.admin, Action.APPROVAL_ANSWER)
    with pytest.raises(Invalid):
        requests.answer(mine, row.pk, words="  はい ")
    for other in (house.dpo, house.manager):
        with pytest.raises(Refused):
            requests.answer(house.permit(other, Action.APPROVAL_ANSWER), row.pk, words="十一月二十日です。")
    requests.answer(mine, row.pk, words="十一月二十日です。")
    assert [one["what"] for one in seen(house, house.dpo, row).talk] == ["question", "answer"]
    approve(house, house.dpo, row)
    assert state(row) == State.APPROVED


def test_what_ran_out_is_refused_by_itself(house: House) -> None:
    row = asked(house)
    digest = seen(house, house.dpo, row).digest
    assert row.expires - row.created == timedelta(hours=24)
    past = clock.now() - timedelta(hours=25)
    sealed_again(house, row, created=past, expires=past + timedelta(hours=24))
    with pytest.raises(Conflict):
        approve(house, house.dpo, row)
    assert digest
    assert requests.waiting(house.dpo) == []
    assert requests.expire() == 1
    assert requests.expire() == 0
    assert state(row) == State.EXPIRED
    asked(house)


def sealed_again(house: House, row: Approval, **values: object) -> None:
    """As if the request had been made with these values."""
    from toride.vault import records
    from toride.vault.keyring import Kind

    permit = house.permit(house.dpo, Action.APPROVAL_READ)
    sealed = records.open_with(permit, Kind.FILES, bytes(row.blob), row.pk)
    for name, value in values.items():
        setattr(row, name, value)
    row.blob = records.seal_with(Kind.FILES, {**sealed, "clear": requests._clear(row)}, row.pk)
    row.save()


@pytest.mark.parametrize("change", [
    {"concerns": []}, {"count": 2}, {"branches": []}, {"kind": "person:change", "branches": ["003"]},
])  # fmt: skip
def test_a_row_that_was_changed_in_the_store_opens_no_more(house: House, change: dict[str, object]) -> None:
    row = asked(house)
    digest = seen(house, house.dpo, row).digest
    Approval.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(Unavailable):
        approve(house, house.dpo, row, digest=digest)


def test_another_requests_content_put_in_its_place_opens_no_more(house: House) -> None:
    row, other = asked(house), asked(house, house.sales, roles=["manager"], rank=6)
    Approval.objects.filter(pk=row.pk).update(blob=other.blob)
    with pytest.raises(Unavailable):
        seen(house, house.dpo, row)


def test_a_digest_of_something_else_does_nothing(house: House) -> None:
    row, other = asked(house), asked(house, house.sales, roles=["manager"], rank=6)
    for digest in (seen(house, house.dpo, other).digest, "", "あ"):
        with pytest.raises(Conflict):
            requests.approve(house.permit(house.dpo, Action.APPROVAL_DECIDE), row.pk, digest=digest, count="1")


def test_a_person_who_changed_since_is_left_as_they_are(house: House) -> None:
    row = asked(house)
    become(house.teller, rank=5)
    with pytest.raises(Conflict):
        approve(house, house.dpo, row)
    house.teller.refresh_from_db()
    assert (house.teller.roles, house.teller.rank) == (["teller"], 5)
    assert state(row) == State.WAITING


@pytest.mark.parametrize("end", ["approved", "refused", "withdrawn"])
def test_what_is_decided_is_decided_once(house: House, end: str) -> None:
    row = asked(house)
    permit = house.permit(house.dpo, Action.APPROVAL_DECIDE)
    digest = seen(house, house.dpo, row).digest
    match end:
        case "approved":
            approve(house, house.dpo, row)
        case "refused":
            requests.refuse(permit, row.pk, words="発令が見当たりません。")
        case "withdrawn":
            requests.withdraw(house.permit(house.admin, Action.APPROVAL_ANSWER), row.pk)
    for again in (
        lambda: requests.approve(permit, row.pk, digest=digest, count="1"),
        lambda: requests.refuse(permit, row.pk, words="やはり、やめます。"),
        lambda: requests.hold(permit, row.pk, words="どうしてですか。"),
        lambda: requests.withdraw(house.permit(house.admin, Action.APPROVAL_ANSWER), row.pk),
    ):
        with pytest.raises((Conflict, Hidden)):
            again()
    assert state(row) == end


def test_an_unknown_or_foreign_request_is_hidden(house: House) -> None:
    row = asked(house, house.other_teller, branch="003")
    for person in (house.teller, house.sales, house.manager, house.other_teller):
        for number in (row.pk, uuid4()):
            with pytest.raises(Hidden):
                requests.request(house.permit(person, Action.APPROVAL_READ), number, person)


def test_what_nobody_could_decide_is_not_asked(house: House) -> None:
    Person.objects.filter(pk=house.dpo.pk).update(is_active=False)
    with pytest.raises(Conflict):
        asked(house, house.other_teller, branch="003")
    assert asked(house)


def test_the_same_is_not_asked_twice(house: House) -> None:
    asked(house)
    with pytest.raises(Conflict):
        asked(house, rank=4)


@pytest.mark.parametrize(("change", "field"), [
    ({"roles": ["admin", "auditor"]}, "roles"),
    ({"roles": ["dpo", "admin", "teller"]}, "roles"),
    ({"rank": 0}, "rank"),
    ({"rank": 10}, "rank"),
    ({"branch": "999"}, "branch"),
    ({"roles": ["root"]}, None),
    ({"roles": ["teller"], "rank": 2}, None),
])  # fmt: skip
def test_bad_wishes_are_not_filed(house: House, change: dict[str, object], field: str | None) -> None:
    with pytest.raises(Invalid) as told:
        asked(house, **change)
    assert field is None or field in told.value.fields
    assert not Approval.objects.exists()


def test_nobody_asks_for_themselves(house: House) -> None:
    with pytest.raises(Invalid):
        asked(house, house.admin, roles=["dpo"])


def test_reason_and_talk_stand_sealed(house: House) -> None:
    row = asked(house)
    requests.hold(house.permit(house.dpo, Action.APPROVAL_DECIDE), row.pk, words="早坂さん、なぜですか。")
    row.refresh_from_db()
    for blob in (bytes(row.blob), bytes(row.talk)):
        assert "発令".encode() not in blob
        assert "早坂".encode() not in blob


@pytest.mark.store
def test_of_two_who_approve_at_once_one_is_first(shared: House) -> None:
    """Two connections, two threads, one request: it runs once."""
    house = shared
    second = house.person("ono", "小野 光", "dpo", house.head, rank=6)
    row = asked(house)
    digest = seen(house, house.dpo, row).digest

    def one(person: Person, begin: Callable[[], object]) -> None:
        permit = house.permit(person, Action.APPROVAL_DECIDE)
        begin()
        requests.approve(permit, row.pk, digest=digest, count="1")

    ends = race(one, (house.dpo, second))
    assert ends in (["Conflict", "done"], ["Hidden", "done"])
    assert Approval.objects.get(pk=row.pk).decider_id in (house.dpo.pk, second.pk)


def test_ids_in_the_row_say_nothing_of_the_content(house: House) -> None:
    row = asked(house)
    assert [UUID(one) for one in row.concerns] == [house.teller.id]
    assert row.branches == ["002"]
