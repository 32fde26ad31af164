"""Who administers the database changes there neither the policy nor what a person may do: refused, told, undone."""

from datetime import timedelta
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from django.db import connection
from django.urls import reverse

from tests.kit import enter, events, told
from tests.people import House, become
from toride.access import commands, integrity, policy
from toride.access.actions import Action
from toride.access.models import Approval, Person, PolicyVersion
from toride.access.people import role_changes
from toride.access.policies import versions
from toride.access.tests.policies import READ, WORDS, agree, ask, draft, opening, rule
from toride.audit import checkpoints
from toride.base import clock
from toride.base.errors import Conflict, Refused, Unavailable
from toride.vault import signing
from toride.vault.permit import Opening

pytestmark = pytest.mark.requirement("A1")


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
    policy.forget()


def run(group: Any, *arguments: str) -> str:
    ran = CliRunner().invoke(group, arguments, catch_exceptions=False)
    assert ran.exit_code == 0
    return ran.output


def widened() -> tuple[str, str]:
    """A policy by which a teller drafts and approves policies, whole with its digest."""
    content = policy.shipped_content()
    content["teller"]["access:policy:change"] = [rule(purposes=["administration"], reach="none")]
    text = policy.written(content)
    return text, policy.digest(text)


@pytest.fixture
def agreed(house: House) -> PolicyVersion:
    """A version that two people agreed upon, by which marketing sees names in clear."""
    draft(house)
    agree(house, ask(house))
    assert opening(house) is Opening.CLEAR
    return PolicyVersion.objects.get()


