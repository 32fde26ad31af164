"""Deals of the demonstration: some with customers of each person in sales, at every stage."""

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from toride.access.decide import decide
from toride.access.models import Person
from toride.base import clock
from toride.base.ids import ordered_id
from toride.customers.models import Customer
from toride.sales import services
from toride.sales.actions import Action
from toride.sales.models import STAGES
from toride.vault.permit import Door

EACH = 14  # deals of each person, at most
TITLES = (
    "住宅ローンの借り換え", "投資信託の積立", "事業承継のご相談", "設備資金のご融資", "教育資金の準備", "相続・遺言信託",
    "法人カードの導入", "給与振込の一括契約", "退職金の運用", "太陽光発電設備のリース",
)  # fmt: skip


def build(chance: random.Random, customers: Sequence[UUID]) -> None:
    """Each opened by whoever is in charge, under a permit of theirs."""
    charge = Customer.objects.filter(subject__in=customers, owner__isnull=False).order_by("subject")
    people = {one.pk: one for one in Person.objects.filter(is_active=True) if "sales" in one.roles}
    for owner, mine in _by_owner(charge, people).items():
        for one in chance.sample(mine, min(len(mine), EACH)):
            _deal(chance, people[owner], one.pk)


def _deal(chance: random.Random, person: Person, subject: UUID) -> None:
    written = {
        "title": chance.choice(TITLES),
        "amount": str(chance.randrange(1, 80) * 500_000),
        "expected": (clock.today() + timedelta(days=chance.randrange(7, 150))).isoformat(),
        "note": "",
    }
    with clock.earlier(timedelta(days=chance.randrange(90))):
        door = Door("web", "192.0.2.21", request=ordered_id().hex)
        permit = decide(person, Action.DEAL_OPEN, door=door, subject=subject)
        services.open_deal(permit, subject, written=written, stage=chance.choice(list(STAGES)))


def _by_owner(charge: Iterable[Customer], people: Mapping[UUID, Person]) -> dict[UUID, list[Customer]]:
    found: dict[UUID, list[Customer]] = {}
    for one in charge:
        if one.owner_id is not None and one.owner_id in people:
            found.setdefault(one.owner_id, []).append(one)
    return found
