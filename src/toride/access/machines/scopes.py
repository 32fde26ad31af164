"""Which acts a connection may ask for: a scope names actions, and is never wider than the duties of the person."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Scope:
    """Some actions that go together."""

    code: str
    label: Any
    actions: frozenset[str]


READ = frozenset({"customers:list:search", "customers:profile:read"})
SCOPES = {
    scope.code: scope
    for scope in (
        Scope("customers", _("Customers: search, read, register, change"),
              READ | {"customers:profile:create", "customers:profile:change"}),
        Scope("customers.read", _("Customers: search and read"), READ),
        Scope("deals.read", _("Deals: list"), frozenset({"sales:deal:read"})),
        Scope("imports", _("Imports: send files, check, run, results"),
              frozenset({"customers:file:import", "customers:import:read"})),
        Scope("people", _("People: list and read"), frozenset({"access:person:read"})),
        Scope("scim", _("Provisioning: people and groups of a directory (SCIM)"),
              frozenset({"access:person:read", "access:person:provision"})),
        Scope("trail", _("Audit trail: list events, customer access history"),
              frozenset({"audit:trail:read", "audit:subject:read"})),
    )
}  # fmt: skip


def actions(codes: list[str]) -> frozenset[str]:
    """Every action of these scopes; an unknown scope has none."""
    return frozenset().union(*(SCOPES[code].actions for code in codes if code in SCOPES))
