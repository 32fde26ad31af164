"""A campaign puts every grant before somebody else: who that is, what speaks against it, and until when."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.above import chores, today
from tests.people import House, become
from toride.access.actions import Action
from toride.access.models import Person
from toride.access.reviews import escalation, reviewers, services
from toride.access.reviews.models import Campaign, Item
from toride.access.reviews.tests.acts import close, connection, decide, item, opened
from toride.audit.events import decode
from toride.audit.models import Outbox
from toride.base import clock
from toride.base.errors import Conflict, Hidden, Invalid, Refused

pytestmark = pytest.mark.requirement("A5")


def test_every_grant_of_everybody_becomes_an_item_once(house: House) -> None:
    connection(house, house.steward)
    become(house.teller, roles=["teller", "sales"])
    campaign = opened(house)
    found = set(campaign.items.values_list("person__username", "kind", "what"))
    wanted = {(one.username, "duty", role) for one in Person.objects.all() for role in one.roles}
    assert found == wanted | {("konno", "key", "k00000000001")}
    assert campaign.covers["everybody"]
    assert (campaign.covers["people"], campaign.covers["left_out"]) == (11, 0)


def test_the_nearest_who_may_reviews_and_else_the_next_above(house: House) -> None:
    campaign = opened(house)
    near = item(campaign, house.teller)
    assert (near.reviewer, near.above) == (house.manager, False)
    for person, reviewer in (
        (house.manager, house.dpo), (house.other_teller, house.dpo), (house.admin, house.dpo), (house.dpo, house.admin),
    ):  # fmt: skip
        one = item(campaign, person)
        assert (one.reviewer, one.above) == (reviewer, True), person


def test_nobody_reviews_themselves_or_what_they_hold_too(house: House) -> None:
    become(house.manager, roles=["manager", "teller"])
    campaign = opened(house)
    assert item(campaign, house.teller).reviewer == house.dpo
    assert item(campaign, house.sales).reviewer == house.manager
    for one in campaign.items.select_related("person", "reviewer"):
        assert one.reviewer != one.person
        assert one.kind == "key" or one.what not in one.reviewer.roles, one.person


def test_where_nobody_is_left_it_is_said_plainly(house: House) -> None:
    become(house.admin, roles=["admin"], rank=4)
    deputy = house.person("kudo", "工藤 香織", "admin", house.head, rank=4)
    become(house.dpo, rank=4)
    campaign = opened(house)
    lone = item(campaign, deputy)
    assert (lone.reviewer, lone.findings) == (None, ["orphan"])
    from toride.access.reviews import queries

    _row, shares, _undecided = queries.campaign(house.permit(house.auditor, Action.CAMPAIGN_READ), campaign.pk)
    assert shares[0].person is None
    assert shares[0].total == 2


def test_a_named_reviewer_decides_only_where_they_may(house: House) -> None:
    campaign = opened(house, reviewer="ujiie")
    assert item(campaign, house.teller).reviewer == house.dpo
    assert not item(campaign, house.teller).above
    assert item(campaign, house.dpo).reviewer == house.admin
    event = decode(bytes(Outbox.objects.order_by("-pk").values_list("bytes", flat=True)[0]))[0]
    assert event.facts["reviewer"] == str(house.dpo.pk)
    with pytest.raises(Invalid) as told:
        opened(house, reviewer="hasegawa")
    assert set(told.value.fields) == {"reviewer"}


def test_who_is_left_out_of_a_scope_stands_in_it(house: House) -> None:
    become(house.corporate, branch=None, department=None)
    campaign = opened(house, branches=["002"])
    names = set(campaign.items.values_list("person__username", flat=True))
    assert names == {"hasegawa", "saeki", "okubo", "abe"}
    assert campaign.covers["left_out"] == 7
    assert campaign.covers["branches_left_out"] == ["000", "003"]
    assert item(campaign, house.corporate).findings == ["orphan"]
    event = decode(bytes(Outbox.objects.order_by("-pk").values_list("bytes", flat=True)[0]))[0]
    assert (event.facts["branches"], event.facts["left_out"]) == (["002"], 7)


@pytest.mark.parametrize(("wanted", "field"), [
    ({"branches": ["999"]}, "branches"), ({"departments": ["x"]}, "departments"), ({"days": 0}, "days"),
    ({"days": 61}, "days"), ({"unused": 6}, "unused"), ({"dormant": 731}, "dormant"),
])  # fmt: skip
def test_a_campaign_has_bounds(house: House, wanted: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as told:
        opened(house, **wanted)
    assert set(told.value.fields) == {field}
    assert not Campaign.objects.exists()


def test_what_is_old_and_never_used_is_found(house: House) -> None:
    Person.objects.filter(pk=house.teller.pk).update(created=clock.now() - timedelta(days=75))
    campaign = opened(house, unused=90, dormant=60)
    assert item(campaign, house.teller).findings == ["dormant"]
    assert item(opened(house, unused=70, dormant=60), house.teller).findings == ["dormant", "unused"]
    assert item(campaign, house.sales).findings == []


def test_duties_that_do_not_go_together_are_found(house: House) -> None:
    become(house.steward, roles=["steward", "auditor", "teller"])
    campaign = opened(house)
    house.steward.refresh_from_db()
    assert [item(campaign, house.steward, role).findings for role in ("steward", "auditor", "teller")] == [
        ["clash"], ["clash"], []
    ]  # fmt: skip


def test_past_the_deadline_it_goes_to_the_next_above_once(house: House) -> None:
    campaign = opened(house)
    decide(house, house.manager, [item(campaign, house.sales)])
    assert escalation.escalate() == 0
    assert [(one.kind, one.due > clock.now()) for one in today.of(house.manager)] == [("grants", True)]
    Campaign.objects.update(due=clock.now())
    assert [(one.kind, one.due > clock.now()) for one in today.of(house.manager)] == [("grants", False)]
    assert "review" in {one.kind for one in today.of(house.admin)}
    before = Item.objects.filter(reviewer=house.manager, state="open").count()
    assert before == 1
    assert escalation.escalate() > before
    assert escalation.escalate() == 0
    late = item(campaign, house.teller)
    assert (late.reviewer, late.above) == (house.dpo, True)
    assert item(campaign, house.sales).reviewer == house.manager
    with pytest.raises(Hidden):
        decide(house, house.manager, [late])
    decide(house, house.dpo, [late])
    event = decode(bytes(Outbox.objects.order_by("-pk").values_list("bytes", flat=True)[1]))[0]
    assert event.action == Action.CAMPAIGN_ESCALATE
    assert escalation.escalate in [chore.do for chore in chores()]


def test_what_a_reviewer_leaves_behind_is_handed_on(house: House) -> None:
    campaign = opened(house)
    house.manager.is_active = False
    house.manager.save()
    assert escalation.escalate() == Item.objects.filter(reviewer=house.dpo, person__branch="002").count() - 1
    assert escalation.escalate() == 0
    assert item(campaign, house.teller).reviewer == house.dpo


def test_only_the_officer_opens_and_closes(house: House) -> None:
    campaign = opened(house)
    for person in (house.teller, house.manager, house.auditor, house.dpo):
        with pytest.raises(Refused):
            house.permit(person, Action.CAMPAIGN_OPEN)
    permit = house.permit(house.admin, Action.CAMPAIGN_OPEN)
    with pytest.raises(Hidden):
        services.close(permit, campaign=uuid4())
    with pytest.raises(Conflict):
        close(house, campaign)
    Campaign.objects.update(due=clock.now())
    assert close(house, campaign).closed
    with pytest.raises(Conflict):
        close(house, campaign)


def test_reach_of_a_reviewer_is_that_of_their_duty(house: House) -> None:
    manager = reviewers.reviewer(house.manager)
    assert manager.reaches(house.teller)
    assert not manager.reaches(house.other_teller)
    assert not manager.reaches(house.manager)
    assert reviewers.reviewer(house.teller) is None
    become(house.manager, rank=5)
    house.manager.refresh_from_db()
    assert reviewers.reviewer(house.manager) is None
