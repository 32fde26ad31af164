"""An institution's own people: added, ended, each an event; an ended person has nothing left."""

from contextlib import nullcontext

import pytest
from django.test import Client
from django.utils import timezone

from tests.kit import events
from tests.people import House
from toride.access import command_line
from toride.access.actions import Action
from toride.access.models import Person
from toride.access.people import registry
from toride.access.signin import tokens
from toride.access.signin.rules import Duty
from toride.access.tests.signing import put, sign_in
from toride.base import clock
from toride.base.errors import Conflict, Invalid, Refused
from toride.vault.permit import Opening

pytestmark = pytest.mark.requirement("A1")
NEW = {
    "username": "kikuchi",
    "name": "菊地 恵",
    "roles": ["teller"],
    "branch": "002",
    "rank": 2,
    "password": "石垣は高く-そして静かに",
}


def permit(house: House, person: Person | None = None) -> object:
    return house.permit(person or house.admin, Action.PERSON_MANAGE)


def test_the_administrator_adds_a_person_who_can_then_work(house: House) -> None:
    person = registry.hire(permit(house), **NEW)
    assert person.check_password(NEW["password"])
    assert house.permit(person, "customers:list:search").rows.branches == {"002"}


@pytest.mark.parametrize("role", ["teller", "manager", "steward", "dpo", "auditor"])
def test_nobody_else_manages_people(house: House, role: str) -> None:
    with pytest.raises(Refused):
        permit(house, getattr(house, role))


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"branch": "999"}, Invalid),
        ({"roles": ["root"]}, Invalid),
        ({"password": "short"}, Invalid),
        ({"username": "hayasaka"}, Conflict),
    ],
)
def test_bad_input_makes_nobody(house: House, change: dict[str, object], error: type[Exception]) -> None:
    before = Person.objects.count()
    with pytest.raises(error):
        registry.hire(permit(house), **{**NEW, **change})
    assert Person.objects.count() == before


def test_an_ended_person_has_neither_session_nor_token(house: House) -> None:
    from tests.kit import enter

    token = tokens.issue(house.teller)
    client = enter(house.teller)
    assert client.get("/customers/").status_code == 200
    registry.dismiss(permit(house), username="hasegawa")
    assert client.get("/customers/").status_code in (302, 403)
    with pytest.raises(Refused):
        tokens.holder(token)
    with pytest.raises(Refused):
        house.permit(Person.objects.get(username="hasegawa"), "customers:list:search")


def test_what_ends_somebodys_work_asks_by_name(house: House) -> None:
    from tests.kit import enter

    page = enter(house.admin).get("/people/").content.decode()
    assert "長谷川 由美さん（hasegawa）を利用停止にしますか？元に戻せません。" in page
    assert "長谷川 由美さん（hasegawa）を強制サインアウトしますか？" in page


@pytest.mark.requirement("A4")
@pytest.mark.parametrize("role", ["dpo", "manager"])
def test_nobody_alone_makes_a_second_person_for_themselves(house: House, role: str) -> None:
    """An administrator who hires who then approves: only the first one, of a house in which nobody decides yet."""
    with pytest.raises(Invalid):
        registry.hire(permit(house), **{**NEW, "roles": [role], "rank": 1})
    assert not Person.objects.filter(username=NEW["username"]).exists()
    Person.objects.filter(pk__in=[house.dpo.pk, house.manager.pk]).update(is_active=False)
    assert registry.hire(permit(house), **{**NEW, "roles": [role]})


def test_nobody_ends_themselves(house: House) -> None:
    with pytest.raises(Invalid):
        registry.dismiss(permit(house), username="hayasaka")


def test_branches_are_added_once(house: House) -> None:
    registry.open_branch(permit(house), code="009", name="利府支店")
    with pytest.raises(Conflict):
        registry.open_branch(permit(house), code="009", name="別の店")


