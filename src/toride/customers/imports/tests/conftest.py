"""What tests of the wizard and of the command begin with."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.people import House
from toride.access.signin import tokens
from toride.customers.imports import commands
from toride.customers.imports.tests.wizard import Wizard


@pytest.fixture
def steward(house: House) -> Wizard:
    return Wizard(house.steward)


@pytest.fixture
def run(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Imports a text by command."""
    monkeypatch.setenv("TORIDE_TOKEN", tokens.issue(house.steward))

    def invoke(text: str, *options: str) -> Result:
        file = tmp_path / "customers.csv"
        file.write_text(text)
        who = ["--as", house.steward.username, "--purpose", "data-care", "--branch", "002", "--json"]
        return CliRunner().invoke(commands.import_file, [str(file), *who, *options])

    return invoke


def counts(ran: Result) -> tuple[int, int, int, int]:
    """Created, changed, rejected, held."""
    result = json.loads(ran.stdout)
    return tuple(result[name] for name in ("created", "changed", "rejected", "held"))
