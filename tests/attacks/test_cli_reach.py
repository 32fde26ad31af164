"""A command reaches no further than the same person's pages."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.people import House
from toride.access.actions import Action
from toride.access.policies import drafts as policy_drafts
from toride.access.signin import tokens
from toride.access.tests.policies import agree, ask, rule
from toride.customers.imports import commands
from toride.customers.imports.tests.wizard import Wizard, at
from toride.customers.models import Customer, Import
from toride.jobs.models import Job, State

pytestmark = pytest.mark.requirement("A2")

ACTIONS = ("customers:file:import", "customers:import:read", "customers:import:undo", "customers:rejected:download")


@pytest.fixture
def manager(house: House, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The manager imports for the own branch, and acts by command; an import of the other branch stands."""
    every = {str(n): 2 for n in range(1, 6)}
    for action in ACTIONS:
        policy_drafts.put(
            house.permit(house.admin, Action.POLICY_CHANGE),
            role="manager",
            action=action,
            rules=[rule(purposes=["administration"], reach="branch", opens=every)],
        )
    agree(house, ask(house))
    steward = Wizard(house.steward)
    steward.run(steward.check(steward.begin(branch="003")))
    monkeypatch.setenv("TORIDE_TOKEN", tokens.issue(house.manager))
    assert Wizard(house.manager).client.get(at("result", Import.objects.get())).status_code == 404
    return ["--as", "okubo"]


def ran(command, *arguments: str):
    return CliRunner().invoke(command, list(arguments))


def test_list(manager) -> None:
    assert str(Import.objects.get().pk) not in ran(commands.listed, *manager).output


def test_rejected_rows(manager, tmp_path: Path) -> None:
    out = tmp_path / "x.csv"
    ran(
        commands.rejected_rows, str(Import.objects.get().pk), *manager, "--purpose", "administration", "--out", str(out)
    )
    assert not out.exists(), out.read_text(encoding="cp932")


def test_undo(manager) -> None:
    ran(commands.undo, str(Import.objects.get().pk), *manager, "--purpose", "administration")
    assert Customer.objects.filter(hidden=None).exists()
    assert not Import.objects.get().undone


def test_cancel(manager) -> None:
    Job.objects.filter(pk=Import.objects.get().job_id).update(state=State.QUEUED)
    ran(commands.cancel, str(Import.objects.get().pk), *manager)
    assert Import.objects.get().job.state == State.QUEUED


def test_resume(manager) -> None:
    Job.objects.filter(pk=Import.objects.get().job_id).update(state=State.CANCELLED)
    ran(commands.resume, str(Import.objects.get().pk), *manager, "--purpose", "administration")
    assert Import.objects.get().job.state == State.CANCELLED


def test_import_into_another_branch(manager, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("顧客番号,氏名\nC-1,佐藤 花子\n")
    ran(commands.import_file, str(file), *manager, "--purpose", "administration", "--branch", "003")
    assert Import.objects.count() == 1
    file.write_text("顧客番号,氏名\nC-2,佐藤 花子\n")
    got = ran(commands.import_file, str(file), *manager, "--purpose", "administration", "--branch", "002")
    assert got.exit_code == 0
    assert Import.objects.count() == 2


def test_dry_run_of_another_branch(manager, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("顧客番号,氏名\nC-1,佐藤 花子\n")
    got = ran(commands.import_file, str(file), *manager, "--purpose", "administration", "--branch", "003", "--dry-run")
    assert got.exit_code != 0


def test_what_was_taken_back_is_not_gone_on_with(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    steward = Wizard(house.steward)
    source = steward.run(steward.check(steward.begin()))
    monkeypatch.setenv("TORIDE_TOKEN", tokens.issue(house.steward))
    who = ["--as", "konno", "--purpose", "data-care"]
    assert ran(commands.undo, str(source.pk), *who).exit_code == 0
    Job.objects.filter(pk=source.job_id).update(state=State.CANCELLED, checkpoint={}, done=0)
    ran(commands.resume, str(source.pk), *who)
    assert not Customer.objects.filter(hidden=None).exists()
