"""Two requests for one import: what the second was decided upon stands no more."""

import pytest

from tests.people import House
from toride.base.errors import Conflict
from toride.customers.actions import Action
from toride.customers.imports import drafts
from toride.customers.imports.tests.wizard import Wizard, again
from toride.customers.models import Import
from toride.jobs.models import Job, State

pytestmark = pytest.mark.requirement("C7")


@pytest.fixture
def steward(house: House) -> Wizard:
    return Wizard(house.steward)


def leave(house: House, action=Action.FILE_IMPORT):
    return house.permit(house.steward, action)


@pytest.fixture
def started(house: House, steward: Wizard):
    """(as the late request read it, as it stands now: begun)."""
    source = steward.check(steward.begin())
    late = drafts.draft(leave(house), source.pk)
    drafts.start(leave(house), source=drafts.draft(leave(house), source.pk), leave_out=False)
    assert again(source).job is not None
    return late


def test_another_file_does_not_replace_one_that_runs(house: House, started: Import) -> None:
    with pytest.raises(Conflict):
        drafts.begin(leave(house), branch="003", name="b.csv", origin="", size=9, source=started)
    assert again(started).job is not None
    assert again(started).branch_id == "002"


def test_an_import_that_runs_is_not_discarded(house: House, started: Import) -> None:
    with pytest.raises(Conflict):
        drafts.discard(leave(house), source=started)
    assert Import.objects.filter(pk=started.pk, job__isnull=False).exists()


def test_columns_of_an_import_that_runs_stay(house: House, started: Import) -> None:
    targets = list(again(started).targets)
    with pytest.raises(Conflict):
        drafts.decide_columns(
            leave(house),
            source=started,
            encoding=started.encoding,
            delimiter=started.delimiter,
            header=True,
            targets=["number", "name", *[None] * (len(targets) - 2)],
        )
    assert again(started).targets == targets


@pytest.mark.parametrize("first", ["resume", "undo"])
def test_going_on_and_taking_back_exclude_each_other(house: House, steward: Wizard, first: str) -> None:
    source = steward.run(steward.check(steward.begin()))
    Job.objects.filter(pk=source.job_id).update(state=State.CANCELLED)
    going = drafts.find(leave(house), source.pk)
    back = drafts.find(leave(house, Action.IMPORT_UNDO), source.pk)
    acts = {
        "resume": lambda: drafts.resume(leave(house), source=going),
        "undo": lambda: drafts.start_undo(leave(house, Action.IMPORT_UNDO), source=back),
    }
    acts.pop(first)()
    with pytest.raises(Conflict):
        acts.popitem()[1]()
