"""What a form sent, as the services take it."""

from collections.abc import Mapping

from toride.customers.fields import CLEAR, FIELDS
from toride.vault.permit import Category, Opening, Permit

FILTERS = ("branch", "owner", "status", "kind", "prefecture", "city", "birth_date", "value_from", "value_to")
LONGEST_REVISION = 10  # figures


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