class TestPolicy:
    """What is altered by SQL decides nothing, and says so."""

    @pytest.mark.parametrize("altered", ["content", "holds", "approver", "number", "seal"])
    def test_an_altered_version_is_refused_and_told(self, house: House, agreed: PolicyVersion, altered: str) -> None:
        text, digest = widened()
        match altered:
            case "content":
                sql("UPDATE access_policyversion SET content = %s, digest = %s", text, digest)
            case "holds":
                sql("UPDATE access_policyversion SET holds = %s", agreed.holds - timedelta(days=1))
            case "approver":
                sql("UPDATE access_policyversion SET approver_id = drafter_id")
            case "number":
                sql("UPDATE access_policyversion SET number = 9")
            case "seal":
                sql("UPDATE access_policyversion SET seal = ''")
        page = enter(house.teller).get("/customers/")
        assert page.status_code == 503
        assert "./toride policy restore" in page.content.decode()
        with pytest.raises(Unavailable):
            house.permit(house.admin, Action.POLICY_CHANGE)
        (event,) = told(Action.POLICY_REFUSE)
        assert (event.outcome, event.reason) == ("refused", policy.ALTERED)

    def test_a_version_put_beside_the_signed_one_is_refused(self, house: House, agreed: PolicyVersion) -> None:
        text, digest = widened()
        agreed.number, agreed.content, agreed.digest = 2, text, digest
        agreed.save(force_insert=True)
        policy.forget()
        with pytest.raises(Unavailable):
            house.permit(house.teller, "customers:list:search")

    def test_a_note_by_another_key_is_refused(self, house: House, agreed: PolicyVersion) -> None:
        text, digest = widened()
        agreed.content, agreed.digest = text, digest
        other = signing.Signer(bytes(signing.KEY_BYTES))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(checkpoints, "_signer", lambda _path: other)
            agreed.seal = integrity.of_version(agreed)
            assert integrity.is_version(agreed)
        agreed.save()
        policy.forget()
        with pytest.raises(Unavailable):
            house.permit(house.teller, "customers:list:search")

    def test_the_signature_is_checked_once_for_a_load(
        self, house: House, agreed: PolicyVersion, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        policy.forget()
        opening(house)
        monkeypatch.setattr(checkpoints, "attested", None)
        for _ in range(3):
            opening(house)

    def test_whoever_holds_the_keys_goes_back_to_the_last_good_one(self, house: House, agreed: PolicyVersion) -> None:
        draft(house, role="operator", opens={"1": 1})
        agree(house, ask(house))
        text, digest = widened()
        sql("UPDATE access_policyversion SET content = %s, digest = %s WHERE number = 2", text, digest)
        output = run(commands.policy, "restore")
        assert policy.name(2, digest) in output
        assert policy.current().version == policy.name(1, agreed.digest)
        assert opening(house) is Opening.CLEAR
        (event,) = told(Action.POLICY_RESTORE)
        assert event.facts == {"aside": [policy.name(2, digest)], "version": policy.name(1, agreed.digest)}
        assert policy.name(2, digest) not in run(commands.policy, "restore")
        draft(house, role="operator", opens={"1": 2})
        agree(house, ask(house))
        assert policy.current().version.startswith("v3-")
        assert "除外（" in enter(house.admin).get(reverse("policy_draft")).content.decode()

    def test_with_no_good_version_left_the_delivered_one_holds(self, house: House, agreed: PolicyVersion) -> None:
        sql("UPDATE access_policyversion SET seal = ''")
        assert policy.shipped().version in run(commands.policy, "restore")
        assert opening(house) is Opening.MASKED
        assert versions.newest()[0] == 0


class TestPlace:
    """Duties, rank, branch and department are what services gave."""

    @pytest.mark.parametrize(("column", "value"), [
        ("roles", '["teller", "admin"]'), ("rank", 9), ("branch_id", "003"), ("department_id", "corporate"),
    ])  # fmt: skip
    def test_what_was_altered_is_refused_and_recorded(self, house: House, column: str, value: object) -> None:
        client = enter(house.teller)
        assert client.get("/customers/").status_code == 200
        sql(f"UPDATE access_person SET {column} = %s WHERE username = 'hasegawa'", value)
        for address in ("/customers/", reverse("people"), reverse("home")):
            page = client.get(address)
            assert page.status_code == 403
            assert reverse("people") not in page.content.decode()
        assert {(one.outcome, one.reason) for one in events(3)} == {("refused", "altered")}
        house.teller.refresh_from_db()
        with pytest.raises(Refused):
            house.permit(house.teller, "customers:list:search")
        administrator, htmx = enter(house.admin), {"HX-Request": "true"}
        assert "承認内容と不一致" in administrator.get(reverse("people")).content.decode()
        asked = {"username": "hasegawa", "action": "customers:list:search"}
        assert "拒否" in administrator.post(reverse("why"), asked, headers=htmx).content.decode()

    def test_a_seal_of_somebody_else_does_not_fit(self, house: House) -> None:
        sql("UPDATE access_person SET roles = (SELECT roles FROM access_person WHERE username = 'hayasaka'),"
            " rank = 4, branch_id = '000', seal = (SELECT seal FROM access_person WHERE username = 'hayasaka')"
            " WHERE username = 'hasegawa'")  # fmt: skip
        house.teller.refresh_from_db()
        assert house.teller.roles == ["admin"]
        with pytest.raises(Refused):
            house.permit(house.teller, Action.PERSON_MANAGE)

    def test_no_service_makes_an_altered_place_good(self, house: House) -> None:
        sql("UPDATE access_person SET roles = %s WHERE username = 'hasegawa'", '["teller", "admin"]')
        house.teller.refresh_from_db()
        with pytest.raises(Refused):
            role_changes.drop(house.teller, "teller")
        house.teller.name = "長谷川 由美子"
        house.teller.save()
        house.teller.refresh_from_db()
        assert not integrity.is_place(house.teller)

    def test_two_people_make_it_good_and_see_all_of_it(self, house: House) -> None:
        from toride.access.approvals import requests

        sql("UPDATE access_person SET roles = %s WHERE username = 'hasegawa'", '["teller", "admin"]')
        page = enter(house.admin).get(reverse("person_change", kwargs={"person": house.teller.id})).content.decode()
        assert 'value="admin" checked' not in page
        permit = house.permit(house.admin, Action.PERSON_CHANGE)
        row = role_changes.change(permit, house.teller.id, roles=["teller"], rank=2, branch="002", reason=WORDS)
        seen = requests.request(house.permit(house.dpo, Action.APPROVAL_READ), row.pk, house.dpo)
        assert [list(line.before) for line in seen.lines][1:] == [[], [0], []]
        agree(house, row)
        house.teller.refresh_from_db()
        assert house.permit(house.teller, "customers:list:search")
        assert Approval.objects.get().state == "approved"

    def test_whoever_holds_the_keys_accepts_what_stands(self, house: House) -> None:
        sql("UPDATE access_person SET seal = '' WHERE username = 'ujiie'")
        assert "ujiie" in run(commands.policy, "restore")
        with pytest.raises(Conflict):
            run(commands.people, "accept", "konno", "--confirm", "konno")
        assert "dpo" in run(commands.people, "accept", "ujiie", "--confirm", "ujiie")
        house.dpo.refresh_from_db()
        assert house.permit(house.dpo, Action.APPROVAL_DECIDE)
        (event,) = told(Action.PERSON_SEAL)
        assert event.facts["roles"] == ["dpo"]

    def test_what_nobody_can_use_counts_for_no_policy(self, house: House) -> None:
        assert versions.stands(policy.current())
        sql("UPDATE access_person SET seal = '' WHERE username = 'ujiie'")
        assert not versions.stands(policy.current())

    def test_a_place_is_sealed_with_its_person_only(self, house: House) -> None:
        assert len({integrity.of_place(one) for one in Person.objects.all()}) == Person.objects.count()
        become(house.teller, rank=3)
        house.teller.refresh_from_db()
        assert integrity.is_place(house.teller)
        assert orjson.loads(orjson.dumps(house.teller.seal)) != integrity.of_place(house.sales)


def test_an_altered_draft_or_request_is_no_way_in(house: House) -> None:
    """What is asked for is sealed apart; a version made from anything else is not signed."""
    draft(house)
    row = ask(house)
    text, digest = widened()
    sql("UPDATE access_policydraft SET content = %s", text)
    agree(house, row)
    assert PolicyVersion.objects.get().digest != digest
    assert "access:policy:change" not in policy.current().grants["teller"]
    assert house.permit(house.marketing, READ).policy == policy.current().version
    assert clock.now() >= PolicyVersion.objects.get().holds
