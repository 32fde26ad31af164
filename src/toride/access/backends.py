"""Whom a session names, read with where they belong in one plain statement: each request begins with it."""

from typing import Any
from uuid import UUID

from allauth.account.auth_backends import AuthenticationBackend

from toride.access.models import Branch, Department, Person
from toride.vault import rows

STORE = "default"
_READ = (
    "SELECT p.*, b.name AS branch_name, d.name AS department_name FROM access_person p"
    " LEFT JOIN access_branch b ON b.code = p.branch_id"
    " LEFT JOIN access_department d ON d.code = p.department_id WHERE p.id = %s"
)


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """allauth's own in everything but the reading."""

    def get_user(self, user_id: UUID) -> Person | None:
        """The person, unless unknown or no longer active."""
        found: Any = next(iter(Person.objects.raw(_READ, [rows.to_id(STORE, user_id)])), None)
        if found is None or not self.user_can_authenticate(found):
            return None
        found.branch = Branch(code=found.branch_id, name=found.branch_name) if found.branch_id else None
        found.department = (
            Department(code=found.department_id, name=found.department_name) if found.department_id else None
        )
        return found  # type: ignore[no-any-return]
