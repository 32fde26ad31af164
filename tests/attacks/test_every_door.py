"""Every duty through every door, on the demonstration's own customers: what is stored is told as it is, or withheld."""

import json
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner

from tests.kit import enter
from toride.access.decide import decide
from toride.access.models import Person
from toride.access.purposes import SHIPPED
from toride.access.signin import tokens
from toride.access.signin.personas import NAMES
from toride.api.tests.machines import SEARCH, Machine, one
from toride.base.errors import TorideError
from toride.customers import bulk, commands
from toride.customers.actions import Action
from toride.customers.fields import FIELDS
from toride.customers.models import Customer
from toride.demo import build
from toride.vault.permit import Category, Door, Opening

pytestmark = [pytest.mark.requirement("A8"), pytest.mark.requirement("A1")]
COUNT = 24
HERE = Door("web", "127.0.0.1", "session", "test")
DUTIES = sorted(NAMES - {"auditor", "admin"})
CATEGORIES = [*([one] for one in Category), list(Category)]


@pytest.fixture
def bank(house: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The demonstration as it is built, in the test's own stores, and what was stored."""
    from toride.access.models import Branch, Department

    for model in (Person, Branch, Department):
        model.objects.all().delete()
    stored: dict[str, dict[str, Any]] = {}

    def add(made: list[bulk.New], **given: Any) -> list[UUID]:
        ids = kept(made, **given)
        stored.update({str(one): dict(new.stored) for one, new in zip(ids, made, strict=True)})
        return ids

    kept = bulk.add
    monkeypatch.setattr(bulk, "add", add)
    build.build(COUNT, lambda _text: None)
    people = {person.username: person for person in Person.objects.all()}
    return SimpleNamespace(people=people, stored=stored, admin=people["admin"], permit=_permit)


def _permit(person: Person, action: str, subject: UUID | None = None, purpose: str | None = None) -> Any:
    return decide(person, action, door=HERE, purpose=purpose, subject=subject)


def purposes(person: Person, action: str) -> list[str]:
    found = []
    for purpose in SHIPPED:
        try:
            _permit(person, action, purpose=purpose)
        except TorideError:
            continue
        found.append(purpose)
    return found


@pytest.mark.parametrize("duty", DUTIES)
@pytest.mark.parametrize("categories", CATEGORIES, ids=lambda found: "-".join(one.name for one in found))
def test_by_machine(bank: Any, duty: str, categories: list[Category]) -> None:
    person = bank.people[duty]
    for purpose in purposes(person, Action.SEARCH):
        machine = Machine(bank, duty, purpose=purpose, categories=categories)
        found = machine("POST", SEARCH, {"limit": 100})
        if Category.BASIC not in categories:  # by which the list is sorted
            assert found.status_code == 403
            items = [{"id": str(one)} for one in Customer.objects.values_list("subject", flat=True)]
        else:
            assert found.status_code == 200, found.content
            items = found.json()["items"]
            assert items
        for item in items[:4]:
            again = machine("GET", one(item["id"]))
            assert again.status_code in (200, 404), again.content
            if again.status_code == 200:
                told(bank, person, purpose, again.json(), categories)
            if "values" in item:
                whole = again.json()["values"]
                assert item["values"] == {name: whole[name] for name in item["values"]}
                unread = {name for name, why in item["withheld"].items() if why["how"] == "unread"}
                assert unread == whole.keys() - item["values"].keys()


def told(bank: Any, person: Person, purpose: str, item: dict[str, Any], categories: list[Category]) -> None:
    """Each field as it is stored where duty, purpose and key open it; else withheld."""
    permit = _permit(person, Action.PROFILE_READ, UUID(item["id"]), purpose=purpose)
    assert set(item["values"]) | set(item["withheld"]) == set(FIELDS)
    stored = bank.stored[item["id"]]
    for name, spec in FIELDS.items():
        opens = permit.opening(spec.category, name) is Opening.CLEAR and spec.category in categories
        assert (name in item["values"]) is opens, name
        if opens and name in stored and name != "phones":  # the phone changed after
            assert item["values"][name] == stored[name], name


@pytest.mark.parametrize("duty", DUTIES)
def test_by_page(bank: Any, duty: str) -> None:
    client = enter(bank.people[duty])
    for purpose in purposes(bank.people[duty], Action.SEARCH):
        every = {"col": list(FIELDS), "for": purpose}
        assert client.post("/customers/", every).status_code in (200, 403, 422)
        for subject in Customer.objects.values_list("subject", flat=True)[:6]:
            for address in ("", "brief/", "changes/", "history/", "contacts/"):
                page = client.get(f"/customers/{subject}/{address}", {"for": purpose})
                assert page.status_code in (200, 403, 404), (address, page.status_code)


@pytest.mark.parametrize("duty", DUTIES)
def test_by_command(bank: Any, duty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORIDE_TOKEN", tokens.issue(bank.people[duty]))
    for purpose in purposes(bank.people[duty], Action.SEARCH):
        how = ["--as", duty, "--purpose", purpose]
        for form in ([], ["--json"]):
            found = CliRunner().invoke(commands.search, ["", *how, *form])
            assert found.exit_code == 0, found.output
        for item in json.loads(found.stdout)["items"][:4]:
            number = item["number"]
            if number is None or "•" in number:
                continue
            for form in ([], ["--json"]):
                shown = CliRunner().invoke(commands.show, [number, *how, *form])
                assert shown.exit_code == 0 or isinstance(shown.exception, TorideError), shown.output
                assert "[[" not in shown.output or form
