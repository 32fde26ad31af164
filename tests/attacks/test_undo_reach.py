"""Taking an import back ends at the reach of who takes it back."""

import pytest

from tests.people import House
from toride.access.actions import Action
from toride.access.facts import Facts
from toride.access.policies import drafts as policy_drafts
from toride.access.tests.policies import agree, ask, rule
from toride.customers.handing import services as handing
from toride.customers.imports.tests.wizard import Wizard, at, work
from toride.customers.models import Customer

pytestmark = pytest.mark.requirement("A2")


def test_customers_of_another_branch_are_not_taken_back(house: House) -> None:
    every = {str(n): 2 for n in range(1, 6)}
    for action in ("customers:file:import", "customers:import:read", "customers:import:undo"):
        permit = house.permit(house.admin, Action.POLICY_CHANGE)
        policy_drafts.put(
            permit,
            role="manager",
            action=action,
            rules=[rule(purposes=["administration"], reach="branch", opens=every)],
        )
    agree(house, ask(house))
    manager = Wizard(house.manager)
    source = manager.run(manager.check(manager.begin("顧客番号,氏名\nA-1,髙橋 健一\nA-2,佐藤 次郎\n", branch="002")))
    assert Customer.objects.filter(branch="002", hidden=None).count() == 2
    moved = Customer.objects.order_by("pk").first()
    handing.hand_over(
        house.permit(house.manager, "customers:charge:move"),
        chosen=[moved.pk],
        to=Facts("003", None),
        reason="移管です。",
    )
    assert manager.client.get(f"/customers/{moved.pk}/").status_code == 404
    assert manager.client.post(at("undo", source)).status_code == 302
    done = work(source)
    assert done.undone
    moved.refresh_from_db()
    assert moved.branch_id == "003"
    assert moved.hidden is None, "a customer of another branch was taken away, and their keys end in 30 days"


def test_changes_of_customers_out_of_reach_stay(house: House) -> None:
    every = {str(n): 2 for n in range(1, 6)}
    for action in ("customers:file:import", "customers:import:read", "customers:import:undo"):
        permit = house.permit(house.admin, Action.POLICY_CHANGE)
        policy_drafts.put(
            permit,
            role="manager",
            action=action,
            rules=[rule(purposes=["administration"], reach="branch", opens=every)],
        )
    agree(house, ask(house))
    subject = house.customer("A-1")
    manager = Wizard(house.manager)
    source = manager.run(manager.check(manager.begin("顧客番号,氏名,備考\nA-1,齋藤 惠美子,新しい\n", branch="002")))
    handing.hand_over(
        house.permit(house.manager, "customers:charge:move"),
        chosen=[subject],
        to=Facts("003", None),
        reason="移管です。",
    )
    manager.client.post(at("undo", source))
    work(source)
    from toride.customers import queries

    found = queries.profile(house.permit(house.other_teller, "customers:profile:read", subject), subject)
    assert found.values["note"].content == "新しい"
