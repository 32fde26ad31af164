"""What a duty masks is neither guessed nor overwritten by a file."""

import pytest

from tests.people import House
from toride.access.actions import Action
from toride.access.tests.policies import agree, ask, draft
from toride.customers import queries
from toride.customers.imports.tests.wizard import Wizard, at
from toride.vault.permit import Category

pytestmark = pytest.mark.requirement("A2")


@pytest.fixture
def narrow(house: House) -> Wizard:
    """The steward imports, with transactions masked; two people agreed upon it."""
    draft(
        house,
        "steward",
        "customers:file:import",
        purposes=["data-care"],
        reach="all",
        opens={"1": 2, "2": 1, "3": 2, "4": 2, "5": 1},
    )
    agree(house, ask(house))
    permit = house.permit(house.steward, "customers:file:import")
    assert permit.opening(Category.TRANSACTIONS).name == "MASKED"
    return Wizard(house.steward)


def guess(narrow: Wizard, value: int):
    source = narrow.begin(f"顧客番号,氏名,残高\n0213-338104,齋藤 惠美子,{value}\n")
    narrow.columns(source, go="check")
    from toride.customers.imports.tests.wizard import work

    return work(source)


def test_a_masked_value_is_not_guessed_by_a_check(house: House, narrow: Wizard) -> None:
    house.customer()
    right, wrong = guess(narrow, 34_120_000), guess(narrow, 34_120_001)
    told = [one.trial.result if one.trial else None for one in (right, wrong)]
    print(told)
    assert told[0] == told[1], "whether the guess is right is told by changed and unchanged"


def test_a_masked_value_is_not_overwritten(house: House, narrow: Wizard) -> None:
    subject = house.customer()
    source = guess(narrow, 1)
    narrow.client.post(at("run", source), {"leave": "0"})
    from toride.customers.imports.tests.wizard import work

    work(source)
    found = queries.profile(
        house.permit(house.sales if False else house.teller, "customers:profile:read", subject), subject
    )
    assert found.values["value"].content == 34_120_000


def test_a_masked_value_does_not_leave_with_rejected_rows(house: House) -> None:
    draft(
        house,
        "steward",
        "customers:rejected:download",
        purposes=["data-care"],
        reach="all",
        opens={"1": 2, "2": 1, "3": 2, "4": 2, "5": 1},
    )
    agree(house, ask(house))
    steward = Wizard(house.steward)
    source = steward.run(steward.check(steward.begin("顧客番号,氏名,残高,電話\nA-1,佐藤 花子,34120000,12\n")))
    sent = b"".join(steward.client.post(at("rejected", source)).streaming_content).decode("cp932")
    assert "佐藤 花子" in sent
    assert "34120000" not in sent


def test_a_job_stops_where_the_reach_ends(house: House) -> None:
    """Whoever works elsewhere by now creates nobody at the former branch."""
    from tests.people import become
    from toride.access.policies import drafts as policy_drafts
    from toride.access.tests.policies import rule
    from toride.customers.imports.tests.wizard import work
    from toride.customers.models import Customer

    every = {str(n): 2 for n in range(1, 6)}
    for action in ("customers:file:import", "customers:import:read"):
        policy_drafts.put(
            house.permit(house.admin, Action.POLICY_CHANGE),
            role="manager",
            action=action,
            rules=[rule(purposes=["administration"], reach="branch", opens=every)],
        )
    agree(house, ask(house))
    manager = Wizard(house.manager)
    source = manager.check(manager.begin("顧客番号,氏名\nA-1,髙橋 健一\n", branch="002"))
    assert manager.client.post(at("run", source), {"leave": "0"}).status_code == 302
    become(house.manager, branch=house.wakaba)
    work(source)
    assert not Customer.objects.filter(branch="002").exists()
