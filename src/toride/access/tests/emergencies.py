"""Emergency access as somebody takes it."""

from uuid import UUID

from tests.people import House
from toride.access.actions import Action
from toride.access.exceptions import emergencies
from toride.access.models import Glass, Person
from toride.vault.permit import Category, Opening

READ, WORDS = "customers:profile:read", "店頭で倒れられ、持病を確かめます。"


SENSITIVE = Category.SENSITIVE


def broken(
    house: House, subject: UUID, person: Person | None = None, categories: tuple[Category, ...] = (SENSITIVE,), minutes: int = 30
) -> Glass:  # fmt: skip
    permit = house.permit(person or house.teller, Action.GLASS_BREAK, subject)
    return emergencies.break_glass(
        permit, subject, kind="life", categories=categories, minutes=minutes, reason=WORDS
    )  # fmt: skip


def opening(house: House, person: Person, subject: UUID, category: Category = SENSITIVE, action: str = READ) -> Opening:
    return house.permit(person, action, subject).opening(category)
