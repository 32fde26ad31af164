"""The shipped roles, on one page: which duty may do what, on whose records, how far, for which purpose.

A grant reads: these actions, on these rows, for these purposes, with these categories opened so far.
What is not granted here is refused. Categories left out are closed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from toride.vault.permit import Category, Opening

BASIC, TRANSACTIONS, BEHAVIOUR, DERIVED, SENSITIVE = Category
WATERMARK = "watermark"
CLEAR, MASKED = Opening.CLEAR, Opening.MASKED


class Reach(StrEnum):
    """Row scope: own customers, those of the branch, those of the department's people, or all."""

    NONE = "none"
    OWN = "own"
    BRANCH = "branch"
    DEPARTMENT = "department"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Grant:
    """`actions` for `purposes` on rows within `reach`, from `rank` upwards; `fields` are exceptions in a category.

    `obligations` go with what is opened: WATERMARK draws person, place and minute behind it, so that a photograph of
    the screen tells whose screen it was.
    """

    actions: tuple[str, ...]
    purposes: tuple[str, ...]
    reach: Reach = Reach.NONE
    opens: dict[Category, Opening] = field(default_factory=dict)
    fields: dict[tuple[Category, str], Opening] = field(default_factory=dict)
    rank: int = 1
    obligations: tuple[str, ...] = (WATERMARK,)


@dataclass(frozen=True, slots=True)
class Role:
    """A duty (職務) that a person may hold."""

    code: str
    label: object
    grants: tuple[Grant, ...]


OWN_SIGN_IN = (
    "access:account:read", "access:password:change", "access:factor:enrol", "access:factor:remove",
    "access:session:end",
)  # fmt: skip
HOME = Grant(
    (
        "access:home:open",
        "access:approval:read",
        "access:approval:answer",
        "access:campaign:answer",
        "access:glass:end",
        "access:temporary:end",
        "work:item:finish",
        "work:contact:change",
        *OWN_SIGN_IN,
    ),
    ("self",),
    obligations=(),
)
APPROVE = ("access:approval:decide", "access:person:approve")
LOOK = (
    "customers:list:search", "customers:profile:peek", "customers:profile:read", "customers:history:read",
    "customers:star:set", "customers:view:save",
)  # fmt: skip
BREAK, REVIEW = ("access:glass:break", "access:temporary:ask"), ("access:glass:review",)
REACH = ("access:glass:reach",)
LET_SEE = ("access:temporary:approve",)
MOVE, LET_MOVE = ("customers:charge:move",), ("customers:charge:approve",)
CAMPAIGN, GRANTS = ("access:campaign:read",), ("access:campaign:decide",)
SHARE = ("customers:view:share",)
EDIT = ("customers:profile:create", "customers:profile:change")
DEALS = ("sales:deal:read", "sales:deal:open", "sales:deal:change")
REVEAL = ("customers:field:reveal",)
IMPORT = ("customers:file:import", "customers:import:read", "customers:import:undo", "customers:rejected:download")
APART = ("customers:apart:read", "customers:apart:end")
WHO_SAW = ("audit:subject:read",)
TRAIL = (
    "audit:trail:read", "audit:trail:export", "audit:trail:verify", "audit:event:prove",
    "audit:subject:read", "audit:person:read",
)  # fmt: skip
BIRTH_MASKED = {(BASIC, "birth_date"): MASKED}

