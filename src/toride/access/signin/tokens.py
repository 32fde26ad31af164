"""Personal tokens: what the command line asks for outside a demonstration. Shown once, kept as a keyed digest."""

import hmac
import secrets
from datetime import timedelta

from django.utils.translation import gettext as _

from toride.access import integrity
from toride.access.models import Person, PersonalToken
from toride.base import clock
from toride.base.errors import Refused

PREFIX = "toride_pt_"
LIFETIME = timedelta(hours=12)


def issue(person: Person) -> str:
    """A new token of 256 random bits, valid for LIFETIME; only a keyed digest of it is kept, good for this person."""
    token, expires = PREFIX + secrets.token_urlsafe(32), clock.now() + LIFETIME
    PersonalToken.objects.create(person=person, digest=integrity.of_token(token, person.pk, expires), expires=expires)
    return token


def holder(token: str) -> Person:
    """Whose token it is. Raises Refused for an unknown, expired or revoked one, or a disabled person."""
    living = PersonalToken.objects.filter(revoked=False, expires__gt=clock.now(), person__is_active=True)
    found = next((one for one in living.select_related("person") if _is(token, one)), None)
    if found is None:
        raise Refused(_("This token is not valid. Get a new one with: ./toride token USER"))
    return found.person


def end_all(person: Person) -> int:
    """Ends every token of the person, in the caller's transaction; how many."""
    return PersonalToken.objects.filter(person=person, revoked=False).update(revoked=True)


def _is(token: str, row: PersonalToken) -> bool:
    """Is this the row's token, and the row as it was issued?"""
    return hmac.compare_digest(bytes(row.digest), integrity.of_token(token, row.person_id, row.expires))
