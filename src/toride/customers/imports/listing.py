"""The imports that a permit reaches, newest first, each with its state."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from toride.access import scope
from toride.access.models import Person
from toride.customers.imports import drafts, progress
from toride.customers.imports.drafts import About
from toride.customers.models import Import
from toride.jobs.models import State
from toride.vault.permit import Permit

SHOWN = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One import: `state` is draft, undone, or the state of its job."""

    source: Import
    about: About
    person: str
    state: str
    how: progress.Progress | None


def imports(permit: Permit, *, with_drafts: bool) -> list[Line]:
    """The newest SHOWN within the permit's rows; drafts only where asked for."""
    found = within(permit)
    if not with_drafts:
        found = found.exclude(job=None)
    kept = list(found[:SHOWN])
    who = names(kept)
    permit.ledger.facts["imports"] = len(kept)
    return [_line(permit, one, who.get(one.person, "—")) for one in kept]


def within(permit: Permit) -> QuerySet[Import]:
    """Those in the permit's rows, the newest first."""
    found = Import.objects.select_related("job", "trial", "taking_back", "branch").order_by("-created")
    return scope.within(permit, found, owner="person", subject="")


def names(found: Iterable[Import]) -> dict[UUID, str]:
    """Who brought them."""
    return dict(Person.objects.filter(id__in={one.person for one in found}).values_list("id", "name"))


def state(source: Import) -> str:
    """In one word."""
    if source.undone:
        return "undone"
    if source.taking_back and source.taking_back.state != State.DONE:
        return "undoing"
    return source.job.state if source.job else "draft"


def _line(permit: Permit, one: Import, person: str) -> Line:
    job = progress.current(one)
    return Line(one, drafts.about(permit, one), person, state(one), progress.of(job) if job else None)
