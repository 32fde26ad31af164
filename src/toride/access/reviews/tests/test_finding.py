"""What the trail says of grants: the last use of each duty, people who ended and came back, purposes beside peers."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from toride.access import policy
from toride.access.models import Branch, Person
from toride.access.reviews import evidence, queries, services
from toride.access.reviews.models import Campaign, Item
from toride.audit import record, usage
from toride.audit.events import Event
from toride.audit.sequencer import settle
from toride.audit.tests.acts import WEB, permit
from toride.base import clock
from toride.base.errors import Hidden
from toride.vault.permit import Actor, Mode

pytestmark = pytest.mark.requirement("A5")
READ = "customers:profile:read"
CHECKED = "audit:trail:read"


def happen(person: Person, action: str, days: float, **more: Any) -> Event:
    at = clock.micros(clock.now() - timedelta(days=days))
    actor = Actor(person.id, person.username, person.name)
    return Event(action=action, door=WEB, actor=actor, at=at, **more)


class Standing:
    """People who are really committed: the trail orders nothing else."""

    def __init__(self) -> None:
        policy.forget()
        self.branch = Branch.objects.create(code="T2", name="見直支店")
        self.boss = self.person("boss", ["manager"], rank=6)
        self.one = self.person("one", ["teller", "auditor"])
        self.peers = [self.person(f"peer{at}", ["teller"]) for at in range(3)]

    def person(self, username: str, roles: list[str], rank: int = 2) -> Person:
        made = Person.objects.create(username=username, name=username, roles=roles, branch=self.branch, rank=rank)
        Person.objects.filter(pk=made.pk).update(created=clock.now() - timedelta(days=400))
        return Person.objects.get(pk=made.pk)

    def campaign(self) -> Campaign:
        now = clock.now()
        return Campaign(unused=90, dormant=60, opener=self.boss, since=now - timedelta(days=365), opened=now, due=now)


@pytest.fixture
def standing(stores: None) -> Standing:
    return Standing()


def test_a_duty_was_used_when_one_of_its_own_acts_was_done(standing: Standing) -> None:
    one = standing.one
    record([
        happen(one, "access:home:open", 1), happen(one, usage.SIGN_IN, 1), happen(one, READ, 100),
        happen(one, READ, 10), happen(one, CHECKED, 200), happen(one, CHECKED, 2, outcome="refused"),
    ])  # fmt: skip
    assert settle()
    found = {grant.what: grant for grant in evidence.grants(permit("x"), standing.campaign(), [one])}
    assert found["teller"].findings == []
    assert (clock.now() - found["teller"].used).days == 10
    assert found["auditor"].findings == ["unused"]
    assert (clock.now() - found["auditor"].used).days == 200
    (idle,) = evidence.grants(permit("x"), standing.campaign(), standing.peers[:1])
    assert (idle.used, idle.findings) == (None, ["dormant", "unused"])


def test_what_is_done_in_the_name_of_who_ended_is_red(standing: Standing) -> None:
    one, peer = standing.one, standing.peers[0]
    for person in (one, peer):
        Person.objects.filter(pk=person.pk).update(is_active=False, ended=clock.now() - timedelta(days=20))
    record([
        happen(one, READ, 21), happen(one, usage.SIGN_IN, 5, outcome="refused"), happen(one, READ, 4),
        happen(peer, READ, 25),
    ])  # fmt: skip
    assert settle()
    found = services._ended(permit("x"), standing.campaign())
    assert [row[:3] for row in found["people"]] == [[str(one.pk), 1, 1]]
    assert (found["attempts"], found["successes"]) == (1, 1)
    Person.objects.filter(pk=peer.pk).update(ended=None)
    assert services._ended(permit("x"), standing.campaign())["successes"] == 2
    Person.objects.filter(pk=peer.pk).update(ended=clock.now())
    early = standing.campaign()
    early.since = clock.now() - timedelta(days=1)
    assert services._ended(permit("x"), early)["people"] == []


@pytest.mark.requirement("A2")
def test_purposes_stand_beside_those_of_the_same_duty(standing: Standing) -> None:
    touched = ((UUID(int=7), Mode.CLEAR, 2),)
    record([
        *(happen(standing.one, READ, 1, purpose="service", subjects=touched) for _ in range(9)),
        *(happen(peer, READ, 1, purpose="service", subjects=touched) for peer in standing.peers[:2]),
        happen(standing.peers[0], READ, 1, purpose="call", subjects=touched),
        happen(standing.one, READ, queries.WINDOW.days + 1, purpose="sales", subjects=touched),
    ])  # fmt: skip
    assert settle()
    campaign = standing.campaign()
    campaign.save()
    Item.objects.create(campaign=campaign, person=standing.one, kind="duty", what="teller", reviewer=standing.boss)
    mine = permit("x", actor=Actor(standing.boss.id, "boss", "boss"))
    person, lines, peers = queries.purposes(mine, standing.one.id)
    assert (person, peers) == (standing.one, 3)
    assert [(line.code, line.times, line.usual) for line in lines] == [("service", 9, 1), ("call", 0, 0)]
    with pytest.raises(Hidden):
        queries.purposes(mine, standing.peers[0].id)
    with pytest.raises(Hidden):
        queries.purposes(permit("x"), standing.one.id)
