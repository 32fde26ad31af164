"""What a person does with the views of a list: save, share, remove, restore, begin with one."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from toride.audit import recorded
from toride.base import clock
from toride.base.errors import Conflict, Hidden, Invalid, Refused
from toride.fields.types import line
from toride.lists.actions import Action
from toride.lists.declaration import List
from toride.lists.models import FirstView, SavedView
from toride.lists.setting import Setting
from toride.vault import records
from toride.vault.keyring import Kind
from toride.vault.permit import Permit

MOST_VIEWS = 100
NAME_LENGTH = 60
UNDO = timedelta(hours=1)
Reach = SavedView.Reach


@recorded(Action.VIEW_SAVE)
def save(permit: Permit, *, name: str, setting: Setting, view: UUID | None = None, first: bool = False) -> UUID:
    """A new view of one's own, or one's own private view anew. Raises Invalid, Hidden, Conflict above MOST_VIEWS.

    A view that others see is changed by `share`: Refused.
    """
    mine = SavedView.objects.filter(person=permit.actor.id)
    mine.filter(removed__lt=clock.now() - UNDO).delete()
    if view is None:
        if mine.filter(removed=None).count() >= MOST_VIEWS:
            raise Conflict(_("You have the maximum of %(most)d views. Delete one first.") % {"most": MOST_VIEWS})
        row = SavedView(person_id=permit.actor.id, list=setting.of.code, created=clock.now())
    else:
        row = _own(permit, setting.of, view)
        if row.reach != Reach.OWN:
            raise Refused("duty")
    _keep(permit, row, name, setting)
    if first:
        _prefer(permit, setting.of, row.pk)
    return row.pk


@recorded(Action.VIEW_SHARE)
def share(permit: Permit, *, view: UUID, reach: str, branch: str | None, name: str, setting: Setting) -> None:
    """Shows one's own view to one's branch or to everyone, or takes it back; `branch` is the person's.

    Raises Refused where the duty does not reach that far: everybody's needs all rows, the branch's those of it.
    """
    row = _own(permit, setting.of, view)
    if reach not in Reach.values:
        raise Invalid(_("Choose who can see this view."))
    far = reach == Reach.OWN or permit.rows.everything
    if not far and not (reach == Reach.BRANCH and branch in permit.rows.branches):
        raise Refused("scope")
    if reach == Reach.BRANCH and branch is None:
        raise Refused("scope")
    row.reach, row.branch_id = reach, branch if reach == Reach.BRANCH else None
    _keep(permit, row, name, setting)


@recorded(Action.VIEW_SAVE, did="remove")
def remove(permit: Permit, of: List, *, view: UUID) -> None:
    """Removes one's own view; `restore` brings it back within UNDO."""
    row = _own(permit, of, view)
    row.removed = clock.now()
    row.save(update_fields=["removed"])
    permit.ledger.facts |= {"view": str(view), "removed": True}


@recorded(Action.VIEW_SAVE, did="restore")
def restore(permit: Permit, of: List, *, view: UUID) -> None:
    """Brings a removed view back. Raises Hidden where there is none, or UNDO is over."""
    removed = SavedView.objects.filter(pk=view, list=of.code, person=permit.actor.id, removed__gte=clock.now() - UNDO)
    if not removed.update(removed=None):
        raise Hidden
    permit.ledger.facts |= {"view": str(view), "removed": False}


@recorded(Action.VIEW_SAVE, did="prefer")
def prefer(permit: Permit, of: List, *, view: UUID | None) -> None:
    """The person's list begins with this view, which they may open; None: with everything."""
    if view is None:
        FirstView.objects.filter(person=permit.actor.id, list=of.code).delete()
        permit.ledger.facts["first"] = ""
    else:
        _prefer(permit, of, view)


def _own(permit: Permit, of: List, view: UUID) -> SavedView:
    row = SavedView.objects.filter(pk=view, list=of.code, person=permit.actor.id, removed=None).first()
    if row is None:
        raise Hidden
    return row


def _keep(permit: Permit, row: SavedView, name: str, setting: Setting) -> None:
    content: Mapping[str, Any] = {"name": _name(name), "setting": setting.stored()}
    row.blob = records.seal_with(Kind.FILES, content, row.pk)
    row.save()
    permit.ledger.facts |= {"view": str(row.pk), "reach": str(row.reach), "filters": sorted(setting.filters)}


def _name(written: str) -> str:
    found = line(written, NAME_LENGTH)
    if not found:
        raise Invalid(_("Enter a name for the view."), {"name": _("Enter a name for the view.")})
    return found


def _prefer(permit: Permit, of: List, view: UUID) -> None:
    FirstView.objects.update_or_create(person_id=permit.actor.id, list=of.code, defaults={"view_id": view})
    permit.ledger.facts["first"] = str(view)
