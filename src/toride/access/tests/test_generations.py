"""Keys are destroyed by two people: asked on a page, approved by another, done by a job, once."""

import pytest
from django.urls import reverse

from tests.above import tell_of_keys
from tests.addresses import ROLES
from tests.kit import approve, enter
from tests.people import House
from toride.access.actions import Action
from toride.access.approvals import requests
from toride.access.models import Approval
from toride.access.policies import key_generations
from toride.base.errors import Conflict, Invalid, Refused
from toride.jobs import running
from toride.jobs.models import Job, State
from toride.vault import keyring, records
from toride.vault.aead import Unopenable
from toride.vault.keyring import Kind

pytestmark = pytest.mark.requirement("A4", "K1")
WORDS = "保存期間が過ぎました。"
CONTEXT = b"test"


@pytest.fixture
def former(house: House) -> tuple[str, bytes]:
    """A generation that only opens, and something that it sealed."""
    blob = records.seal_with(Kind.FILES, {"name": "一覧"}, CONTEXT)
    number = keyring.current(Kind.FILES).number
    keyring.create(Kind.FILES)
    return f"files:{number}", blob


def ask(house: House, generation: str, reason: str = WORDS) -> Approval:
    return key_generations.ask(house.permit(house.admin, Action.KEY_DESTROY), generation=generation, reason=reason)


def test_it_opens_until_a_second_person_agrees_and_never_again(house: House, former: tuple[str, bytes]) -> None:
    name, blob = former
    row = ask(house, name)
    permit = house.permit(house.dpo, Action.APPROVAL_READ)
    assert records.open_with(permit, Kind.FILES, blob, CONTEXT) == {"name": "一覧"}
    assert not Job.objects.exists()
    approve(house, house.dpo, row)
    job = running.claim("test")
    assert running.perform(job, "test").state == State.DONE
    with pytest.raises(Unopenable):
        records.open_with(permit, Kind.FILES, blob, CONTEXT)
    assert {one.name: one.state for one in key_generations.listed()}[name] == "destroyed"
    assert key_generations.destroy(running.Run(job, "test")) == {"destroyed": 1}


def test_what_is_in_use_is_neither_asked_nor_done(house: House, former: tuple[str, bytes]) -> None:
    house.customer()
    used = [one.name for one in key_generations.listed() if not one.ripe]
    assert any(name.startswith("subjects:") for name in used)
    for name in used:
        with pytest.raises(Conflict):
            ask(house, name)
    for name in ("files:99", "moon:1", ""):
        with pytest.raises(Invalid):
            ask(house, name)
    with pytest.raises(Invalid):
        ask(house, former[0], reason="古い")


def test_nobody_alone_destroys_keys(house: House, former: tuple[str, bytes]) -> None:
    ask(house, former[0])
    with pytest.raises(Refused):
        house.permit(house.admin, Action.APPROVAL_DECIDE)
    for person in (house.manager, house.admin):
        assert requests.waiting(person) == []


def test_the_page_for_every_role(house: House, former: tuple[str, bytes]) -> None:
    for role in ROLES:
        answer = enter(getattr(house, role)).get(reverse("keys"))
        assert answer.status_code == (200 if role == "admin" else 403), role
    client, htmx = enter(house.admin), {"HX-Request": "true"}
    sent = {"generation": former[0], "reason": ""}
    assert client.post(reverse("keys"), sent, headers=htmx).status_code == 422
    answer = client.post(reverse("keys"), sent | {"reason": WORDS}, headers=htmx)
    assert answer.headers["HX-Redirect"] == reverse("approval", kwargs={"number": Approval.objects.get().pk})
    shown = enter(house.dpo).get(answer.headers["HX-Redirect"]).content.decode()
    assert former[0] in shown
    assert "復号できなくなります" in shown


def test_the_command_does_not_go_around_it(house: House) -> None:
    with pytest.raises(Refused):
        tell_of_keys("keys:generation:destroy", {"generation": "files:1"})


def test_every_kind_of_key_has_a_name_for_people() -> None:
    assert set(key_generations.KINDS) == set(Kind)
