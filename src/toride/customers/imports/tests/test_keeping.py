"""What an import kept to be taken back ends when it can no longer be; customers and figures stay."""

from datetime import timedelta

import pytest
from click.testing import CliRunner

from tests.above import chores
from tests.people import House
from toride.access.signin import tokens
from toride.base import clock
from toride.base.errors import Invalid
from toride.customers.actions import Action
from toride.customers.imports import commands, keeping, services
from toride.customers.imports.tests.wizard import Wizard, again, events, work
from toride.customers.models import Brought, Customer, Finding, Import, Rejected
from toride.jobs.models import Job
from toride.vault import files, subjects

pytestmark = pytest.mark.requirement("C7")
HOUR = timedelta(hours=1)


def aged(source: Import, by: timedelta) -> None:
    past = clock.now() - by
    Job.objects.filter(pk__in=[source.job_id, source.trial_id, source.taking_back_id]).update(finished=past)
    if source.undone:
        Import.objects.filter(pk=source.pk).update(undone=past)


def may_undo(page: str) -> bool:
    return "/undo/" in page


def kept(source: Import) -> tuple[bool, int, int, int]:
    return (
        files.stands(source.file) is None,
        *(one.objects.filter(source=source).count() for one in (Finding, Rejected, Brought)),
    )


def test_after_thirty_days_file_findings_and_rejected_rows_end(steward: Wizard) -> None:
    assert keeping.KEPT == timedelta(days=30) == services.RETENTION
    source, young = (steward.run(steward.check(steward.begin())) for _ in range(2))
    assert kept(source) == (True, 7, 3, 3)
    page = steward.text("result", source)
    assert "まで保管します。それまでは取り込みを取り消せます" in page
    assert may_undo(page)
    aged(source, keeping.KEPT - HOUR)
    assert keeping.end() == 0
    aged(source, keeping.KEPT + HOUR)
    assert keeping.end() == 1
    assert keeping.end() == 0
    assert kept(source) == (False, 0, 0, 0)
    assert kept(young)[0]
    assert Customer.objects.filter(hidden=None).count() == 3
    page = steward.text("result", source)
    assert "に消去しました。取り消しはできません" in page
    assert not may_undo(page)
    assert "昭和64年1月8日" not in page
    assert again(source).counts["created"] == 3
    assert steward.post("undo", source).status_code == 409
    assert steward.post("resume", source).status_code == 409
    [event] = [one for one in events() if one.action == Action.IMPORT_END]
    assert event.facts == {"import": str(source.pk)}


def test_what_is_gone_is_not_taken_back_by_command(
    house: House, steward: Wizard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORIDE_TOKEN", tokens.issue(house.steward))
    source = steward.run(steward.check(steward.begin()))
    aged(source, keeping.KEPT + HOUR)
    keeping.end()
    for command in (commands.undo, commands.resume):
        found = CliRunner().invoke(command, [str(source.pk), "--as", house.steward.username, "--purpose", "data-care"])
        assert isinstance(found.exception, Invalid)
        assert "30 days ago" in str(found.exception)


def test_of_one_taken_back_the_keys_end_first(steward: Wizard) -> None:
    source = steward.run(steward.check(steward.begin()))
    brought = list(Brought.objects.filter(source=source).values_list("subject", flat=True))
    steward.post("undo", source)
    source = work(source)
    assert source.undone
    aged(source, keeping.KEPT + HOUR)
    assert keeping.end() == 0, "what tells whose keys must still be destroyed is needed"
    assert services.purge() == 3
    assert not any(map(subjects.exists, brought))
    assert keeping.end() == 1
    assert kept(source) == (False, 0, 0, 0)


def test_what_was_taken_back_just_now_is_kept_as_long_again(steward: Wizard) -> None:
    source = steward.run(steward.check(steward.begin()))
    aged(source, keeping.KEPT - HOUR)
    steward.post("undo", source)
    source = work(source)
    Job.objects.filter(pk=source.job_id).update(finished=clock.now() - keeping.KEPT - HOUR)
    services.purge()
    assert keeping.end() == 0
    assert kept(source)[0]


def test_one_that_runs_or_waits_is_left(steward: Wizard) -> None:
    source = steward.check(steward.begin())
    Import.objects.filter(pk=source.pk).update(created=clock.now() - timedelta(days=90))
    steward.client.post(f"/imports/{source.pk}/run/", {"leave": "0"})
    assert keeping.end() == 0
    Job.objects.filter(pk=again(source).job_id).update(finished=clock.now() - timedelta(days=90))
    assert keeping.end() == 0, "it waits again"
    assert keeping.until(again(steward.check(steward.begin()))) is None


def test_it_is_done_every_hour_after_the_keys_of_what_was_taken_back() -> None:
    done = [(one.do, one.every) for one in chores()]
    assert done.index((keeping.end, 3600)) > done.index((services.purge, 3600))
