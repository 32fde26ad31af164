"""Duties that an institution makes itself: held, shown, limited and reviewed as the delivered ones are."""

from typing import Any

import orjson
import pytest
from django.test import Client
from django.urls import reverse

from tests.kit import enter
from tests.people import House
from toride.access import policy
from toride.access.actions import Action
from toride.access.approvals import requests
from toride.access.models import Approval, Connection, Person, PolicyDraft, PolicyVersion
from toride.access.people import role_changes
from toride.access.people.registry import must_go_together
from toride.access.policies import comparison, drafts, matrix, versions
from toride.access.signin import proof, rules
from toride.access.tests.policies import READ, WORDS, agree, ask, rule
from toride.base import clock
from toride.base.errors import Hidden, Invalid, Refused

pytestmark = pytest.mark.requirement("A1")
TRAINEE = {"ja": "窓口見習い", "en": "Trainee teller", "rank": 1, "apart": []}


def fresh(house: House) -> Client:
    """The administrator, who has just proved who they are."""
    client = enter(house.admin)
    session = client.session
    session[proof.PROVED] = clock.now().timestamp()
    session.save()
    return client


def permit(house: House) -> Any:
    return house.permit(house.admin, Action.POLICY_CHANGE)


def make(house: House, like: str = "teller", **change: Any) -> str:
    return drafts.make(permit(house), **(TRAINEE | change), like=like)


def made(house: House, like: str = "teller", **change: Any) -> str:
    code = make(house, like, **change)
    agree(house, ask(house))
    return code


def give(house: House, person: Person, *held: str, rank: int = 2) -> Approval:
    asked = house.permit(house.admin, Action.PERSON_CHANGE)
    branch = person.branch_id or ""
    return role_changes.change(asked, person.id, roles=list(held), rank=rank, branch=branch, reason=WORDS)


def given(house: House, person: Person, *held: str, rank: int = 2) -> None:
    agree(house, give(house, person, *held, rank=rank))
    person.refresh_from_db()


def test_a_copied_duty_is_agreed_upon_given_and_decides(house: House) -> None:
    code = make(house)
    assert code == "trainee-teller"
    with pytest.raises(Invalid):
        give(house, house.operator, code)
    agree(house, ask(house))
    given(house, house.operator, code)
    assert policy.current().actions([code], 2) == policy.current().actions(["teller"], 2)
    assert house.permit(house.operator, "customers:list:search").purpose == "service"


def test_it_is_called_by_its_name_wherever_duties_are_named(house: House) -> None:
    code = make(house, ja="窓口<b>見習い", en="")
    row = ask(house)
    shown = "窓口&lt;b&gt;見習い"
    request = reverse("approval", kwargs={"number": row.pk})
    assert shown in enter(house.dpo).get(request).content.decode()
    agree(house, row)
    given(house, house.operator, code)
    client = fresh(house)
    for name, arguments in (
        ("matrix", {}), ("people", {}), ("sign_in_rules", {}), ("sign_in_rules_duty", {"role": code}),
        ("person_change", {"person": house.teller.id}), ("policy_draft", {}), ("policy_duty", {"role": code}),
    ):  # fmt: skip
        page = client.get(reverse(name, kwargs=arguments)).content.decode()
        assert shown in page, name
        assert "<b>見" not in page
    assert house.operator.name in page
    assert shown in enter(house.operator).get(reverse("home")).content.decode()


def test_a_delivered_duty_is_called_otherwise_by_the_version_in_force(house: House) -> None:
    drafts.describe(permit(house), role="teller", ja="窓口係", en="", rank=1, apart=[])
    assert policy.called("teller") != "窓口係"
    difference = comparison.compare(policy.current(), drafts.policy_of(house.admin))
    assert [(one.code, other.label) for one, other in difference.duties] == [("teller", "窓口係")]
    assert not difference.people
    agree(house, ask(house))
    assert policy.called("teller") == "窓口係"
    drafts.describe(permit(house), role="teller", ja="", en="", rank=1, apart=[])
    assert PolicyDraft.objects.get().content == policy.written(policy.shipped_content())


