"""The views of lists that a person may open, and which one each list begins with."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from toride.access.models import Person
from toride.base.errors import Hidden
from toride.lists.declaration import List, declared
from toride.lists.models import FirstView, SavedView
from toride.lists.setting import Setting, kept
from toride.vault import records, rows
from toride.vault.aead import Unopenable
from toride.vault.keyring import Kind
from toride.vault.permit import Permit

STORE = "default"
_WITHIN = (
    "SELECT v.id, v.list, v.blob, v.reach, v.person_id, f.view_id IS NOT NULL FROM lists_savedview v"
    " LEFT JOIN lists_firstview f ON f.view_id = v.id AND f.person_id = %s"
    " WHERE v.removed IS NULL AND (v.person_id = %s OR v.reach = 'all' OR (v.reach = 'branch' AND v.branch_id = %s))"
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


def views(permit: Permit, person: Person) -> Sequence[View]:
    """One's own and those shared with this person, of every list, by name. One that no key opens any more is left out.

    One plain statement: every page's sidebar asks.
    """
    me = rows.to_id(STORE, person.pk)
    found = []
    for one, code, blob, reach, owner, first in rows.fetch(STORE, _WITHIN, [me, me, person.branch_id]):
        view = rows.from_id(one)
        with suppress(Unopenable, KeyError):  # no key opens it, or its list is no more
            content = records.open_with(permit, Kind.FILES, bytes(blob), view)
            setting = kept(declared()[code], content["setting"])
            found.append(View(view, content["name"], setting, reach, rows.from_id(owner) == person.pk, bool(first)))
    return sorted(found, key=lambda view: (not view.mine, view.name))


def view(permit: Permit, person: Person, one: UUID, of: List | None = None) -> View:
    """One of `views`, of this list. Raises Hidden for any other: unknown, removed, or somebody's own."""
    row = within(person).filter(pk=one).first()
    if row is None or row.list not in declared() or (of is not None and row.list != of.code):
        raise Hidden
    first = FirstView.objects.filter(person=person.pk, view=one).exists()
    content = records.open_with(permit, Kind.FILES, bytes(row.blob), row.pk)
    setting = kept(declared()[row.list], content["setting"])
    return View(row.pk, content["name"], setting, row.reach, row.person_id == person.pk, first)


def within(person: Person) -> QuerySet[SavedView]:
    """The rows of the views that this person may open."""
    shared = Q(reach=Reach.ALL) | Q(reach=Reach.BRANCH, branch__isnull=False, branch=person.branch_id)
    return SavedView.objects.filter(Q(person=person.pk) | shared, removed=None)


def first(permit: Permit, person: Person, of: List) -> View | None:
    """The view that the person's list begins with."""
    found = FirstView.objects.filter(person=person.pk, list=of.code).values_list("view", flat=True).first()
    try:
        return view(permit, person, found, of) if found else None
    except (Hidden, Unopenable):
        return None
