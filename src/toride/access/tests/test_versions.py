"""The policy as data: drafted, compared, agreed upon by two people, dated, rolled back; unreadable, it grants nothing."""

from datetime import timedelta

import orjson
import pytest
from django.urls import reverse
from django.utils import timezone

from tests.addresses import ROLES
from tests.kit import enter
from tests.people import House, become
from toride.access import integrity, policy
from toride.access.actions import Action
from toride.access.approvals import requests
from toride.access.models import Approval, Person, PolicyDraft, PolicyVersion
from toride.access.policies import comparison, drafts, matrix, versions
from toride.access.tests.policies import READ, WORDS, agree, ask, draft, opening, rule
from toride.base import clock
from toride.base.errors import Conflict, Hidden, Invalid, Refused, TorideError, Unavailable
from toride.vault.permit import Opening

pytestmark = pytest.mark.requirement("A1")


def sealed(version: PolicyVersion) -> None:
    version.seal = integrity.of_version(version)
    version.save()


def begun(version: PolicyVersion) -> None:
    """As if the day of a version had come."""
    version.holds = clock.now() - timedelta(seconds=1)
    sealed(version)
    policy.forget()


def test_shipped_roles_survive_being_written_as_content() -> None:
    from toride.access.roles import SHIPPED

    rules = policy.shipped()
    for role in SHIPPED.values():
        for grant in role.grants:
            for action in grant.actions:
                found = rules.of([role.code], 9, action)
                assert any(
                    (one.purposes, one.reach, one.rank, one.opens, one.fields, one.obligations)
                    == (grant.purposes, grant.reach, grant.rank, grant.opens, grant.fields, grant.obligations)
                    for one in found
                ), (role.code, action)
    versions_of_same = {policy.written(policy.shipped_content()) for _ in range(3)}
    assert len(versions_of_same) == 1


def test_a_draft_decides_nothing_until_two_people_agree(house: House) -> None:
    shipped = policy.current().version
    draft(house)
    row = ask(house)
    assert opening(house) == Opening.MASKED
    agree(house, row)
    assert opening(house) == Opening.CLEAR
    now = house.permit(house.marketing, READ)
    assert now.policy != shipped
    assert now.policy.startswith("v1-")
    assert not PolicyDraft.objects.exists()


