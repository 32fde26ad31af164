"""The imports that a permit reaches, each with its state: as a list, and the newest for machines."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from toride.access import policy, scope
from toride.access.models import Person
from toride.customers.actions import Action
from toride.customers.imports import drafts, progress
from toride.customers.imports.drafts import About
from toride.customers.models import Import
from toride.jobs.models import State
from toride.lists import columns, tables
from toride.lists.ask import Ask, Found
from toride.lists.columns import Look
from toride.lists.declaration import Column, List, Sort, Source, Words, declare
from toride.lists.options import by_branch
from toride.ui.jinja import figure, moment
from toride.vault.permit import Permit

SHOWN = 100
COUNTS = (
    ("created", lazy("Created")), ("changed", lazy("Changed")), ("unchanged", lazy("Unchanged")),
    ("rejected", lazy("Skipped rows")), ("warnings", lazy("Warnings")),
)  # fmt: skip
STATES: dict[str, tuple[Any, str]] = {
    "draft": (lazy("Draft"), "off"), "undone": (lazy("Undone"), "off"), "undoing": (lazy("Undoing"), "soon"),
    State.DONE: (lazy("Done"), "ok"), State.RUNNING: (lazy("Running"), "ai"), State.FAILED: (lazy("Failed"), "late"),
    State.CANCELLED: (lazy("Cancelled"), "soon"), State.QUEUED: (lazy("Waiting"), "soon"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One import: `state` is draft, undone, or the state of its job."""

    source: Import
    about: About
    person: str
    state: str
    how: progress.Progress | None


def search(permit: Permit, ask: Ask) -> Found[Line]:
    """Those in the permit's rows; drafts only for whoever may begin one."""
    found = within(permit)
    person = Person.objects.get(pk=permit.actor.id)
    if not policy.current().of(person.roles, person.rank, Action.FILE_IMPORT):
        found = found.exclude(job=None)
    return tables.page(permit, ask, found, IMPORTS.sorts, IMPORTS.filters, lambda rows: _lines(permit, rows))


def newest(permit: Permit) -> list[Line]:
    """The newest SHOWN that were started."""
    found = _lines(permit, list(within(permit).exclude(job=None)[:SHOWN]))
    permit.ledger.facts["imports"] = len(found)
    return found


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


def _lines(permit: Permit, found: Sequence[Import]) -> list[Line]:
    who = names(found)
    return [_line(permit, one, who.get(one.person, "—")) for one in found]


def _line(permit: Permit, one: Import, person: str) -> Line:
    job = progress.current(one)
    return Line(one, drafts.about(permit, one), person, state(one), progress.of(job) if job else None)


def _when(one: Line, _look: Look) -> Any:
    made = one.source.created
    address = reverse(_step(one), kwargs={"number": one.source.pk})
    return format_html('<a href="{}"><time datetime="{}">{}</time></a>', address, made.isoformat(), moment(made))


def _step(one: Line) -> str:
    """The page on which it goes on."""
    if one.state != "draft":
        return "import_result"
    return "import_check" if one.source.trial else "import_columns" if one.source.targets else "import_file"


def _state(one: Line, _look: Look) -> Any:
    label, tone = STATES[one.state]
    beside = ""
    if one.how and one.state == State.RUNNING and one.how.percent is not None:
        beside = f"{one.how.percent}%"
    elif one.how and one.state == State.QUEUED and one.how.ahead:
        beside = _("before it: %(count)s") % {"count": one.how.ahead}
    badge = '<span class="badge" data-tone="{}">{}</span> <small class="muted">{}</small>'
    return format_html(badge, tone, label, beside)


def _count(name: str) -> Any:
    return lambda one, _look: "—" if one.state == "draft" else figure(one.source.counts.get(name, 0))


IMPORTS = declare(
    List(
        code="imports",
        action=Action.IMPORT_READ,
        columns=(
            Column("when", lazy("When"), (), _when, sort="created"),
            Column("file", lazy("File"), (), lambda one, _look: one.about.name or "—"),
            Column("who", lazy("Who"), (), lambda one, _look: one.person),
            Column("branch", lazy("Branch"), (), lambda one, _look: one.source.branch.name),
            Column("state", lazy("State"), (), _state),
            *(Column(name, label, (), _count(name), figure=True) for name, label in COUNTS),
        ),
        sorts=(Sort("created", lazy("By date"), column="created", falling=True),),
        filters=(by_branch("branch"),),
        source=Source(search, columns.rows),
        words=Words(
            lazy("Imports"),
            lazy("All imports"),
            (
                lazy("No imports yet"),
                lazy("CSV, TSV or Excel; CP932, UTF-8 or UTF-16. Columns are recognised by heading and content."),
            ),
        ),
    )
)
