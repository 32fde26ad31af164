"""What can be done with a deal: each is one transaction and one event."""

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext as _

from toride.audit import recorded
from toride.base import clock
from toride.base.errors import Hidden, Invalid
from toride.fields import kinds
from toride.sales import queries
from toride.sales.actions import Action
from toride.sales.models import DEAL, STAGES, Deal
from toride.vault.permit import Mode, Permit


@recorded(Action.DEAL_OPEN)
def open_deal(permit: Permit, subject: UUID, *, written: Mapping[str, str], stage: str = "lead") -> UUID:
    """A new deal with a customer. Raises Invalid with advice by field, Refused for a field that is not open."""
    _must_be_stage(stage)
    record, now = kinds.add(permit, DEAL, subject, written), clock.now()
    Deal.objects.create(id=record, customer_id=subject, stage=stage, opened=now, moved=now)
    permit.ledger.touch(subject, Mode.CREATED, DEAL.category)
    permit.ledger.facts |= {"deal": str(record), "stage": stage}
    return record


@recorded(Action.DEAL_CHANGE, did="move")
def move(permit: Permit, subject: UUID, *, deal: UUID, stage: str) -> None:
    """To another stage; what the deal is about is not opened. Raises Hidden for one that is not this customer's."""
    _must_be_stage(stage)
    if not queries.within(permit).filter(pk=deal, customer=subject).update(stage=stage, moved=clock.now()):
        raise Hidden
    permit.ledger.touch(subject, Mode.CHANGED)
    permit.ledger.facts |= {"deal": str(deal), "stage": stage}


@recorded(Action.DEAL_CHANGE)
def change(permit: Permit, subject: UUID, *, deal: UUID, written: Mapping[str, str], revision: int | None) -> list[str]:
    """Changes what a deal says; the names of what changed. Raises Invalid, Refused, Hidden, Conflict."""
    with permit.ledger.unseen():
        held = queries.one(permit, subject, deal).held
    note = {"who": permit.actor.name, "who_id": str(permit.actor.id)}
    changed = kinds.change(permit, held, written, revision=revision, note=note)
    permit.ledger.touch(subject, Mode.CHANGED, DEAL.category)
    permit.ledger.facts |= {"deal": str(deal), "fields": changed}
    return changed


def _must_be_stage(stage: str) -> None:
    if stage not in STAGES:
        raise Invalid(_("Choose a stage."), {"stage": _("Choose a stage.")})
