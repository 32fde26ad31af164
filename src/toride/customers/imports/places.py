"""Branch and person in charge that a file names for new customers, as far as the importer's rights reach."""

from collections.abc import Iterable
from uuid import UUID

from toride.access.facts import Facts
from toride.access.models import Branch, Person
from toride.customers import numbers
from toride.customers.imports import reasons
from toride.customers.imports.cleaning import Row
from toride.fields import folding
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
        """Where a row's customer is to be; holds the row back for an unknown branch, unless such are `taken`."""
        if not row.place:
            return Facts(self._branch, None)
        branch = self._branches.get(_key(row.place["branch"])) if "branch" in row.place else self._branch
        found = self._owner(row, branch)
        if branch is not None and self._permit.rows.include(branch, found):
            return Facts(branch, found)
        if not taken:
            row.held["place"] = reasons.NO_BRANCH if branch is None else reasons.NOT_YOURS
        return Facts(self._branch, None)

    def _owner(self, row: Row, branch: str | None) -> UUID | None:
        """Who is in charge; nobody yet, with a warning, where the file names somebody else than one of the branch."""
        if "owner" not in row.place or branch is None:
            return None
        found = self._people.get((branch, _key(row.place["owner"])), [])
        if len(found) == 1:
            return found[0]
        row.warn("owner", reasons.SEVERAL if found else reasons.NOBODY)
        return None

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
