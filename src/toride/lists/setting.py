"""How a list is set: what is asked, in which order, with which columns; what a saved view keeps."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from toride.lists.ask import PAGE, TEXT_LENGTH, Ask, act_of
from toride.lists.declaration import List
from toride.vault.permit import Category

SIZES = (PAGE, 2 * PAGE)
VALUE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Setting:
    """Of one list. Without a sort, or a direction, its own; without columns, those that suit the duty."""

    of: List
    text: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    sort: str = ""
    descending: bool | None = None
    columns: tuple[str, ...] = ()
    size: int = PAGE

    def __post_init__(self) -> None:
        if not self.sort:
            object.__setattr__(self, "sort", self.of.sorts[0].name)
        if self.descending is None:
            falling = next(one.falling for one in self.of.sorts if one.name == self.sort)
            object.__setattr__(self, "descending", falling)

    def asks(self) -> bool:
        """Is there anything that narrows the list?"""
        return bool(self.text.strip() or self.filters)

    def stored(self) -> dict[str, Any]:
        """As a saved view keeps it."""
        return {
            "text": self.text, "filters": dict(self.filters), "sort": self.sort, "descending": self.descending,
            "columns": list(self.columns), "size": self.size,
        }  # fmt: skip


def kept(of: List, stored: Mapping[str, Any]) -> Setting:
    """What a view keeps; what is no longer known is left out."""
    filters, columns = {one.name for one in of.filters}, {one.name for one in of.columns}
    return Setting(
        of,
        text=str(stored.get("text", ""))[:TEXT_LENGTH],
        filters={name: str(value) for name, value in stored.get("filters", {}).items() if name in filters and value},
        sort=_sort(of, stored.get("sort")),
        descending=bool(stored["descending"]) if "descending" in stored else None,
        columns=tuple(name for name in stored.get("columns", ()) if name in columns),
        size=next((one for one in SIZES if one == stored.get("size")), PAGE),
    )


def sent(of: List, form: QueryDict) -> Setting:
    """What a form sent."""
    chosen = form.getlist("col")
    return Setting(
        of,
        text=form.get("q", "")[:TEXT_LENGTH],
        filters=_filters(of, form),
        sort=_sort(of, form.get("sort")),
        descending=form["order"] == "down" if form.get("order") else None,
        columns=tuple(one.name for one in of.columns if one.name in chosen),
        size=next((one for one in SIZES if str(one) == form.get("size")), PAGE),
    )


def linked(of: List, address: QueryDict) -> Setting:
    """What an address asks: only filters that name nobody."""
    named = {one.name: address.get(one.name, "")[:VALUE_LENGTH] for one in of.filters if one.linked}
    return Setting(of, filters={name: value for name, value in named.items() if value})


def question(setting: Setting, form: QueryDict, shown: Collection[Category]) -> Ask:
    """The search that this setting asks, to show categories; the form says of which act it is part, and from where to
    go on.
    """
    return Ask(
        text=setting.text,
        filters=setting.filters,
        sort=setting.sort,
        descending=bool(setting.descending),
        after=form.get("after") or None,
        limit=setting.size,
        act=act_of(form, setting.text),
        exact_total=form.get("count") == "exact",
        shown=shown,
    )


def _filters(of: List, form: QueryDict) -> dict[str, str]:
    found = {one.name: form.get(one.name, "").strip()[:VALUE_LENGTH] for one in of.filters}
    return {name: value for name, value in found.items() if value}


def _sort(of: List, name: Any) -> str:
    return name if any(one.name == name for one in of.sorts) else of.sorts[0].name