@pytest.mark.requirement("A7")
def test_a_command_is_bound_to_networks_and_hours_of_the_duty(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes from this very machine, which a duty may name as 127.0.0.1."""
    monkeypatch.setenv("TORIDE_TOKEN", tokens.issue(house.steward))
    today = timezone.localtime(clock.now()).weekday()
    bounds = (
        (Duty(networks=("10.0.0.0/8",)), "network"),
        (Duty(networks=("10.0.0.0/8", "127.0.0.1/32")), None),
        (Duty(weekdays=((today + 3) % 7,)), "hours"),
        (Duty(weekdays=(today,)), None),
    )
    for duty, reason in bounds:
        put(steward=duty)
        expected = nullcontext() if reason is None else pytest.raises(Refused, match=reason)
        with expected, command_line.permitted("konno", "customers:list:search") as permit:
            permit.ledger.facts["read"] = "list"
        event = events()[0]
        assert (event.outcome, event.reason) == ("ok" if reason is None else "refused", reason or "")


def test_tokens_expire_and_are_stored_hashed(house: House) -> None:
    from datetime import timedelta

    from toride.access.models import PersonalToken

    token = tokens.issue(house.steward)
    assert tokens.holder(token) == house.steward
    assert token.encode() not in bytes(PersonalToken.objects.get().digest)
    with pytest.raises(Refused):
        tokens.holder(token + "x")
    PersonalToken.objects.update(expires=clock.now() - timedelta(seconds=1))
    with pytest.raises(Refused):
        tokens.holder(token)


@pytest.mark.requirement("A1")
def test_home_says_what_the_own_duties_open(house: House) -> None:
    from tests.kit import enter
    from toride.access.policies import matrix

    clear, masked, closed = Opening.CLEAR, Opening.MASKED, Opening.CLOSED
    assert matrix.opened(house.teller) == (("service", "branch", (clear, clear, clear, masked, closed)),)
    assert matrix.opened(house.admin) == ()
    page = enter(house.teller).get("/").content.decode()
    assert "取引の維持・管理" in page
    assert "自店" in page
    assert "お客さま情報を閲覧できません" in enter(house.admin).get("/").content.decode()


@pytest.mark.requirement("A1")
def test_a_person_is_added_on_the_page_and_begins_with_a_start_code(front: Client, house: House) -> None:
    sign_in(front, "hayasaka")
    front.get("/people/new/")
    sent = {"username": "kudo.a", "name": "工藤 葵", "roles": ["teller"], "branch": "003", "rank": "2"}
    answer = front.post("/people/new/", sent)
    made = Person.objects.get(username="kudo.a")
    assert (answer.status_code, answer.url) == (302, f"/people/{made.pk}/start/")
    assert (made.name, made.roles, made.branch_id, made.rank) == ("工藤 葵", ["teller"], "003", 2)
    assert not made.has_usable_password()
    assert sign_in(Client(), "kudo.a", "").status_code == 200


@pytest.mark.requirement("A1")
@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"username": "hasegawa"}, "username"), ({"username": "工藤"}, "username"), ({"username": ""}, "username"),
        ({"name": " "}, "name"), ({"name": "あ" * 101}, "name"), ({"branch": "999"}, "branch"), ({"roles": []}, "roles"),
        ({"roles": ["nothing"]}, "roles"), ({"roles": ["manager"], "rank": "6"}, "roles"), ({"rank": "0"}, "roles"),
    ],
)  # fmt: skip
def test_what_cannot_be_added_is_told_beside_its_field(front: Client, house: House, changed: dict, field: str) -> None:
    sign_in(front, "hayasaka")
    before = Person.objects.count()
    sent = {"username": "kudo", "name": "工藤 葵", "roles": ["teller"], "branch": "003", "rank": "2"} | changed
    answer = front.post("/people/new/", sent)
    assert answer.status_code in {409, 422}
    assert f'id="e-{field}"' in answer.content.decode()
    assert Person.objects.count() == before


@pytest.mark.requirement("A1")
def test_the_list_of_people_is_searched_and_narrowed(front: Client, house: House) -> None:
    sign_in(front, "hayasaka")

    def named(query: str) -> set[str]:
        page = front.get(f"/people/?{query}").content.decode()
        return {one.username for one in Person.objects.all() if f">{one.username}</small>" in page}

    assert named("q=長谷川") == {"hasegawa"}
    assert named("q=hase") == {"hasegawa"}
    assert named("q=由美 長谷川") == {"hasegawa"}
    assert named("role=teller") == {"hasegawa", "shoji"}
    assert named("role=teller&branch=003") == {"shoji"}
    Person.objects.filter(pk=house.sales.pk).update(is_active=False)
    assert named("state=ended") == {"saeki"}
    assert "saeki" not in named("state=factorless")
    assert named("q=%25") == set()
