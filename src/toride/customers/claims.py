"""Whose a customer number is: nobody else may take it; and who has one that is nearly the same."""

from collections.abc import Collection, Sequence
from uuid import UUID

from toride.base.errors import Doubtful
from toride.customers.numbers import NEAR, NUMBER, exact, near, neighbours
from toride.fields import folding
from toride.vault.amending import Amendment, judged
from toride.vault.index import lookup
from toride.vault.permit import Category


class NearNumber(Doubtful):
    """A customer within the permit's rows, `facts["customer"]`, has nearly this number; it may still be meant."""

    status = 409


def claim(made: Sequence[tuple[str, UUID]]) -> None:
    """Each number is a customer's from the caller's transaction on. Taken where one is another's."""
    lookup.claim_many(NUMBER, made)
    lookup.claim_free(NEAR, [(near(number), subject) for number, subject in made if near(number) != number])


def release(subject: UUID) -> None:
    """A customer's number is free again when the caller's transaction commits."""
    for kind in (NUMBER, NEAR):
        lookup.release_subject(kind, subject)


def owners(wanted: Collection[str]) -> dict[str, UUID]:
    """Whose exactly these numbers are. Of what an earlier version took down folded, the record itself tells."""
    found = lookup.find(NUMBER, wanted)
    folded = {number: folding.plain_number(number) for number in wanted if number not in found}
    held = lookup.find(NUMBER, {plain for number, plain in folded.items() if plain != number})
    asked = [
        Amendment(subject=subject, category=Category.BASIC, kind="profile", changes={})
        for subject in {held[plain] for plain in folded.values() if plain in held}
    ]
    borne = judged(asked, lambda standing, _changes: _among(folded, exact(standing.get("number") or "")))
    return found | {number: subject for subject, number in borne.items() if number}


def _among(wanted: Collection[str], number: str) -> str:
    return number if number in wanted else ""


def alike(wanted: Collection[str]) -> dict[str, UUID]:
    """Who has nearly one of these numbers, another than it: at most one of them for each."""
    return {number: those[0] for number, those in each_alike(wanted).items() if those}


def each_alike(wanted: Collection[str]) -> dict[str, list[UUID]]:
    """As `alike`, with all who are known to have one that is nearly the same."""
    values = {number: neighbours(number) for number in wanted}
    exactly = lookup.find(NUMBER, {value for those in values.values() for value in those})
    nearly = lookup.find(NEAR, {near(number) for number in wanted})
    return {
        number: list(dict.fromkeys(
            [nearly[one] for one in (near(number),) if one in nearly]
            + [exactly[one] for one in sorted(those) if one in exactly]
        ))
        for number, those in values.items()
    }  # fmt: skip