def test_another_process_sees_it_within_a_second(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is held is asked for again when RECHECK_SECONDS are over, and not before."""
    monkeypatch.setattr(policy.time, "monotonic", lambda: 1_000.0)
    policy.forget()
    before = policy.current()
    content = policy.shipped_content()
    content["marketing"][READ] = [rule()]
    text = policy.written(content)
    sealed(
        PolicyVersion(
            number=1, content=text, digest=policy.digest(text), drafter=house.admin, approver=house.dpo,
            approved=clock.now(), holds=clock.now(),
        )
    )  # fmt: skip
    assert policy.current() is before
    assert policy.RECHECK_SECONDS <= 1
    monkeypatch.setattr(policy.time, "monotonic", lambda: 1_000.0 + policy.RECHECK_SECONDS)
    assert policy.current().version == policy.name(1, policy.digest(text))


@pytest.mark.parametrize("spoiled", ["content", "digest", "form"])
def test_what_cannot_be_read_grants_nothing(house: House, spoiled: str) -> None:
    draft(house)
    agree(house, ask(house))
    client = enter(house.teller)
    assert client.get("/customers/").status_code == 200
    content = policy.shipped_content()
    content["teller"]["access:policy:change"] = [rule(purposes=["administration"], reach="none")]
    match spoiled:
        case "content":
            PolicyVersion.objects.update(content=policy.written(content))
        case "digest":
            PolicyVersion.objects.update(digest="0" * 64)
        case "form":
            PolicyVersion.objects.update(content="[]", digest=policy.digest("[]"))
    policy.forget()
    with pytest.raises(Unavailable):
        house.permit(house.teller, "customers:list:search")
    assert client.get("/customers/").status_code == 503
    policy.forget()


def test_a_version_holds_from_its_day(house: House) -> None:
    draft(house)
    day = timezone.localdate() + timedelta(days=2)
    agree(house, ask(house, holds=day.isoformat()))
    assert opening(house) == Opening.MASKED
    assert timezone.localtime(PolicyVersion.objects.get().holds).date() == day
    begun(PolicyVersion.objects.get())
    assert opening(house) == Opening.CLEAR


@pytest.mark.parametrize("holds", ["yesterday", "2020-01-01", "9999-12-31", "2026-13-01"])
def test_a_day_that_cannot_be_is_refused(house: House, holds: str) -> None:
    draft(house)
    with pytest.raises(Invalid) as told:
        ask(house, holds=holds)
    assert "holds" in told.value.fields


def test_a_newer_version_comes_before_one_that_waits_for_its_day(house: House) -> None:
    draft(house)
    agree(house, ask(house, holds=(timezone.localdate() + timedelta(days=1)).isoformat()))
    drafts.restore(house.permit(house.admin, Action.POLICY_CHANGE), number=0)
    agree(house, ask(house))
    begun(PolicyVersion.objects.get(number=1))
    assert opening(house) == Opening.MASKED


def test_back_to_any_version_again_by_two_people(house: House) -> None:
    draft(house)
    agree(house, ask(house))
    drafts.restore(house.permit(house.admin, Action.POLICY_CHANGE), number=0)
    assert opening(house) == Opening.CLEAR
    agree(house, ask(house))
    assert opening(house) == Opening.MASKED
    assert policy.current().version.startswith("v2-")
    with pytest.raises(Hidden):
        drafts.restore(house.permit(house.admin, Action.POLICY_CHANGE), number=9)


def test_what_was_approved_is_what_runs(house: House) -> None:
    """The draft is changed after it was asked: more for one's own duty. The version is what the other one saw."""
    draft(house)
    row = ask(house)
    draft(house, role="admin", action=READ, purposes=["administration"], opens={"1": 2, "5": 2})
    agree(house, row)
    with pytest.raises(Refused):
        house.permit(house.admin, READ)
    assert opening(house) == Opening.CLEAR
    assert PolicyDraft.objects.exists()


def test_of_two_drafts_the_second_is_compared_anew(house: House) -> None:
    second = house.person("ono", "小野 光", "admin", house.head, rank=4)
    draft(house)
    first = ask(house)
    permit = house.permit(second, Action.POLICY_CHANGE)
    drafts.put(permit, role="operator", action=READ, rules=[rule(purposes=["call"], opens={"1": 1})])
    other = versions.ask(permit, holds="", reason=WORDS)
    agree(house, first)
    with pytest.raises(Conflict):
        agree(house, other)
    assert PolicyVersion.objects.count() == 1


def test_who_would_gain_does_not_approve(house: House) -> None:
    permit = house.permit(house.admin, Action.POLICY_CHANGE)
    drafts.put(permit, role="dpo", action="customers:field:reveal", rules=[rule(purposes=["audit"])])
    with pytest.raises(Conflict):
        ask(house)
    house.person("ono", "小野 光", "dpo", house.head, rank=6)
    with pytest.raises(Conflict):
        ask(house)


def test_the_comparison_names_who_gains_and_who_loses(house: House) -> None:
    content = policy.shipped_content()
    content["marketing"][READ] = [rule()]
    del content["operator"][READ]
    found = comparison.compare(policy.shipped(), policy.compiled(content, "draft"))
    assert [(one.role, one.action) for one in found.cells] == [("marketing", READ), ("operator", READ)]
    (move,) = found.moves
    assert list(move.gains.values()) == ["三枝 千尋"]
    assert sorted(move.loses.values()) == ["三枝 千尋", "小野寺 さくら"]
    assert found.people == {house.marketing.id, house.operator.id}


def test_who_has_it_by_another_duty_neither_gains_nor_loses(house: House) -> None:
    become(house.operator, roles=["operator", "steward"])
    content = policy.shipped_content()
    content["operator"]["customers:import:read"] = [*content["steward"]["customers:import:read"]]
    assert comparison.compare(policy.shipped(), policy.compiled(content, "draft")).moves == ()


@pytest.mark.parametrize("change", [
    {"purposes": ["fun"]}, {"reach": "moon"}, {"rank": 0}, {"rank": 99}, {"opens": {"9": 2}}, {"opens": {"1": 7}},
    {"fields": {"1.secret": 2}}, {"purposes": []}, {"opens": None},
])  # fmt: skip
def test_a_rule_that_no_policy_may_hold_is_not_drafted(house: House, change: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        draft(house, **change)
    assert not PolicyDraft.objects.exists()


@pytest.mark.parametrize("action", ["system:import:end", "keys:generation:destroy", "access:home:open", "no:such:act"])
def test_what_cannot_be_granted_has_no_cell(house: House, action: str) -> None:
    with pytest.raises(Hidden):
        draft(house, action=action)
    with pytest.raises(Invalid):
        versions.check({**policy.shipped_content(), "teller": {action: [rule()]}})


def test_home_and_approvals_stay_with_everybody(house: House) -> None:
    content = {role: {} for role in policy.shipped_content()}
    content["admin"] = policy.shipped_content()["admin"]
    content["dpo"] = policy.shipped_content()["dpo"]
    rules = versions.check(content)
    for role in ROLES:
        for action in ("access:home:open", "access:approval:read", "access:approval:answer"):
            assert rules.of([role], 1, action), (role, action)


@pytest.mark.parametrize(("role", "action"), [
    ("admin", "access:policy:change"), ("dpo", "access:policy:approve"), ("dpo", "access:approval:decide"),
])  # fmt: skip
def test_a_policy_under_which_nobody_could_agree_again_is_refused(house: House, role: str, action: str) -> None:
    with pytest.raises(Invalid):
        drafts.put(house.permit(house.admin, Action.POLICY_CHANGE), role=role, action=action, rules=[])
    Person.objects.filter(pk=house.dpo.pk).update(is_active=False)
    with pytest.raises(Invalid):
        draft(house)


def test_two_who_approve_different_policies_at_once_make_one_version(house: House) -> None:
    """The second finds the first one's number taken, even where it read before the first was there."""
    draft(house)
    row = ask(house)
    request = requests.request(house.permit(house.dpo, Action.APPROVAL_READ), row.pk, house.dpo)
    agree(house, row)
    with pytest.raises(TorideError):
        versions._run(house.permit(house.dpo, Action.APPROVAL_DECIDE), request.content)
    assert PolicyVersion.objects.count() == 1


def test_pages_of_the_policy_for_every_role(house: House) -> None:
    cell = reverse("policy_cell", kwargs={"role": "teller", "action": READ})
    for role in ROLES:
        client = enter(getattr(house, role))
        only = 200 if role == "admin" else 403
        duty = reverse("policy_duty", kwargs={"role": "teller"})
        for address in (reverse("policy_draft"), cell, reverse("policy_duty_new"), duty):
            assert client.get(address).status_code == only, (role, address)
        explains = 200 if role in {"admin", "dpo", "auditor"} else 403
        assert client.get(reverse("why")).status_code == explains, role
        posted = {"policy_try": 422, "policy_ask": 422, "policy_restore": 404, "policy_discard": 302}
        posted |= {"policy_take_up": 422, "policy_duty_new": 422}
        for name, wanted in posted.items():
            assert client.post(reverse(name)).status_code == (wanted if role == "admin" else 403), (role, name)
        for address, wanted in ((duty, 422), (reverse("policy_duty_remove", kwargs={"role": "teller"}), 422)):
            assert client.post(address).status_code == (wanted if role == "admin" else 403), (role, address)
    for name in ("policy_duty", "policy_duty_remove"):
        assert enter(house.admin).post(reverse(name, kwargs={"role": "root"})).status_code == 404
    for role, action in (("root", READ), ("teller", "no:such:act"), ("teller", "access:home:open")):
        address = reverse("policy_cell", kwargs={"role": role, "action": action})
        assert enter(house.admin).get(address).status_code == 404


def test_a_cell_is_drafted_compared_tried_and_asked_on_pages(house: House) -> None:
    client, htmx = enter(house.admin), {"HX-Request": "true"}
    cell = reverse("policy_cell", kwargs={"role": "marketing", "action": READ})
    form = {
        "purposes-0": ["marketing"],
        "reach-0": "branch",
        "rank-0": "1",
        "open-0-1": "2",
        "field-0-1.birth_date": "1",
    }
    assert client.post(cell, form, headers=htmx).headers["HX-Redirect"] == reverse("policy_draft")
    (kept,) = orjson.loads(PolicyDraft.objects.get().content)["marketing"][READ]
    assert kept == {
        "purposes": ["marketing"], "reach": "branch", "rank": 1, "opens": {"1": 2}, "fields": {"1.birth_date": 1},
        "obligations": ["watermark"],
    }  # fmt: skip
    page = client.get(reverse("policy_draft")).content.decode()
    assert "三枝 千尋" in page
    assert "data-changed" in page
    tried = client.post(reverse("policy_try"), {"username": "saegusa"}, headers=htmx).content.decode()
    assert "自店" in tried
    answer = client.post(reverse("policy_ask"), {"reason": WORDS, "holds": ""}, headers=htmx)
    row = Approval.objects.get()
    assert answer.headers["HX-Redirect"] == reverse("approval", kwargs={"number": row.pk})
    shown = enter(house.dpo).get(answer.headers["HX-Redirect"]).content.decode()
    for text in (": お客さま情報の閲覧", "三枝 千尋", "自店", "承認後ただちに", "生年月日"):
        assert text in shown


def test_the_matrix_page_shows_what_is_in_force(house: House) -> None:
    draft(house)
    agree(house, ask(house))
    page = enter(house.auditor).get(reverse("matrix")).content.decode()
    assert policy.current().version in page
    assert matrix.cells(policy.current(), "marketing", READ)[0].marks == "●○○○○"


class TestWhy:
    """The explanation says what the decision does."""

    def ask(self, house: House, person: Person, action: str, asker: Person | None = None, number: str = "") -> object:
        from toride.access.policies import explanation

        permit = house.permit(asker or house.dpo, Action.RULE_EXPLAIN)
        return explanation.explain(permit, username=person.username, action=action, number=number)

    def test_it_agrees_with_the_decision_for_everybody(self, house: House) -> None:
        for role in ROLES:
            person = getattr(house, role)
            for action in versions.grantable():
                try:
                    house.permit(person, action)
                    wanted = True
                except Refused:
                    wanted = False
                assert bool(self.ask(house, person, action).rules) == wanted, (role, action)

    def test_it_names_duty_rank_and_place(self, house: House) -> None:
        house.customer("0213-338104")
        house.customer("0213-338105", branch=house.wakaba)
        assert self.ask(house, house.teller, READ, number="0213-338104").rules
        away = self.ask(house, house.teller, READ, number="0213-338105")
        assert not away.rules
        assert [step.passed for step in away.steps] == [True, True, True, False]
        become(house.manager, rank=4)
        low = self.ask(house, house.manager, "customers:field:reveal")
        assert [step.passed for step in low.steps] == [True, True, False]
        assert [step.passed for step in self.ask(house, house.auditor, READ).steps] == [True, False]

    def test_who_reaches_no_customer_learns_of_none(self, house: House) -> None:
        house.customer("0213-338104")
        for number in ("0213-338104", "0000-000000"):
            with pytest.raises(Hidden):
                self.ask(house, house.teller, READ, asker=house.admin, number=number)

    def test_the_page_answers_by_post(self, house: House) -> None:
        client, htmx = enter(house.dpo), {"HX-Request": "true"}
        asked = {"username": "saeki", "action": "customers:import:read"}
        page = client.post(reverse("why"), asked, headers=htmx).content.decode()
        assert "拒否" in page
        assert client.post(reverse("why"), asked | {"username": "nobody"}, headers=htmx).status_code == 422