@pytest.mark.parametrize("change", [
    {"ja": "テラー", "en": "ＴＥＬＬＥＲ"}, {"ja": "", "en": ""}, {"ja": "あ" * 41}, {"ja": "あ\nい"}, {"rank": 0}, {"rank": 10},
    {"apart": ["nobody"]},
])  # fmt: skip
def test_a_duty_that_no_policy_may_hold_is_not_drafted(house: House, change: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        make(house, **change)
    assert not PolicyDraft.objects.exists()


def test_an_unknown_duty_is_no_model_and_has_no_page(house: House) -> None:
    with pytest.raises(Hidden):
        make(house, like="root")
    with pytest.raises(Hidden):
        drafts.describe(permit(house), role="root", ja="根", en="", rank=1, apart=[])


def test_a_duty_is_not_given_below_its_rank_and_grants_nothing_there(house: House) -> None:
    code = made(house, rank=4)
    with pytest.raises(Invalid):
        give(house, house.operator, code, rank=3)
    given(house, house.operator, code, rank=4)
    assert house.permit(house.operator, "customers:list:search")
    drafts.describe(permit(house), role=code, ja="窓口見習い", en="Trainee teller", rank=5, apart=[])
    difference = comparison.compare(policy.current(), drafts.policy_of(house.admin))
    assert {name for move in difference.moves for name in move.loses.values()} == {house.operator.name}
    agree(house, ask(house))
    with pytest.raises(Refused):
        house.permit(house.operator, "customers:list:search")


def test_a_duty_that_somebody_holds_or_a_group_gives_stays(house: House) -> None:
    code = made(house)
    given(house, house.operator, code)
    with pytest.raises(Invalid):
        drafts.remove(permit(house), role=code)
    page = enter(house.admin).get(reverse("policy_duty", kwargs={"role": code})).content.decode()
    assert house.operator.name in page
    assert reverse("policy_duty_remove", kwargs={"role": code}) not in page
    given(house, house.operator, "operator")
    now = clock.now()
    key = Connection.objects.create(
        id="c", person=house.steward, name="社員台帳", scopes=[], purpose="data-care", categories=[], created=now,
        duties={"GG-Trainees": code}, digest=b"", expires=now,
    )  # fmt: skip
    with pytest.raises(Invalid):
        drafts.remove(permit(house), role=code)
    Connection.objects.filter(pk=key.pk).update(revoked=now)
    drafts.remove(permit(house), role=code)
    row = ask(house)
    given(house, house.operator, "operator", code)
    with pytest.raises(Invalid):
        agree(house, row)
    assert code in policy.current().duties


def test_what_was_removed_does_not_come_back_under_its_code(house: House) -> None:
    """Somebody who has left holds it still; a duty of the same name made later is another."""
    code = made(house)
    given(house, house.operator, code)
    Person.objects.filter(pk=house.operator.pk).update(is_active=False)
    drafts.remove(permit(house), role=code)
    agree(house, ask(house))
    assert make(house, like="manager") == f"{code}-2"


def test_duties_kept_apart_are_not_given_together(house: House) -> None:
    code = made(house, apart=["sales"])
    for held in ([code, "sales"], ["sales", code]):
        with pytest.raises(Invalid):
            give(house, house.operator, *held)
    given(house, house.operator, code, "operator")
    both = {"ja": "窓口見習い", "en": "", "rank": 1, "apart": ["operator"]}
    with pytest.raises(Invalid):
        drafts.describe(permit(house), role=code, **both)
    given(house, house.operator, "operator")
    drafts.describe(permit(house), role=code, **both)
    agree(house, ask(house))
    with pytest.raises(Invalid):
        give(house, house.operator, code, "operator")


def test_a_copy_under_another_name_is_no_way_around_what_is_kept_apart(house: House) -> None:
    """Who manages people reads no trail, and who drafts a policy approves none, whatever the duties are called."""
    code = made(house, like="auditor")
    assert policy.current().clash(["admin", code])
    drafts.describe(permit(house), role=code, **TRAINEE)
    agree(house, ask(house))
    with pytest.raises(Invalid):
        must_go_together(["admin", code], 9)
    with pytest.raises(Invalid):
        drafts.put(permit(house), role="admin", action="audit:trail:read", rules=[rule(purposes=["audit"])])
    steward = make(house, like="steward", ja="控えの管理", en="")
    assert drafts.policy_of(house.admin).clash([steward, "auditor"])


def test_a_made_duty_needs_a_second_factor_until_the_rules_say_otherwise(house: House) -> None:
    code = made(house)
    assert rules.bounds(None, (code,)).grace is not None
    assert rules.bounds(None, ("teller",)).grace is None
    address = reverse("sign_in_rules_duty", kwargs={"role": code})
    client = fresh(house)
    typed = {"grace": "14", "idle": "30", "hours": "10", "sessions": "5", "networks": "", "begins": "", "ends": "",
             "reason": "As for tellers."}  # fmt: skip
    assert client.post(address, typed).status_code == 302
    house.agree()
    assert rules.bounds(rules.content(), (code,)).grace is None
    assert client.get(reverse("sign_in_rules_duty", kwargs={"role": "root"})).status_code == 404


def test_pages_make_describe_and_remove_a_duty(house: House) -> None:
    client, htmx = enter(house.admin), {"HX-Request": "true"}
    sent = {"ja": "融資", "en": "Lending", "rank": "３", "apart": ["auditor"], "like": "sales"}
    assert client.post(reverse("policy_duty_new"), sent, headers=htmx).headers["HX-Redirect"] == reverse("policy_draft")
    (own,) = orjson.loads(PolicyDraft.objects.get().content)["lending"]["duty"]
    assert own == {"ja": "融資", "en": "Lending", "rank": 3, "apart": ["auditor"]}
    again = client.post(reverse("policy_duty_new"), sent, headers=htmx)
    assert again.status_code == 422
    assert 'value="融資"' in again.content.decode()
    draft = client.get(reverse("policy_draft")).content.decode()
    assert "融資 ／ Lending" in draft
    cell = reverse("policy_cell", kwargs={"role": "lending", "action": READ})
    assert "融資" in client.get(cell).content.decode()
    address = reverse("policy_duty", kwargs={"role": "lending"})
    assert client.post(address, sent | {"ja": "法人融資"}, headers=htmx).status_code == 200
    assert "法人融資" in client.get(address).content.decode()
    assert client.post(reverse("policy_duty_remove", kwargs={"role": "lending"})).status_code == 302
    assert "lending" not in orjson.loads(PolicyDraft.objects.get().content)


class TestNewActions:
    """A release that declares actions which the stored policy does not know."""

    NEW = "customers:field:reveal"

    def before(self, house: House) -> None:
        content = policy.shipped_content()
        for table in content.values():
            table.pop(self.NEW, None)
        row = PolicyDraft.objects.create(person=house.admin, content=policy.written(content), changed=clock.now())
        agree(house, ask(house))
        assert not PolicyDraft.objects.filter(pk=row.pk).exists()

    def test_nobody_has_them_until_two_people_take_them_up(self, house: House) -> None:
        self.before(house)
        with pytest.raises(Refused):
            house.permit(house.teller, self.NEW)
        assert set(versions.ungranted(versions.newest()[1])) == {self.NEW}
        client = enter(house.admin)
        page = client.get(reverse("policy_draft")).content.decode()
        assert 'id="fresh"' in page
        assert client.post(reverse("policy_take_up")).status_code == 302
        with pytest.raises(Refused):
            house.permit(house.teller, self.NEW)
        difference = comparison.compare(policy.current(), drafts.policy_of(house.admin))
        assert {cell.action for cell in difference.cells} == {self.NEW}
        assert house.teller.name in next(move for move in difference.moves).gains.values()
        agree(house, ask(house))
        assert house.permit(house.teller, self.NEW)
        assert matrix.cells(policy.current(), "teller", self.NEW) == matrix.cells(policy.shipped(), "teller", self.NEW)
        assert 'id="fresh"' not in client.get(reverse("policy_draft")).content.decode()

    def test_only_these_are_taken_up(self, house: House) -> None:
        """What an institution has changed of other actions, and duties that it has ended, stay as they are."""
        content = policy.shipped_content()
        for table in content.values():
            table.pop(self.NEW, None)
        del content["corporate"], content["teller"][READ]
        house.corporate.is_active = False
        house.corporate.save()
        PolicyDraft.objects.create(person=house.admin, content=policy.written(content), changed=clock.now())
        drafts.take_up(permit(house))
        kept = orjson.loads(PolicyDraft.objects.get().content)
        assert "corporate" not in kept
        assert READ not in kept["teller"]
        assert self.NEW in kept["teller"]
        with pytest.raises(Invalid):
            drafts.take_up(permit(house))
        assert not PolicyVersion.objects.exists()

    def test_a_draft_shows_every_action_that_can_be_granted(self, house: House) -> None:
        self.before(house)
        page = enter(house.admin).get(reverse("policy_draft")).content.decode()
        assert reverse("policy_cell", kwargs={"role": "teller", "action": self.NEW}) in page


def test_a_request_shows_what_becomes_of_the_duties(house: House) -> None:
    make(house, rank=3, apart=["sales"])
    row = ask(house)
    asked = requests.request(house.permit(house.dpo, Action.APPROVAL_READ), row.pk, house.dpo)
    lines = [line.after for line in asked.lines]
    assert ["窓口見習い ／ Trainee teller", "職階3以上に付与可", "兼務できない職務：渉外"] in [
        list(map(str, one)) for one in lines
    ]
