"""What a person does to find customers again: save, share and remove a view, set a star."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from toride.audit import recorded
from toride.base import clock
from toride.base.errors import Conflict, Hidden, Invalid, Refused
from toride.customers.actions import Action
from toride.customers.fields import line
from toride.customers.finding.setting import Setting
from toride.customers.models import FirstView, SavedView, Star
from toride.vault import records
from toride.vault.keyring import Kind
from toride.vault.permit import Mode, Permit

MOST_VIEWS = 100
MOST_STARS = 200
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
        row = SavedView(person_id=permit.actor.id, created=clock.now())
    else:
        row = _own(permit, view)
        if row.reach != Reach.OWN:
            raise Refused("duty")
    _keep(permit, row, name, setting)
    if first:
        _prefer(permit, row.pk)
    return row.pk


@recorded(Action.VIEW_SHARE)
def share(permit: Permit, *, view: UUID, reach: str, branch: str | None, name: str, setting: Setting) -> None:
    """Shows one's own view to one's branch or to everyone, or takes it back; `branch` is the person's.

    Raises Refused where the duty does not reach that far: everybody's needs all rows, the branch's those of it.
    """
    row = _own(permit, view)
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
def remove(permit: Permit, *, view: UUID) -> None:
    """Removes one's own view; `restore` brings it back within UNDO."""
    row = _own(permit, view)
    row.removed = clock.now()
    row.save(update_fields=["removed"])
    permit.ledger.facts |= {"view": str(view), "removed": True}


@recorded(Action.VIEW_SAVE, did="restore")
def restore(permit: Permit, *, view: UUID) -> None:
    """Brings a removed view back. Raises Hidden where there is none, or UNDO is over."""
    removed = SavedView.objects.filter(pk=view, person=permit.actor.id, removed__gte=clock.now() - UNDO)
    if not removed.update(removed=None):
        raise Hidden
    permit.ledger.facts |= {"view": str(view), "removed": False}


@recorded(Action.VIEW_SAVE, did="prefer")
def prefer(permit: Permit, *, view: UUID | None) -> None:
    """The person's list begins with this view, which they may open; None: with everyone."""
    if view is None:
        FirstView.objects.filter(person=permit.actor.id).delete()
        permit.ledger.facts["first"] = ""
    else:
        _prefer(permit, view)


@recorded(Action.STAR_SET)
def star(permit: Permit, subject: UUID, *, on: bool) -> None:
    """Sets or takes the actor's star of a customer. Raises Conflict above MOST_STARS."""
    own = Star.objects.filter(person=permit.actor.id)
    if not on:
        own.filter(customer=subject).delete()
    elif not own.filter(customer=subject).exists():
        if own.count() >= MOST_STARS:
            raise Conflict(
                _("You have the maximum of %(most)d starred customers. Unstar one first.") % {"most": MOST_STARS}
            )
        Star.objects.create(person_id=permit.actor.id, customer_id=subject, at=clock.now())
    permit.ledger.touch(subject, Mode.LISTED)
    permit.ledger.did = "set" if on else "take"
    permit.ledger.facts["star"] = on


def _own(permit: Permit, view: UUID) -> SavedView:
    row = SavedView.objects.filter(pk=view, person=permit.actor.id, removed=None).first()
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


def _prefer(permit: Permit, view: UUID) -> None:
    FirstView.objects.update_or_create(person_id=permit.actor.id, defaults={"view_id": view})
    permit.ledger.facts["first"] = str(view)
