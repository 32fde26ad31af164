"""An import by command beside a worker that looks for work all the time."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.people import House
from toride.access import tokens
from toride.customers.imports import commands
from toride.customers.models import Import
from toride.jobs import running as jobs
from toride.jobs.models import Job, State

pytestmark = pytest.mark.requirement("C7")


def test_what_a_command_begins_no_worker_beside_it_takes(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    perform = commands._perform

    def late(*arguments: object) -> None:
        assert jobs.claim("beside") is None
        perform(*arguments)

    monkeypatch.setattr(commands, "_perform", late)
    monkeypatch.setenv("TORIDE_TOKEN", tokens.issue(house.steward))
    file = tmp_path / "customers.csv"
    file.write_text("顧客番号,氏名\nA-1,佐藤 花子\nA-2,森 葵\n")
    who = ["--as", house.steward.username, "--purpose", "data-care", "--json"]
    ran = CliRunner().invoke(commands.import_file, [str(file), *who], catch_exceptions=False)
    assert json.loads(ran.output)["created"] == 2
    Job.objects.update(state=State.FAILED)
    ran = CliRunner().invoke(commands.resume, [str(Import.objects.get().pk), *who], catch_exceptions=False)
    assert json.loads(ran.output)["created"] == 2
    assert Job.objects.get().state == State.DONE