SHIPPED: dict[str, Role] = {
    role.code: role
    for role in (
        Role("teller", _("Teller"), (HOME,
            Grant(LOOK + EDIT, ("service",), Reach.BRANCH,
                  {BASIC: CLEAR, TRANSACTIONS: CLEAR, BEHAVIOUR: CLEAR, DERIVED: MASKED}, BIRTH_MASKED),
            Grant(REVEAL, ("service",), Reach.BRANCH, {BASIC: CLEAR, TRANSACTIONS: CLEAR, DERIVED: CLEAR}),
            Grant(BREAK, ("service",), Reach.BRANCH),
            Grant(REACH, ("service",), Reach.ALL),
        )),
        Role("sales", _("Sales"), (HOME,
            Grant(LOOK + EDIT + DEALS, ("sales",), Reach.OWN,
                  {BASIC: CLEAR, TRANSACTIONS: CLEAR, BEHAVIOUR: CLEAR, DERIVED: CLEAR}, BIRTH_MASKED),
            Grant(REVEAL, ("sales",), Reach.OWN, {BASIC: CLEAR}),
            Grant(BREAK, ("sales",), Reach.OWN),
            Grant(("access:approval:decide", *LET_SEE), ("sales",), Reach.OWN, obligations=()),
        )),
        Role("manager", _("Branch manager"), (HOME,
            Grant(LOOK + EDIT + DEALS, ("service", "sales"), Reach.BRANCH,
                  {BASIC: CLEAR, TRANSACTIONS: CLEAR, BEHAVIOUR: CLEAR, DERIVED: CLEAR, SENSITIVE: MASKED}),
            Grant(REVEAL, ("service",), Reach.BRANCH, {BASIC: CLEAR, SENSITIVE: CLEAR}, rank=5),
            Grant(WHO_SAW, ("service",), Reach.BRANCH, {BASIC: CLEAR}, rank=5),
            Grant(SHARE, ("service", "sales"), Reach.BRANCH),
            Grant(BREAK, ("service",), Reach.BRANCH),
            Grant(REACH, ("service",), Reach.ALL),
            Grant(REVIEW, ("administration",), Reach.BRANCH, rank=6),
            Grant(APPROVE + LET_SEE + MOVE + LET_MOVE, ("administration",), Reach.BRANCH, rank=6, obligations=()),
            Grant(GRANTS, ("administration",), Reach.BRANCH, rank=6, obligations=()),
        )),
        Role("operator", _("Call-centre operator"), (HOME,
            Grant(LOOK, ("call",), Reach.ALL, {BASIC: CLEAR, TRANSACTIONS: MASKED, BEHAVIOUR: CLEAR}, BIRTH_MASKED),
            Grant(REVEAL, ("call",), Reach.ALL, {BASIC: CLEAR, TRANSACTIONS: CLEAR}),
            Grant(BREAK, ("call",), Reach.ALL),
        )),
        Role("corporate", _("Corporate sales"), (HOME,
            Grant(LOOK + EDIT + DEALS, ("sales",), Reach.DEPARTMENT,
                  {BASIC: CLEAR, TRANSACTIONS: CLEAR, BEHAVIOUR: CLEAR}),
            Grant(BREAK, ("sales",), Reach.DEPARTMENT),
        )),
        Role("marketing", _("Marketing"), (HOME,
            Grant(("customers:profile:read",), ("marketing",), Reach.ALL,
                  {BASIC: MASKED, BEHAVIOUR: CLEAR, DERIVED: CLEAR}),
        )),
        Role("steward", _("Data steward"), (HOME,
            Grant(LOOK + EDIT, ("data-care",), Reach.ALL,
                  {BASIC: CLEAR, TRANSACTIONS: MASKED, BEHAVIOUR: MASKED, DERIVED: MASKED}),
            Grant(IMPORT, ("data-care",), Reach.ALL, dict.fromkeys(Category, CLEAR)),
            Grant(REVEAL, ("data-care",), Reach.ALL, {BASIC: CLEAR, TRANSACTIONS: CLEAR}, rank=3),
            Grant(WHO_SAW, ("data-care",), Reach.ALL, {BASIC: CLEAR}),
            Grant(SHARE, ("data-care",), Reach.ALL),
            Grant(MOVE, ("data-care",), Reach.ALL, rank=3, obligations=()),
            Grant(BREAK, ("data-care",), Reach.ALL),
        )),
        Role("confidant", _("Sensitive information handler"), (HOME,
            Grant(("customers:profile:read",), ("service", "sales", "call"), Reach.BRANCH, {SENSITIVE: CLEAR}),
        )),
        Role("dpo", _("Data protection officer"), (HOME,
            Grant((*LOOK, "customers:import:read"), ("audit",), Reach.ALL,
                  {BASIC: CLEAR, TRANSACTIONS: MASKED, BEHAVIOUR: MASKED, DERIVED: MASKED, SENSITIVE: MASKED}),
            Grant(APART, ("audit",), Reach.ALL, {BASIC: CLEAR, SENSITIVE: CLEAR}),
            Grant(REVIEW, ("administration",), Reach.ALL, rank=5),
            Grant((*TRAIL, "access:matrix:read", "access:rule:explain"), ("audit",), Reach.ALL, {BASIC: CLEAR}),
            Grant((*APPROVE, *LET_SEE, *LET_MOVE, "access:policy:approve", "access:key:approve"), ("administration",),
                  Reach.ALL, rank=5, obligations=()),
            Grant(CAMPAIGN + GRANTS, ("administration",), Reach.ALL, rank=5, obligations=()),
        )),
        Role("auditor", _("Auditor"), (HOME,
            Grant((*TRAIL, "access:matrix:read", "access:rule:explain"), ("audit",), Reach.ALL, {BASIC: CLEAR}),
            Grant(CAMPAIGN, ("audit",), obligations=()),
        )),
        Role("admin", _("Administrator"), (HOME,
            Grant(("access:matrix:read", "access:person:manage", "access:person:change", "access:rules:change"),
                  ("administration",), obligations=()),
            Grant(("access:person:read", "access:person:provision", "access:connection:manage",
                   "access:provider:change"), ("administration",), obligations=()),
            Grant((*CAMPAIGN, "access:campaign:open"), ("administration",), obligations=()),
            Grant(GRANTS, ("administration",), Reach.ALL, obligations=()),
            Grant(("access:policy:change", "access:rule:explain", "access:key:destroy",
                   "disclosure:hook:manage", "work:calendar:change"), ("administration",),
                  obligations=()),
        )),
    )
}  # fmt: skip

# Duties that no one person holds together: who runs the system does not also judge it.
SEPARATE = (frozenset(("admin", "auditor")), frozenset(("admin", "dpo")), frozenset(("steward", "auditor")))


# Acts that no one person does together, whatever their duties are called.
SEPARATE_ACTS = (
    ("access:policy:change", "access:policy:approve"),
    ("access:person:manage", "audit:trail:read"),
)


def clash(held: Iterable[str]) -> frozenset[str]:
    """Two of these roles that one person must not hold together; empty where there are none."""
    return next((pair for pair in SEPARATE if pair <= set(held)), frozenset())
