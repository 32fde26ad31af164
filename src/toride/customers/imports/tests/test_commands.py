"""An import by command beside a worker that looks for work all the time."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.people import House
from toride.access.signin import tokens
from toride.base.errors import Invalid
from toride.customers.imports import commands
from toride.customers.imports.tests.conftest import counts
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


def test_what_is_decided_for_a_whole_file_is_said_by_options(run: Callable[..., Result]) -> None:
    text = "顧客番号,氏名,生年月日,電話番号\nA-1,佐藤 花子,1981-02-29,12\nA-2,林 大樹,,\na1,鈴木 太郎,,\n"
    assert counts(run(text, "--dry-run", "--strict")) == (1, 0, 1, 1)
    assert counts(run(text, "--dry-run", "--strict", "--leave-empty", "birth_date")) == (1, 0, 1, 1)
    both = ("--strict", "--leave-empty", "birth_date", "--leave-empty", "phones")
    assert counts(run(text, "--dry-run", *both)) == (2, 0, 0, 1)
    assert counts(run(text, "--dry-run", "--strict", "--leave-empty", "all", "--take", "near")) == (3, 0, 0, 0)
    assert counts(run(text, "--dry-run", "--take", "near")) == (3, 0, 0, 0)
    assert counts(run(text, "--take", "near")) == (3, 0, 0, 0)
    assert "There is no field" in run(text, "--leave-empty", "colour").stdout + str(
        run(text, "--leave-empty", "x").exception
    )


def test_company_and_person_numbers_and_headings_by_options(run: Callable[..., Result]) -> None:
    text = "台帳\n会社名,氏名\n砦商事,担当 花子\n"
    assert isinstance(run(text).exception, Invalid)
    assert counts(run(text, "--heading-row", "2", "--number-them", "--dry-run")) == (0, 0, 0, 1)
    for company in ("customer", "employer"):
        options = ("--accept-guess", "--number-them", "--company-is", company)
        assert counts(run(text, *options)) == (1, 0, 0, 0)


def test_the_rejected_rows_have_their_headings_and_come_back_in(run: Callable[..., Result], tmp_path: Path) -> None:
    out = tmp_path / "rejected.csv"
    text = "顧客番号,氏名,電話番号\nA-1,=佐藤,12\nA-2,林,022-265-1111\n"
    assert counts(run(text, "--strict", "--rejected", str(out))) == (1, 0, 1, 0)
    assert out.read_text().splitlines()[0] == "顧客番号,氏名,電話番号,Reason"
    assert counts(run(out.read_text())) == (1, 0, 0, 0)


def test_a_file_that_cannot_be_read_is_no_import_to_resume(run: Callable[..., Result]) -> None:
    ran = run("<html><body><table>")
    assert ran.exit_code != 0
    assert "HTML" in ran.stderr + str(ran.exception)
    assert "resume" not in ran.stderr


def test_rejected_rows_that_cannot_be_written_beside_the_file_are_told_another_way(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    ran = run("顧客番号,氏名,電話番号\nA-1,佐藤,12\n", "--strict", "--rejected", str(tmp_path / "no" / "rejected.csv"))
    assert counts(ran) == (0, 0, 1, 0)
    assert "imports rejected" in ran.stderr
