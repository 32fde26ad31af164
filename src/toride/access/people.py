"""The people of the institution: who they are and where they belong."""

from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from toride.access.models import Branch, Department, Person
from toride.access.roles import SHIPPED
from toride.base.errors import Conflict, Invalid

SHIPPED_ROLES = frozenset(SHIPPED)


def add(
    username: str,
    name: str,
    *,
    roles: list[str],
    branch: Branch | None = None,
    department: Department | None = None,
    rank: int = 1,
    password: str | None = None,
) -> Person:
    """A new person. Raises Invalid for an unknown role or a weak password, Conflict for a taken sign-in name."""
    unknown = sorted(set(roles) - SHIPPED_ROLES)
    if unknown:
        raise Invalid(f"There is no role {', '.join(unknown)}. Roles: {', '.join(sorted(SHIPPED_ROLES))}.")
    if Person.objects.filter(username=username).exists():
        raise Conflict(f"The sign-in name {username} is taken.")
    person = Person(username=username, name=name, roles=roles, branch=branch, department=department, rank=rank)
    if password is None:
        person.set_unusable_password()
    else:
        try:
            validate_password(password, person)
        except ValidationError as error:
            raise Invalid(" ".join(error.messages)) from None
        person.set_password(password)
    person.save()
    return person


def find(username: str) -> Person:
    """The person with this sign-in name; Invalid where there is none."""
    person = Person.objects.filter(username=username).first()
    if person is None:
        raise Invalid(f"Nobody signs in as {username}.")
    return person


def id_of(username: str) -> UUID | None:
    """The id of a sign-in name, or None."""
    return Person.objects.filter(username=username).values_list("id", flat=True).first()
