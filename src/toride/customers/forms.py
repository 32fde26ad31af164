"""What a form or a search sent, as the services and queries take it."""

from collections.abc import Mapping
from uuid import UUID

from django.utils.crypto import constant_time_compare

from toride.base.ids import ordered_id, parsed
from toride.customers.fields import CLEAR, FIELDS
from toride.customers.queries import SORTS, Ask, marked
from toride.vault.permit import Category, Opening, Permit

FILTERS = ("branch", "owner", "status", "kind", "prefecture", "city", "birth_date", "value_from", "value_to")

LONGEST_REVISION = 10  # figures


def asked(sent: Mapping[str, str]) -> Ask:
    """The search; an unknown sort falls back to the reading."""
    sort = sent.get("sort", "kana")
    text = sent.get("q", "")[:200]
    return Ask(
        text=text,
        act=_act(sent, text),
        filters={name: sent.get(name, "") for name in FILTERS if sent.get(name)},
        sort=sort if sort in SORTS else "kana",
        descending=sent.get("order") == "down",
        after=sent.get("after") or None,
        exact_total=sent.get("count") == "exact",
    )


def _act(sent: Mapping[str, str], text: str) -> UUID:
    """Letters typed on, taken back or paged through are one search; another text begins another."""
    former, mark = sent.get("former", "")[:200], sent.get("act", "")
    act = parsed(mark.partition(".")[0])
    goes_on = text == former or (text and former and (text.startswith(former) or former.startswith(text)))
    return act if act and goes_on and constant_time_compare(mark, marked(act, former)) else ordered_id()


def written(sent: Mapping[str, str], permit: Permit, *, least: Opening = CLEAR) -> dict[str, str]:
    """The fields that were sent and that the permit opens at least so far."""
    return {
        name: sent[name]
        for name, spec in FIELDS.items()
        if name in sent and spec.typed and permit.opening(spec.category, spec.name) >= least
    }


def revisions(sent: Mapping[str, str]) -> dict[Category, int]:
    """The revisions that the person saw, by category."""
    found = {}
    for category in Category:
        value = sent.get(f"revision-{int(category)}", "")
        if value.isascii() and value.isdigit() and len(value) < LONGEST_REVISION:
            found[category] = int(value)
    return found
