"""Who decides on a grant, how, once; and what every other attempt gets."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.kit import enter
from tests.people import House, become
from toride.access.actions import Action
from toride.access.models import Connection, Person
from toride.access.reviews import comments, decisions, escalation, services
from toride.access.reviews.models import Campaign, Item
from toride.access.reviews.tests.acts import WORDS, close, compare, connection, decide, item, opened
from toride.audit.events import decode
from toride.audit.models import Outbox
from toride.base import clock
from toride.base.errors import Conflict, Hidden, Invalid, Refused, Unavailable

pytestmark = pytest.mark.requirement("A5")
State = Item.State
LEFT = "職員番号,退職日\nhasegawa,2026-01-31\nsaeki,\nokubo,\n"


def state(one: Item) -> str:
    return Item.objects.get(pk=one.pk).state


def test_what_is_kept_stays_and_what_is_removed_ends_at_once(house: House) -> None:
    become(house.teller, roles=["teller", "marketing"])
    campaign, client = opened(house), enter(house.teller)
    emiko = house.customer()
    assert client.get(f"/customers/{emiko}/").status_code == 200
    decide(house, house.manager, [item(campaign, house.teller, "marketing")])
    decide(house, house.manager, [item(campaign, house.teller, "teller")], "remove", sure=1)
    house.teller.refresh_from_db()
    assert (house.teller.roles, house.teller.is_active) == (["marketing"], True)
    assert client.get("/customers/").status_code == 403
    event = decode(bytes(Outbox.objects.order_by("-pk").values_list("bytes", flat=True)[0]))[0]
    assert event.facts["grants"] == [[str(house.teller.pk), "teller"]]
    assert event.facts["decision"] == "remove"


def test_a_connection_that_is_removed_is_refused_at_once(house: House) -> None:
    key = connection(house, house.steward)
    campaign = opened(house)
    decide(house, house.dpo, [item(campaign, house.steward, key.id)], "remove", sure=1)
    assert Connection.objects.get().revoked
    house.steward.refresh_from_db()
    assert house.steward.roles == ["steward"]


def test_who_has_left_loses_everything(house: House) -> None:
    connection(house, house.teller)
    campaign = compare(house, opened(house, branches=["002"]), LEFT)
    client = enter(house.teller)
    plan = decisions.plan(
        house.permit(house.manager, Action.CAMPAIGN_DECIDE), [item(campaign, house.teller).pk], "remove"
    )
    assert plan.leavers == [house.teller]
    decide(house, house.manager, [item(campaign, house.teller)], "remove", sure=1)
    house.teller.refresh_from_db()
    assert not house.teller.is_active
    assert house.teller.ended
    assert Connection.objects.get().revoked
    assert client.get("/").status_code == 302


def test_nothing_of_others_can_be_decided(house: House) -> None:
    campaign = opened(house)
    theirs, own = item(campaign, house.other_teller), item(campaign, house.manager)
    for one in (theirs, own, uuid4()):
        with pytest.raises(Hidden):
            decide(house, house.manager, [item(campaign, house.teller), one])
    assert state(item(campaign, house.teller)) == State.OPEN
    for person in (house.teller, house.auditor):
        with pytest.raises(Refused):
            house.permit(person, Action.CAMPAIGN_DECIDE)


@pytest.mark.parametrize("now", ["same duty", "themselves", "other branch", "rank"])
def test_who_may_decide_no_longer_does_not(house: House, now: str) -> None:
    campaign = opened(house)
    one = item(campaign, house.teller)
    permit = house.permit(house.manager, Action.CAMPAIGN_DECIDE)
    match now:
        case "same duty":
            become(house.manager, roles=["manager", "teller"])
        case "themselves":
            Item.objects.filter(pk=one.pk).update(person=house.manager)
        case "other branch":
            become(house.manager, branch=house.wakaba)
        case "rank":
            become(house.manager, rank=5)
    with pytest.raises(Refused):
        services.decide(permit, items=[one.pk], decision="keep")
    assert state(one) == State.OPEN


def test_it_is_decided_once(house: House) -> None:
    campaign = opened(house)
    one = item(campaign, house.teller)
    slow = decisions.plan(house.permit(house.manager, Action.CAMPAIGN_DECIDE), [one.pk], "remove")
    decide(house, house.manager, [one])
    with pytest.raises(Conflict):
        decide(house, house.manager, [one], "remove", sure=1)
    with pytest.raises(Conflict):
        decisions.settle(house.permit(house.manager, Action.CAMPAIGN_DECIDE), slow.items[0], "keep")
    assert state(one) == State.KEPT


def test_after_the_end_nothing_is_decided(house: House) -> None:
    campaign = opened(house)
    one = item(campaign, house.teller)
    decide(house, house.manager, [item(campaign, house.sales)], "ask", WORDS)
    Campaign.objects.update(due=clock.now())
    close(house, campaign)
    with pytest.raises(Conflict):
        decide(house, house.manager, [one])
    permit, asked = house.permit(house.sales, Action.CAMPAIGN_ANSWER), item(campaign, house.sales).pk
    with pytest.raises(Conflict):
        services.answer(permit, item=asked, words=WORDS)
    with pytest.raises(Conflict):
        compare(house, campaign, LEFT)
    assert escalation.questions(house.sales) == []


def test_against_a_finding_it_is_kept_one_by_one_with_a_reason(house: House) -> None:
    colleague = house.person("ono", "小野 光", "teller", house.midoridai)
    Person.objects.filter(pk__in=[house.teller.pk, colleague.pk]).update(created=clock.now() - timedelta(days=400))
    campaign = opened(house)
    two = [item(campaign, house.teller), item(campaign, colleague)]
    with pytest.raises(Invalid):
        decide(house, house.manager, two, "keep", WORDS, sure=2)
    with pytest.raises(Invalid) as told:
        decide(house, house.manager, two[:1])
    assert set(told.value.fields) == {"words"}
    decide(house, house.manager, two[:1], "keep", WORDS)
    kept = Item.objects.get(pk=two[0].pk)
    assert WORDS.encode() not in bytes(kept.talk)
    (said,) = comments.heard(house.permit(house.manager, Action.CAMPAIGN_DECIDE), kept)
    assert (said["what"], said["words"]) == ("keep", WORDS)
    event = decode(bytes(Outbox.objects.order_by("-pk").values_list("bytes", flat=True)[0]))[0]
    assert WORDS not in str(event.facts)
    decide(house, house.manager, [*two[1:], item(campaign, house.sales)], "remove", sure=2)


def test_many_are_decided_only_after_a_second_look(house: House) -> None:
    campaign = opened(house)
    two = [item(campaign, house.teller), item(campaign, house.sales)]
    for decision in ("keep", "remove"):
        for sure in (None, 1, 3):
            with pytest.raises(Invalid) as told:
                decide(house, house.manager, two, decision, sure=sure)
            assert set(told.value.fields) == {"sure"}
    with pytest.raises(Invalid):
        decide(house, house.manager, two, "burn", sure=2)
    with pytest.raises(Invalid):
        decide(house, house.manager, [], "keep", sure=0)
    with pytest.raises(Invalid):
        decide(house, house.manager, [uuid4() for _ in range(decisions.MOST_AT_ONCE + 1)], "keep", sure=41)
    decide(house, house.manager, two, "keep", sure=2)
    assert {state(one) for one in two} == {State.KEPT}


def test_many_at_once_fit_into_one_event(house: House) -> None:
    people = [
        house.person(f"p{at:02}", f"職員 {at}", "teller", house.midoridai) for at in range(decisions.MOST_AT_ONCE)
    ]
    campaign = opened(house, branches=["002"])
    decide(house, house.manager, [item(campaign, one) for one in people], "remove", sure=decisions.MOST_AT_ONCE)
    assert all(one.roles == [] for one in Person.objects.filter(pk__in=[one.pk for one in people]))


def test_the_last_who_could_agree_on_a_policy_keeps_their_duty(house: House) -> None:
    campaign = opened(house)
    one = item(campaign, house.dpo)
    with pytest.raises(Conflict):
        decide(house, house.admin, [one], "remove", sure=1)
    house.dpo.refresh_from_db()
    assert house.dpo.roles == ["dpo"]
    assert state(one) == State.OPEN


def test_nor_does_a_wrong_staff_file_end_them(house: House) -> None:
    key = connection(house, house.admin)
    campaign = compare(house, opened(house), "職員番号,退職日\nhayasaka,2026-01-31\n")
    with pytest.raises(Conflict):
        decide(house, house.dpo, [item(campaign, house.admin, key.id)], "remove", sure=1)
    house.admin.refresh_from_db()
    assert house.admin.is_active
    assert Connection.objects.get().revoked is None


def test_a_grant_that_is_gone_is_not_kept(house: House) -> None:
    campaign = opened(house)
    become(house.teller, roles=[])
    one = item(campaign, house.teller, "teller")
    with pytest.raises(Conflict):
        decide(house, house.manager, [one])
    decide(house, house.manager, [one], "remove", sure=1)


class TestQuestions:
    """A question is answered in words by whom it concerns, or above them."""

    def asked(self, house: House) -> Item:
        campaign = opened(house)
        one = item(campaign, house.teller)
        decide(house, house.manager, [one], "ask", WORDS)
        return one

    def answer(self, house: House, person: Person, one: Item, words: str = "窓口を続けます。") -> None:
        services.answer(house.permit(person, Action.CAMPAIGN_ANSWER), item=one.pk, words=words)

    def test_the_person_or_somebody_above_answers(self, house: House) -> None:
        one = self.asked(house)
        assert escalation.questions(house.teller) == escalation.questions(house.dpo) == [one]
        with pytest.raises(Invalid):
            self.answer(house, house.teller, one, "はい")
        self.answer(house, house.teller, one)
        assert state(one) == State.OPEN
        with pytest.raises(Conflict):
            self.answer(house, house.dpo, one)
        talk = comments.heard(house.permit(house.manager, Action.CAMPAIGN_DECIDE), Item.objects.get(pk=one.pk))
        assert [said["what"] for said in talk] == ["question", "answer"]

    def test_nobody_else_finds_it(self, house: House) -> None:
        one = self.asked(house)
        for person in (house.sales, house.other_teller, house.manager, house.auditor):
            assert escalation.questions(person) == [], person
            with pytest.raises(Hidden):
                self.answer(house, person, one)

    def test_what_was_said_belongs_to_its_grant(self, house: House) -> None:
        one = self.asked(house)
        other = item(one.campaign, house.sales)
        Item.objects.filter(pk=other.pk).update(talk=Item.objects.get(pk=one.pk).talk)
        with pytest.raises(Unavailable):
            comments.heard(house.permit(house.manager, Action.CAMPAIGN_DECIDE), Item.objects.get(pk=other.pk))
