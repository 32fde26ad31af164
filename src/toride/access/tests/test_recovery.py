"""A forgotten password: asked for alike under every name, a code that is good once, a second factor that stays."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.kit import events
from tests.kit import told as recorded
from tests.people import House, become
from tests.racing import race
from toride.access import commands
from toride.access.actions import Action
from toride.access.approvals import requests
from toride.access.models import Lock, Person, StartCode
from toride.access.people import registry
from toride.access.signin import locks, recovery, tokens
from toride.access.signin.rules import Duty
from toride.access.tests.signing import PASSWORD, enrol, now_code, put, sign_in
from toride.audit.actions import System
from toride.base import clock
from toride.base.errors import Conflict, Hidden, Invalid

pytestmark = pytest.mark.requirement("A6")
NEW = "紫陽花-九十九里-Lantern-柱時計"
REASON = "電話で申し出があり、登録の番号に折り返して確かめた。"
ADDRESS = "/sign-in/start/password/"


def given(house: House, person: Person | None = None) -> str:
    permit = house.permit(house.admin, "access:person:manage")
    return recovery.issue(permit, person=(person or house.teller).id, checked="call")[1]


def enter(client: Client, name: str, code: str) -> object:
    return client.post("/sign-in/start/", {"name": name, "code": code})


def renew(client: Client, password: str = NEW) -> object:
    return client.post(ADDRESS, {"after": password, "again": password})


def told(answer: object) -> tuple[int, str]:
    return answer.status_code, re.sub(r'csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())


def test_a_new_password_by_a_code_and_everything_else_ends(front: Client, house: House) -> None:
    old, token = Client(), tokens.issue(house.teller)
    sign_in(old, "hasegawa")
    admin = Client()
    sign_in(admin, "hayasaka")
    assert front.post("/sign-in/forgotten/", {"name": "hasegawa"}).status_code == 200
    assert (events()[0].action, events()[0].actor.username) == (System.START_ASK, "hasegawa")
    page = admin.get("/people/").content.decode()
    assert page.count(f'href="/people/{house.teller.pk}/start/"') == 2
    assert ">再設定コードを発行</a>" in page
    assert "パスワードを忘れた場合<" not in page
    answer = admin.post(f"/people/{house.teller.pk}/start/", {"checked": "face"})
    code = re.search(r'id="code">([A-Z2-9-]+)<', answer.content.decode())[1]
    event = events()[0]
    assert (event.action, event.actor.username, event.facts["checked"]) == ("access:person:manage", "hayasaka", "face")
    assert admin.get("/people/").content.decode().count(f'href="/people/{house.teller.pk}/start/"') == 1
    assert old.get("/").status_code == 200
    assert "早坂 健" in old.get("/").content.decode()
    assert enter(front, "hasegawa", code.lower().replace("-", " ")).url == ADDRESS
    assert renew(front, "short").status_code == 422
    assert renew(front).status_code == 200
    event = events()[0]
    assert (event.action, event.actor.username, event.facts["issuer"]) == (
        System.START_USE,
        "hasegawa",
        str(house.admin.id),
    )
    assert event.facts["sessions"] == event.facts["tokens"] == 1
    assert old.get("/").status_code == 302
    assert front.get("/").status_code == 302
    with pytest.raises(Exception, match="toride token"):
        tokens.holder(token)
    assert sign_in(Client(), "hasegawa").status_code == 200
    assert sign_in(front, "hasegawa", NEW).url == "/"
    for path in ("/", "/me/"):
        assert "早坂 健" in front.get(path).content.decode()
    front.post("/me/devices/")
    assert "早坂 健" not in front.get("/").content.decode()
    assert "早坂 健" in front.get("/me/").content.decode()
    everything = "".join(str(one) for one in events(100)) + str(list(StartCode.objects.values()))
    assert code not in everything
    assert NEW not in everything


def test_a_code_is_good_once_until_its_time_and_for_one_name(front: Client, house: House) -> None:
    first = given(house)
    code = given(house)
    assert enter(front, "hasegawa", first).status_code == 422
    assert enter(front, "saeki", code).status_code == 422
    assert enter(front, "hasegawa", code).status_code == 302
    second = Client()
    assert enter(second, "hasegawa", code).status_code == 302
    assert renew(front).status_code == 200
    assert renew(second, NEW + "!").url == "/sign-in/start/"
    assert enter(Client(), "hasegawa", code).status_code == 422
    house.teller.refresh_from_db()
    assert house.teller.check_password(NEW)
    late = given(house)
    StartCode.objects.update(expires=clock.now())
    assert enter(Client(), "hasegawa", late).status_code == 422
    assert StartCode.objects.get(used=None).issued - clock.now() < timedelta()


def test_its_life_is_a_day(house: House) -> None:
    given(house)
    row = StartCode.objects.get()
    assert row.expires - row.issued == timedelta(hours=24)


@pytest.mark.store
def test_of_two_who_use_it_at_once_one_is_first(shared: House) -> None:
    from tests.people import DOOR

    given(shared)
    row = StartCode.objects.get()

    def one(password: str, begin: Callable[[], object]) -> None:
        begin()
        recovery.use(row.pk, password=password, door=DOOR)

    ends = race(one, (NEW, NEW + "!"))
    assert ends == ["Conflict", "done"]


def test_guessing_waits_and_leaves_the_password_alone(front: Client, house: House) -> None:
    code = given(house)
    for _ in range(locks.FREE["start"]):
        assert enter(front, "hasegawa", "AAAAA-AAAAA").status_code == 422
    assert enter(front, "hasegawa", code).status_code == 422
    assert (events()[0].action, events()[0].reason) == (System.START_USE, "locked")
    assert sign_in(Client(), "hasegawa").url == "/"
    assert enter(front, "hasegawa", given(house)).status_code == 302


def test_no_name_is_told_apart_from_another(front: Client, house: House) -> None:
    """Unknown, ended, without a code, with a wrong one, with one that ran out: the same bytes, statements, rows, events."""
    house.sales.is_active = False
    house.sales.save()
    given(house)
    gone = given(house, house.operator)
    StartCode.objects.filter(person=house.operator).update(expires=clock.now())
    seen: list[tuple[object, ...]] = []
    for name, code in (("nobody", "X"), ("saeki", "X"), ("shoji", "X"), ("hasegawa", "X"), ("onodera", gone)):
        for number, path in enumerate(("/sign-in/start/", "/sign-in/forgotten/")):
            before, rows = len(events(1_000)), Lock.objects.count()
            with CaptureQueriesContext(connection) as asked:
                answer = Client(REMOTE_ADDR=f"198.51.{number}.{len(seen)}").post(path, {"name": name, "code": code})
            left = len(events(1_000)) - before, Lock.objects.count() - rows
            seen.append((number, *told(answer), len(asked), *left))
    assert len(set(seen)) == 2, [one[3:] for one in seen]
    assert not {"nobody", PASSWORD} & {one.actor.username for one in events(1_000) if one.actor}


def test_asking_is_counted_by_address(front: Client) -> None:
    answers = [front.post("/sign-in/forgotten/", {"name": f"n{number}"}) for number in range(locks.FREE["address"] + 1)]
    assert [one.status_code for one in answers[-2:]] == [200, 422]


def test_the_second_factor_stays_and_comes_first(front: Client, house: House) -> None:
    """Neither the code nor a guess at the password leads past it; not even its page is shown before."""
    mine = Client()
    sign_in(mine, "hasegawa")
    secret, _codes = enrol(mine)
    enter(front, "hasegawa", given(house))
    assert 'name="after"' not in front.get(ADDRESS).content.decode()
    assert renew(front).status_code == 422
    assert front.post(ADDRESS, {"after": PASSWORD, "again": PASSWORD, "code": "000000"}).status_code == 422
    assert sign_in(Client(), "hasegawa").status_code == 302
    assert front.post(ADDRESS, {"code": now_code(secret)}).url == ADDRESS
    assert renew(front, PASSWORD).status_code == 422
    assert renew(front).status_code == 200
    assert sign_in(front, "hasegawa", NEW).url == "/sign-in/second/"


def test_the_way_is_of_one_browser_and_short(front: Client, house: House) -> None:
    code = given(house)
    desk = Client()
    sign_in(desk, "hayasaka")
    enter(desk, "hasegawa", code)
    assert desk.get("/").status_code == 302
    front.post("/sign-in/passkey/")  # which begins a session of nobody's
    planted = front.cookies[settings.SESSION_COOKIE_NAME].value
    enter(front, "hasegawa", code)
    assert front.cookies[settings.SESSION_COOKIE_NAME].value != planted
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = planted
    for client in (thief, Client()):
        assert client.get(ADDRESS).url == renew(client).url == "/sign-in/start/"
    session = front.session
    session["start"] = session["start"] | {"until": clock.now().timestamp()}
    session.save()
    assert renew(front).url == "/sign-in/start/"
    house.teller.refresh_from_db()
    assert house.teller.check_password(PASSWORD)


def test_places_and_hours_of_the_duty_hold(front: Client, house: House) -> None:
    put(teller=Duty(networks=("10.0.0.0/8",)))
    enter(front, "hasegawa", given(house))
    assert renew(front).status_code == 403
    assert (events()[0].outcome, events()[0].reason) == ("refused", "network")
    near = Client(REMOTE_ADDR="10.1.2.3")
    enter(near, "hasegawa", given(house))
    assert renew(near).status_code == 200


def test_who_decides_on_others_needs_two_people(front: Client, house: House) -> None:
    """For the data protection officer, and for whom a password alone would let enrol a second factor."""
    with pytest.raises(Conflict):
        given(house, house.manager)
    with pytest.raises(Conflict):
        given(house, house.steward)
    admin = Client()
    sign_in(admin, "hayasaka")
    address = f"/people/{house.manager.pk}/start/"
    assert admin.post(address, {"checked": "face"}).status_code == 422
    answer = admin.post(address, {"checked": "face", "reason": REASON})
    assert answer.url.startswith("/approvals/")
    row = requests.asked(house.admin)[0]
    found = requests.request(house.permit(house.dpo, "access:approval:read"), row.pk, house.dpo)
    assert not StartCode.objects.exists()
    requests.approve(house.permit(house.dpo, "access:approval:decide"), row.pk, digest=found.digest, count="1")
    other = house.person("other", "別の 管理者", "admin", house.head, rank=4)
    with pytest.raises(Conflict):
        recovery.issue(house.permit(other, "access:person:manage"), person=house.manager.id, checked="face")
    page = admin.post(address, {"checked": "face"}).content.decode()
    code = re.search(r'id="code">([A-Z2-9-]+)<', page)[1]
    enter(front, "okubo", code)
    assert renew(front).status_code == 200
    assert sign_in(front, "okubo", NEW).url == "/"


def test_a_code_of_one_person_is_no_good_for_who_has_risen_since(front: Client, house: House) -> None:
    code = given(house)
    become(house.teller, roles=["admin"])
    assert enter(front, "hasegawa", code).status_code == 422


def test_nobody_gives_one_to_themselves_nor_without_making_sure(house: House) -> None:
    permit = house.permit(house.admin, "access:person:manage")
    for person, checked, error in (
        (house.admin.id, "call", Invalid),
        (house.teller.id, "", Invalid),
        (uuid4(), "call", Hidden),
    ):
        with pytest.raises(error):
            recovery.issue(permit, person=person, checked=checked)
    assert not StartCode.objects.exists()


def test_a_password_of_ones_own_ends_a_code(front: Client, house: House) -> None:
    code = given(house)
    mine = Client()
    sign_in(mine, "hasegawa")
    assert mine.post("/me/password/", {"before": PASSWORD, "after": NEW, "again": NEW}).status_code == 302
    assert enter(front, "hasegawa", code).status_code == 422


def test_an_ended_person_has_no_way_back(front: Client, house: House) -> None:
    code = given(house)
    enter(front, "hasegawa", code)
    registry.dismiss(house.permit(house.admin, "access:person:manage"), username="hasegawa")
    assert renew(front).url == "/sign-in/start/"
    Person.objects.filter(pk=house.teller.pk).update(is_active=True)
    assert renew(front).url == "/sign-in/start/"
    assert enter(Client(), "hasegawa", code).status_code == 422


def by_command(*arguments: str) -> str:
    done = CliRunner().invoke(commands.people, ["start", *arguments])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.output


def test_whoever_holds_the_keys_lets_the_only_administrator_in_again(front: Client, house: House) -> None:
    """Good without a second person, though not past the second factor; and told to them as any other."""
    Person.objects.exclude(pk=house.admin.pk).update(is_active=False)
    mine = Client()
    sign_in(mine, "hayasaka")
    secret, _codes = enrol(mine)
    with pytest.raises(Invalid):
        by_command("hayasaka", "--confirm", "hayasak")
    assert not StartCode.objects.exists()
    code = by_command("hayasaka", "--confirm", "hayasaka").splitlines()[-1]
    (event,) = recorded(Action.PERSON_START)
    assert (event.door.kind, event.facts["username"]) == ("cli", "hayasaka")
    assert code not in str(event)
    assert "金融機関の鍵の管理者" in mine.get("/").content.decode()
    assert enter(front, "hayasaka", code).url == ADDRESS
    assert renew(front).status_code == 422
    assert front.post(ADDRESS, {"code": now_code(secret)}).url == ADDRESS
    assert renew(front).status_code == 200
    assert (events()[0].action, events()[0].facts["issuer"]) == (System.START_USE, "")
    assert mine.get("/").status_code == 302


def test_the_command_gives_no_code_to_who_has_gone(house: House) -> None:
    with pytest.raises(Invalid):
        by_command("nobody", "--confirm", "nobody")
    Person.objects.filter(pk=house.teller.pk).update(is_active=False)
    with pytest.raises(Hidden):
        by_command("hasegawa", "--confirm", "hasegawa")
    assert not StartCode.objects.exists()


def test_a_second_command_ends_the_first_code(front: Client, house: House) -> None:
    first = by_command("hasegawa", "--confirm", "hasegawa").splitlines()[-1]
    second = by_command("hasegawa", "--confirm", "hasegawa").splitlines()[-1]
    assert enter(front, "hasegawa", first).status_code == 422
    assert enter(front, "hasegawa", second).status_code == 302
