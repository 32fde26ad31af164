"""Mappings that a person keeps by name, and the last one used; found again by the headings of a file."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from toride.audit import recorded
from toride.base import clock
from toride.base.errors import Invalid, Unavailable
from toride.customers.actions import Action
from toride.customers.imports import mapping
from toride.customers.models import Import, SavedMapping
from toride.vault import records
from toride.vault.keyring import Kind
from toride.vault.permit import Permit

MOST = 50  # of one person; the one not used for longest makes room
LONGEST = 60
CONTEXT = "mapping"


@dataclass(frozen=True, slots=True)
class Saved:
    """A kept mapping: without a name, the last one used. `fits`: the file has exactly its headings."""

    number: int
    name: str
    targets: dict[str, str] = field(repr=False)
    fits: bool = False


def offered(permit: Permit, headings: Sequence[str]) -> list[Saved]:
    """The person's own, those that fit these headings first."""
    wanted = {mapping.plain_heading(one) for one in headings if one.strip()}
    found = []
    for one in SavedMapping.objects.filter(person=permit.actor.id).order_by("-used")[: MOST + 1]:
        content = records.open_with(permit, Kind.FILES, bytes(one.blob), CONTEXT)
        if content.get("person", str(permit.actor.id)) != str(permit.actor.id):
            raise Unavailable("altered")
        fits = bool(wanted) and wanted == set(content["headings"])
        found.append(Saved(one.pk, content["name"], content["targets"], fits))
    return sorted(found, key=lambda one: (not one.fits, one.name))


def applied(chosen: Saved, headings: Sequence[str]) -> list[str | None]:
    """The targets for a file with these headings."""
    return [chosen.targets.get(mapping.plain_heading(one)) for one in headings]


@recorded(Action.FILE_IMPORT, did="keep")
def keep(permit: Permit, *, source: Import, name: str, headings: Sequence[str]) -> None:
    """Keeps the columns of a draft under a name (empty: as the last one used). One of the same name is replaced."""
    if len(name) > LONGEST:
        raise Invalid(_("Enter at most %(most)d characters") % {"most": LONGEST})
    plain = [mapping.plain_heading(one) for one in headings]
    targets = {heading: target for heading, target in zip(plain, source.targets, strict=False) if heading and target}
    content = {"name": name, "headings": [one for one in plain if one], "targets": targets}
    content |= {"person": str(permit.actor.id)}
    own = SavedMapping.objects.filter(person=permit.actor.id)
    same = [one.number for one in offered(permit, headings) if one.name == name]
    own.filter(pk__in=same).delete()
    own.filter(pk__in=list(own.order_by("-used").values_list("pk", flat=True)[MOST - 1 :])).delete()
    blob = records.seal_with(Kind.FILES, content, CONTEXT)
    SavedMapping.objects.create(person=permit.actor.id, used=clock.now(), blob=blob)
    permit.ledger.facts |= {"import": str(source.pk), "mapping": "kept"}
