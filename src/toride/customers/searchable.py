"""Which sealed fields can be searched, and how a profile becomes a row of the index."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from toride.customers import folding
from toride.vault.index.columns import Column, Schema, Type
from toride.vault.permit import Category

BASIC, TRANSACTIONS, BEHAVIOUR = Category.BASIC, Category.TRANSACTIONS, Category.BEHAVIOUR
SCHEMA = Schema(
    (
        Column("branch", Type.CODE),
        Column("owner", Type.CODE),
        Column("number", Type.KEY, BASIC, "number"),
        Column("name", Type.TEXT, BASIC, "name"),
        Column("written", Type.TEXT, BASIC, "name"),
        Column("kana", Type.TEXT, BASIC, "kana", sortable=True),
        Column("loose", Type.TEXT, BASIC, "kana"),
        Column("phone", Type.DIGITS, BASIC, "phones"),
        Column("email", Type.HASH, BASIC, "emails"),
        Column("postcode", Type.DIGITS, BASIC, "postcode"),
        Column("prefecture", Type.CODE, BASIC, "prefecture"),
        Column("city", Type.TEXT, BASIC, "city"),
        Column("birth_date", Type.DATE, BASIC, "birth_date"),
        Column("status", Type.CODE, BASIC, "status"),
        Column("kind", Type.CODE, BASIC, "kind"),
        Column("value", Type.INT, TRANSACTIONS, "value", sortable=True),
        Column("last_contact", Type.DATE, BEHAVIOUR, "last_contact", sortable=True),
    ),
    version="1",
)
LONGEST = 200  # characters of a name or reading that can be searched
NEEDED = (BASIC, TRANSACTIONS, BEHAVIOUR)
Profile = Mapping[Category, Mapping[str, Any]]


def row(branch: str, owner: UUID | None, profile: Profile) -> dict[str, Any]:
    """The index row of a profile: every value folded as a query is folded."""
    basic = profile.get(BASIC, {})
    transactions, behaviour = profile.get(TRANSACTIONS, {}), profile.get(BEHAVIOUR, {})
    written = tuple(folding.plain(text) for text in (basic.get("name"), basic.get("contact_person")) if text)
    kana = tuple(folding.kana(text) for text in (basic.get("kana"),) if text)
    return {
        "branch": branch,
        "owner": str(owner) if owner else None,
        "number": folding.plain_number(basic.get("number") or ""),
        "name": _short(folding.unvaried(text) for text in written),
        "written": _short(written),
        "kana": _short(kana),
        "loose": _short(folding.loosened(text) for text in kana),
        "phone": tuple(folding.phone_digits(phone) for phone in basic.get("phones") or ()),
        "email": tuple(email.lower() for email in basic.get("emails") or ()),
        "postcode": folding.digits(basic.get("postcode") or "") or None,
        "prefecture": basic.get("prefecture") or None,
        "city": folding.name(basic.get("city") or "") or None,
        "birth_date": basic.get("birth_date"),
        "status": basic.get("status"),
        "kind": basic.get("kind"),
        "value": transactions.get("value"),
        "last_contact": behaviour.get("last_contact"),
    }


def _short(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(text[:LONGEST] for text in texts)
