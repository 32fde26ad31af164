"""Personal tokens: what the command line asks for outside a demonstration. Shown once, stored hashed."""

import hashlib
import secrets
from datetime import timedelta

from django.utils.translation import gettext as _

from toride.access.models import Person, PersonalToken
from toride.base import clock
from toride.base.errors import Refused

PREFIX = "toride_pt_"
LIFETIME = timedelta(hours=12)


def issue(person: Person) -> str:
    """A new token of 256 random bits, valid for LIFETIME; only its SHA-256 is kept."""
    token = PREFIX + secrets.token_urlsafe(32)
    PersonalToken.objects.create(person=person, digest=_digest(token), expires=clock.now() + LIFETIME)
    return token


def holder(token: str) -> Person:
    """Whose token it is. Raises Refused for an unknown, expired or revoked one, or a disabled person."""
    found = PersonalToken.objects.select_related("person").filter(digest=_digest(token)).first()
    if found is None or found.revoked or found.expires <= clock.now() or not found.person.is_active:
        raise Refused(_("This token is not valid. Get a new one with: ./toride token USER"))
    return found.person


def end_all(person: Person) -> int:
    """Ends every token of the person, in the caller's transaction; how many."""
    return PersonalToken.objects.filter(person=person, revoked=False).update(revoked=True)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
