"""How a list is set: what is asked, in which order, with which columns; what a saved view keeps."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.http import QueryDict

from toride.customers.finding.columns import COLUMNS
from toride.customers.forms import FILTERS, asked
from toride.customers.queries import PAGE, SORTS, Ask
from toride.vault.permit import Category

SIZES = (PAGE, 2 * PAGE)
TEXT_LENGTH = 200
VALUE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Setting:
    """Without columns, those that suit the duty; `starred`: only the person's own stars."""

    text: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    starred: bool = False
    sort: str = "kana"
    descending: bool = False
    columns: tuple[str, ...] = ()
    size: int = PAGE

    def asks(self) -> bool:
        """Is there anything that narrows the list?"""
        return bool(self.text.strip() or self.filters or self.starred)

    def stored(self) -> dict[str, Any]:
        """As a saved view keeps it."""
        return {
            "text": self.text, "filters": dict(self.filters), "starred": self.starred, "sort": self.sort,
            "descending": self.descending, "columns": list(self.columns), "size": self.size,
        }  # fmt: skip


def kept(stored: Mapping[str, Any]) -> Setting:
    """What a view keeps; what is no longer known is left out."""
    return Setting(
        text=str(stored.get("text", ""))[:TEXT_LENGTH],
        filters={name: str(value) for name, value in stored.get("filters", {}).items() if name in FILTERS and value},
        starred=bool(stored.get("starred")),
        sort=_one_of(SORTS, stored.get("sort"), "kana"),
        descending=bool(stored.get("descending")),
        columns=tuple(name for name in stored.get("columns", ()) if name in COLUMNS),
        size=_one_of(SIZES, stored.get("size"), PAGE),
    )


def sent(form: QueryDict) -> Setting:
    """What a form sent."""
    ask = asked(form)
    return Setting(
        text=ask.text,
        filters={name: value.strip()[:VALUE_LENGTH] for name, value in ask.filters.items() if value.strip()},
        starred=form.get("star") == "1",
        sort=ask.sort,
        descending=ask.descending,
        columns=tuple(name for name in COLUMNS if name in form.getlist("col")),
        size=next((one for one in SIZES if str(one) == form.get("size")), PAGE),
    )


def question(setting: Setting, form: QueryDict, among: Sequence[UUID] | None, shown: Collection[Category]) -> Ask:
    """The search that this setting asks, to show categories; the form says of which act it is part, and from where to
    go on.
    """
    ask = asked(form)
    return Ask(
        text=setting.text,
        filters=setting.filters,
        sort=setting.sort,
        descending=setting.descending,
        after=ask.after,
        limit=setting.size,
        act=ask.act,
        exact_total=ask.exact_total,
        among=among if setting.starred else None,
        shown=shown,
    )


def _one_of(known: Any, value: Any, otherwise: Any) -> Any:
    return value if value in known else otherwise
