"""Branch and person in charge that a file names for new customers, as far as the importer's rights reach."""

from collections.abc import Iterable
from uuid import UUID

from toride.access.facts import Facts
from toride.access.models import Branch, Person
from toride.customers import folding, numbers
from toride.customers.imports import reasons
from toride.customers.imports.cleaning import Row
from toride.vault.permit import Permit


class Places:
    """Knows branches by code and name, people by sign-in name and name."""

    def __init__(self, permit: Permit, branch: str, rows: Iterable[Row]) -> None:
        self._permit, self._branch = permit, branch
        self._branches: dict[str, str] = {}
        self._people: dict[tuple[str, str], list[UUID]] = {}
        if any(row.place for row in rows):
            self._learn()

    def of(self, row: Row, *, taken: bool) -> Facts:
        """Where a row's customer is to be; holds the row back where that cannot be told, unless such are `taken`."""
        if not row.place:
            return Facts(self._branch, None)
        branch = self._branches.get(_key(row.place["branch"])) if "branch" in row.place else self._branch
        found, why = self._owner(row, branch)
        if branch is None:
            why = reasons.NO_BRANCH
        elif not self._permit.rows.include(branch, found):
            why = reasons.NOT_YOURS
        if not why and branch is not None:
            return Facts(branch, found)
        if not taken:
            row.held["place"] = why
        return Facts(self._branch, None)

    def _owner(self, row: Row, branch: str | None) -> tuple[UUID | None, str]:
        if "owner" not in row.place or branch is None:
            return None, ""
        found = self._people.get((branch, _key(row.place["owner"])), [])
        if len(found) == 1:
            return found[0], ""
        return None, reasons.SEVERAL if found else reasons.NOBODY

    def _learn(self) -> None:
        for code, name in Branch.objects.values_list("code", "name"):
            for text in (code, code.lstrip("0"), name, name.removesuffix("支店")):
                self._branches.setdefault(_key(text), code)
        for key, username, name, branch in Person.objects.filter(is_active=True, branch__isnull=False).values_list(
            "id", "username", "name", "branch"
        ):
            for text in {_key(username), _key(name)}:
                self._people.setdefault((branch, text), []).append(key)


def _key(text: str) -> str:
    return folding.name(numbers.exact(text))
