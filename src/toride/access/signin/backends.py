"""Whom a session names, with where they belong, the rules of sign-in and whether anything waits: one statement."""

from typing import Any
from uuid import UUID

from allauth.account.auth_backends import AuthenticationBackend

from toride.access.models import Branch, Department, Person
from toride.access.signin import rules
from toride.vault import rows

STORE = "default"
_ASKED = {"id", "username", "name", "password", "is_active", "rank", "branch_id", "department_id", "roles", "created",
          "password_changed", "seal"}  # fmt: skip
_NAMES = tuple(field.attname for field in Person._meta.concrete_fields if field.attname in _ASKED)  # noqa: SLF001 - Django's own name; in the order in which a row becomes a person
_READ = (
    f"SELECT {', '.join(f'p.{name}' for name in _NAMES)}, b.name, d.name,"  # noqa: S608 - our names
    " r.content, r.seal,"
    " EXISTS (SELECT 1 FROM access_factor f WHERE f.person_id = p.id AND f.kind <> 'codes'),"
    " EXISTS (SELECT 1 FROM access_approval WHERE state IN ('waiting', 'held')) FROM access_person p"
    " LEFT JOIN access_signinrules r ON r.id = 1"
    " LEFT JOIN access_branch b ON b.code = p.branch_id"
    " LEFT JOIN access_department d ON d.code = p.department_id WHERE p.id = %s"
)


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """allauth's own in everything but the reading."""

    def get_user(self, user_id: UUID) -> Person | None:
        """The person, unless unknown or no longer active."""
        read = rows.fetch(STORE, _READ, [rows.to_id(STORE, user_id)])
        if not read:
            return None
        *values, branch, department, text, seal, factor, asked = read[0]
        found: Any = Person.from_db(STORE, _NAMES, values)
        found.id, found.is_active = rows.from_id(found.id), bool(found.is_active)
        found.roles = rows.from_list(found.roles)
        found.created = rows.from_moment(found.created)
        found.password_changed = rows.from_moment(found.password_changed) if found.password_changed else None
        found.rules, found.factor, found.asked = rules.believed(text, seal), bool(factor), bool(asked)
        if not self.user_can_authenticate(found):
            return None
        found.branch = Branch(code=found.branch_id, name=branch) if found.branch_id else None
        found.department = Department(code=found.department_id, name=department) if found.department_id else None
        return found  # type: ignore[no-any-return]
