"""What each role is answered at each address: one table for each package, which tests/test_addresses.py joins and walks."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver

from tests.people import House

ROLES = ("teller", "sales", "manager", "operator", "marketing", "steward", "dpo", "auditor", "admin", "corporate")
EVERYWHERE = {"operator", "marketing", "steward", "dpo", "auditor"}  # whose shipped duties reach every branch
EVERYBODY = dict.fromkeys(ROLES, 200)
Answers = Mapping[str, int]


FORM = "a form"


@dataclass(frozen=True)
class Rows:
    """What a list shows to `asker`. `make` adds a row by its number, and gives a text that tells it; `away` adds one
    that `asker` must never see, or says why there is none.
    """

    asker: str
    make: Callable[[House, int], str]
    away: Callable[[House], str] | str


@dataclass(frozen=True)
class Address:
    """One address, by the name of its URL, or its pattern where it has none.

    `get`, `post`, `put`: role → status; who is not named gets `others`. None: not done here, so 405 for whoever may
    come here at all. `known`: what its arguments stand for, by the names in `KNOWN` of the package's table; what is not
    there answers 404. `rows`: what it lists, or why it lists nothing.
    """

    name: str
    get: Answers | None = None
    post: Answers | None = None
    put: Answers | None = None
    known: Mapping[str, str] = field(default_factory=dict)
    sent: Mapping[str, Any] = field(default_factory=dict)
    others: int = 403
    open: bool = False  # to whoever has not signed in
    rows: Rows | str | None = None

    def answers(self, method: str, role: str) -> int:
        given: Answers | None = getattr(self, method)
        if given is not None:
            return given.get(role, self.others)
        elsewhere = {role: status for some in (self.get, self.post, self.put) for role, status in (some or {}).items()}
        if role not in elsewhere or (elsewhere[role] == 404 and self.of_customer):
            return elsewhere.get(role, self.others)
        return 405

    @property
    def of_customer(self) -> bool:
        """Then the decision looks at the customer before the page looks at the method."""
        return "customer" in self.known.values()


def only(status: int, *roles: str) -> Answers:
    return dict.fromkeys(roles, status)


@dataclass(frozen=True)
class Operation:
    """One operation for machines: what a key of each role is answered that has every scope; who is not named, 403."""

    method: str
    path: str  # NUMBER stands for what its address names
    answers: Answers
    known: str = ""
    unread: bool = False  # what is sent is looked at before what the address names


NUMBER = "{}"


def patterns(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, prefix + str(pattern.pattern))
        else:
            yield prefix + str(pattern.pattern), pattern


@contextmanager
def taken_back() -> Iterator[None]:
    """What was done within is as if it had not been."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
