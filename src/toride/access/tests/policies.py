"""Policies as an administrator drafts them and a second person agrees."""

from tests.people import House
from toride.access import policy
from toride.access.actions import Action
from toride.access.approvals import requests
from toride.access.models import Approval
from toride.access.policies import drafts, versions
from toride.vault.permit import Category, Opening

READ = "customers:profile:read"


WORDS = "営業企画部の分析のため。"


def rule(**change: object) -> dict[str, object]:
    return {
        "purposes": ["marketing"], "reach": "all", "rank": 1, "opens": {"1": 2}, "fields": {}, "obligations": [],
    } | change  # fmt: skip


def draft(house: House, role: str = "marketing", action: str = READ, **change: object) -> None:
    permit = house.permit(house.admin, Action.POLICY_CHANGE)
    drafts.put(permit, role=role, action=action, rules=[rule(**change)])


def ask(house: House, holds: str = "") -> Approval:
    return versions.ask(house.permit(house.admin, Action.POLICY_CHANGE), holds=holds, reason=WORDS)


def agree(house: House, row: Approval) -> None:
    permit = house.permit(house.dpo, Action.APPROVAL_DECIDE)
    digest = requests.request(permit, row.pk, house.dpo).digest
    requests.approve(permit, row.pk, digest=digest, count=str(row.count))
    policy.forget()


def opening(house: House) -> Opening:
    return house.permit(house.marketing, READ).opening(Category.BASIC)
