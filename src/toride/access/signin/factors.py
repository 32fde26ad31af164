"""What a person has beside a password: enrolled, used and removed as events, and sealed for that person alone."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from toride.access.actions import Action
from toride.access.models import Factor
from toride.access.signin import onetime, passkeys
from toride.access.signin.passkeys import Passkey
from toride.audit import recorded
from toride.base import clock
from toride.base.errors import Conflict, Hidden, Invalid
from toride.base.ids import random_id
from toride.vault import persons
from toride.vault.permit import Permit

Kind = Factor.Kind
SECOND = (Kind.TOTP, Kind.KEY)  # recovery codes alone are none
MOST_KEYS = 10


def of(person: UUID) -> list[Factor]:
    """What the person has, the oldest first."""
    return list(Factor.objects.filter(person=person).order_by("created"))


def stand(person: UUID) -> bool:
    """Has the person a second factor?"""
    return Factor.objects.filter(person=person, kind__in=SECOND).exists()


def keys(person: UUID) -> dict[UUID, Passkey]:
    """The person's passkeys, by the factor that holds them."""
    rows = Factor.objects.filter(person=person, kind=Kind.KEY).order_by("created")
    return {row.pk: passkeys.kept(_open(row)) for row in rows}


def codes_left(person: UUID) -> int:
    """How many recovery codes are not used."""
    row = Factor.objects.filter(person=person, kind=Kind.CODES).first()
    return len(_open(row)["codes"]) if row else 0


@recorded(Action.FACTOR_ENROL)
def enrol_app(permit: Permit, *, secret: str, typed: str) -> list[str]:
    """An authenticator app, in place of the one before; recovery codes, where there were none.

    Raises Invalid where the code is not the app's.
    """
    step = onetime.step_of(secret, typed, now=clock.timestamp(), after=0)
    if step is None:
        raise Invalid("code", {"code": _("This code doesn't match. Wait for the next one and try again.")})
    Factor.objects.filter(person=permit.actor.id, kind=Kind.TOTP).delete()
    _keep(permit, Kind.TOTP, {"secret": secret, "used": step})
    return _first_codes(permit)


@recorded(Action.FACTOR_ENROL)
def enrol_key(permit: Permit, *, name: str, key: Passkey) -> list[str]:
    """A passkey under a name; recovery codes, where there were none. Raises Conflict above MOST_KEYS."""
    if Factor.objects.filter(person=permit.actor.id, kind=Kind.KEY).count() >= MOST_KEYS:
        raise Conflict(_("You have the maximum number of passkeys. Remove one first."))
    _keep(permit, Kind.KEY, key.content(), name.strip()[:60])
    return _first_codes(permit)


@recorded(Action.FACTOR_ENROL, did="renew")
def renew_codes(permit: Permit) -> list[str]:
    """New recovery codes; those before end. Raises Conflict where there is no second factor to recover."""
    if not stand(permit.actor.id):
        raise Conflict(_("To get recovery codes, add an authenticator app or a passkey."))
    Factor.objects.filter(person=permit.actor.id, kind=Kind.CODES).delete()
    return _first_codes(permit)


@recorded(Action.FACTOR_REMOVE)
def remove(permit: Permit, *, factor: UUID, last: bool) -> None:
    """Removes one's own factor; with the last one its recovery codes.

    Raises Hidden for any other, Conflict where it is the last one and `last` says that it must stay.
    """
    mine = Factor.objects.select_for_update().filter(person=permit.actor.id)
    row = next((one for one in mine if one.pk == factor and one.kind in SECOND), None)
    if row is None:
        raise Hidden
    others = [one for one in mine if one.kind in SECOND and one.pk != factor]
    if not others and not last:
        raise Conflict(_("Your role requires a second factor. Add another one before you remove this one."))
    permit.ledger.facts["factor"] = row.kind
    row.delete()
    if not others:
        Factor.objects.filter(person=permit.actor.id).delete()


def use_code(person: UUID, typed: str) -> Kind | None:
    """Is it a code of the person's app, or one of their recovery codes? Which it was; it is used up. None: neither."""
    with transaction.atomic():
        rows = Factor.objects.select_for_update().filter(person=person).exclude(kind=Kind.KEY)
        for row in rows.order_by("-kind"):
            content = _open(row)
            if _use(row, content, typed):
                row.blob, row.used = persons.seal_for(person, _place(row), content), clock.now()
                row.save(update_fields=["blob", "used"])
                return Kind(row.kind)
    return None


def use_key(request: HttpRequest, person: UUID, answer: str) -> bool:
    """Did one of the person's passkeys answer what was asked?"""
    with transaction.atomic():
        rows = {row.pk: row for row in Factor.objects.select_for_update().filter(person=person, kind=Kind.KEY)}
        known = {pk: passkeys.kept(_open(row)) for pk, row in rows.items()}
        try:
            found = passkeys.answered(request, answer, known.values())
        except Invalid:
            return False
        used = next(pk for pk, one in known.items() if one.credential == found.credential)
        row = rows[used]
        row.blob, row.used = persons.seal_for(person, _place(row), found.content()), clock.now()
        row.save(update_fields=["blob", "used"])
    return True


def _use(row: Factor, content: dict[str, Any], typed: str) -> bool:
    if row.kind == Kind.TOTP:
        step = onetime.step_of(content["secret"], typed, now=clock.timestamp(), after=content["used"])
        if step is None:
            return False
        content["used"] = step
        return True
    one = onetime.digest(typed)
    if one not in content["codes"]:
        return False
    content["codes"].remove(one)
    return True


def _keep(permit: Permit, kind: Kind, content: dict[str, Any], name: str = "") -> None:
    person = permit.actor.id
    row = Factor(pk=random_id(), person_id=person, kind=kind, name=name, created=clock.now())
    row.blob = persons.seal_for(person, _place(row), content)
    row.save(force_insert=True)
    permit.ledger.facts["factor"] = str(kind)


def _first_codes(permit: Permit) -> list[str]:
    if Factor.objects.filter(person=permit.actor.id, kind=Kind.CODES).exists():
        return []
    codes = onetime.new_codes()
    what = permit.ledger.facts.get("factor", Kind.CODES.value)
    _keep(permit, Kind.CODES, {"codes": [onetime.digest(one) for one in codes]})
    permit.ledger.facts |= {"factor": what, "codes": len(codes)}
    return codes


def _open(row: Factor) -> dict[str, Any]:
    return persons.open_for(row.person_id, _place(row), bytes(row.blob))


def _place(row: Factor) -> str:
    return f"{row.kind}:{row.pk}"
