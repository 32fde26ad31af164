"""A review as tests open and decide it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from tests.people import House
from toride.access.actions import Action
from toride.access.models import Connection, Person
from toride.access.reviews import services
from toride.access.reviews.models import Campaign, Item
from toride.base import clock

FILE = "職員番号,所属\nhasegawa,003\nsaeki,002\nokubo,002\n"
WORDS = "来月まで兼務しますので、残します。"


def opened(house: House, **wanted: Any) -> Campaign:
    return services.open_campaign(house.permit(house.admin, Action.CAMPAIGN_OPEN), **wanted)


def item(campaign: Campaign, person: Person, what: str | None = None) -> Item:
    return campaign.items.get(person=person, what=what or person.roles[0])


def decide(
    house: House, who: Person, items: list[Item] | list[UUID], decision: str = "keep", words: str = "", sure: int | None = None
) -> None:  # fmt: skip
    ids = [one.pk if isinstance(one, Item) else one for one in items]
    permit = house.permit(who, Action.CAMPAIGN_DECIDE)
    services.decide(permit, items=ids, decision=decision, words=words, sure=sure)


def compare(house: House, campaign: Campaign, text: str, encoding: str = "utf-8") -> Campaign:
    permit = house.permit(house.admin, Action.CAMPAIGN_OPEN)
    return services.compare(permit, campaign=campaign.pk, content=text.encode(encoding))


def close(house: House, campaign: Campaign) -> Campaign:
    return services.close(house.permit(house.admin, Action.CAMPAIGN_OPEN), campaign=campaign.pk)


def connection(house: House, person: Person) -> Connection:
    now = clock.now()
    return Connection.objects.create(
        id="k00000000001", person=person, name="勘定系", scopes=["customers"], purpose="data-care", categories=[1],
        digest=b"x" * 32, created=now, expires=now + timedelta(days=9),
    )  # fmt: skip


def closed(house: House) -> Campaign:
    """One kept against a finding, one removed, one undecided."""
    campaign = compare(house, opened(house, branches=["002"]), FILE)
    decide(house, house.manager, [item(campaign, house.teller)], "keep", WORDS)
    decide(house, house.manager, [item(campaign, house.sales)], "remove", sure=1)
    Campaign.objects.update(due=clock.now())
    return close(house, campaign)
