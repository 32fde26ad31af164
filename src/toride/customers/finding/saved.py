"""What a person keeps to find customers again: saved views, stars, and whom they opened last."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from toride.access.models import Person
from toride.audit import recent
from toride.base.errors import Hidden
from toride.customers import queries
from toride.customers.actions import Action
from toride.customers.finding.setting import Setting, kept
from toride.customers.models import FirstView, SavedView
from toride.customers.queries import Profile
from toride.vault import records, rows
from toride.vault.aead import Unopenable
from toride.vault.keyring import Kind
from toride.vault.permit import Category, Permit

STORE = "default"
RECENT = 20
_WITHIN = (
    "SELECT v.id, v.blob, v.reach, v.person_id, f.view_id IS NOT NULL FROM customers_savedview v"
    " LEFT JOIN customers_firstview f ON f.view_id = v.id AND f.person_id = %s"
    " WHERE v.removed IS NULL AND (v.person_id = %s OR v.reach = 'all' OR (v.reach = 'branch' AND v.branch_id = %s))"
)
_STARS = (
    "SELECT s.customer_id FROM customers_star s JOIN customers_customer c ON c.subject_id = s.customer_id"
    " WHERE s.person_id = %s AND c.hidden IS NULL ORDER BY s.at DESC"
)
Reach = SavedView.Reach


@dataclass(frozen=True, slots=True)
class View:
    """A saved view as this person sees it."""

    id: UUID
    name: str
    setting: Setting
    reach: str
    mine: bool
    first: bool


def views(permit: Permit, person: Person) -> list[View]:
    """One's own and those shared with this person, by name. One that no key opens any more is left out.

    One plain statement: every page's sidebar asks.
    """
    me = rows.to_id(STORE, person.pk)
    found = []
    for one, blob, reach, owner, first in rows.fetch(STORE, _WITHIN, [me, me, person.branch_id]):
        view = rows.from_id(one)
        with suppress(Unopenable):
            content = records.open_with(permit, Kind.FILES, bytes(blob), view)
            mine = rows.from_id(owner) == person.pk
            found.append(View(view, content["name"], kept(content["setting"]), reach, mine, bool(first)))
    return sorted(found, key=lambda view: (not view.mine, view.name))


def view(permit: Permit, person: Person, one: UUID) -> View:
    """One of `views`. Raises Hidden for any other: unknown, removed, or somebody's own."""
    row = within(person).filter(pk=one).first()
    if row is None:
        raise Hidden
    first = FirstView.objects.filter(person=person.pk, view=one).values_list("view", flat=True).first()
    return _view(permit, row, person, first)


def within(person: Person) -> QuerySet[SavedView]:
    """The rows of the views that this person may open."""
    shared = Q(reach=Reach.ALL) | Q(reach=Reach.BRANCH, branch__isnull=False, branch=person.branch_id)
    return SavedView.objects.filter(Q(person=person.pk) | shared, removed=None)


def first(permit: Permit, person: Person) -> View | None:
    """The view that the person's list begins with."""
    found = FirstView.objects.filter(person=person.pk).values_list("view", flat=True).first()
    try:
        return view(permit, person, found) if found else None
    except (Hidden, Unopenable):
        return None


def stars(person: Person) -> list[UUID]:
    """Whom the person starred, the latest first; not all of them need be in scope."""
    return [rows.from_id(one) for (one,) in rows.fetch(STORE, _STARS, [rows.to_id(STORE, person.pk)])]


def last_opened(permit: Permit) -> list[UUID]:
    """Whose record the actor opened last; not all of them need be in scope."""
    return recent.latest(permit, Action.PROFILE_READ, RECENT)


def named(permit: Permit, subjects: Sequence[UUID]) -> list[Profile]:
    """Their names, as far as they are in the permit's rows."""
    return queries.profiles(permit, subjects, (Category.BASIC,)) if subjects else []


def _view(permit: Permit, row: SavedView, person: Person, first: UUID | None) -> View:
    content = records.open_with(permit, Kind.FILES, bytes(row.blob), row.pk)
    return View(
        row.pk, content["name"], kept(content["setting"]), row.reach, row.person_id == person.pk, row.pk == first
    )
