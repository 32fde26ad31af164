"""The rules of sign-in: set by the administrator alone, in force with the next request, kept by the gate."""

from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from django.test import Client

from tests.kit import events, told
from tests.people import House, set_rules
from toride.access import commands
from toride.access.models import Approval, Person, SignInRules
from toride.access.signin import rule_changes, rules
from toride.access.signin.rules import Duty, Passwords, Rules
from toride.access.tests.signing import PLAIN, REASON, put, sign_in
from toride.base import clock
from toride.base.errors import Conflict, Unavailable

pytestmark = pytest.mark.requirement("A6", "A7")
DUTY = REASON | {"grace": "0", "idle": "5", "hours": "8", "sessions": "1", "networks": "", "begins": "", "ends": ""}
EVERY_DAY = [str(day) for day in range(7)]


def test_the_administrator_asks_and_another_approves_and_the_event_tells_both(front: Client, house: House) -> None:
    sign_in(front, "hayasaka")
    assert "/approvals/" in front.post("/sign-in-rules/passwords/", PLAIN).url
    assert rules.current() == Rules()
    asked = events()[0]
    assert (asked.action, asked.did) == ("access:rules:change", "propose")
    assert "早坂 健" in front.get("/sign-in-rules/").content.decode()
    house.agree()
    assert rules.current().passwords == Passwords(14, 2, 3, 90, 3)
    event = events()[0]
    assert (event.action, event.did) == ("access:approval:decide", "approve")
    assert event.facts["from"] == {"passwords.length": 12, "passwords.classes": 1, "passwords.former": 5,
                                   "passwords.days": 0, "proof": 15, "passkeys": True}  # fmt: skip
    assert event.facts["to"]["passwords.length"] == 14
    page = front.get("/sign-in-rules/").content.decode()
    assert 'value="14"' in page


@pytest.mark.parametrize("field", sorted(set(PLAIN) - set(REASON)))
@pytest.mark.parametrize("typed", ["", "-1", "9999", "1e3", "一"])
def test_figures_outside_their_limits_change_nothing(front: Client, field: str, typed: str) -> None:
    sign_in(front, "hayasaka")
    answer = front.post("/sign-in-rules/passwords/", PLAIN | {field: typed})
    assert answer.status_code == 422
    assert f'id="e-{field}"' in answer.content.decode() or field == "score"
    assert not SignInRules.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"networks": "everywhere"}, "networks"),
        ({"networks": "\n".join(f"10.0.{one}.0/24" for one in range(21))}, "networks"),
        ({"begins": "09:00"}, "begins"),
        ({"begins": "25:00", "ends": "18:00"}, "begins"),
        ({"idle": "0"}, "idle"),
        ({"sessions": "21"}, "sessions"),
    ],
)
def test_a_duty_that_cannot_be_understood_changes_nothing(front: Client, change: dict[str, str], field: str) -> None:
    sign_in(front, "hayasaka")
    answer = front.post("/sign-in-rules/duty/teller/", DUTY | {"weekdays": EVERY_DAY} | change)
    assert answer.status_code == 422
    assert f'id="e-{field}"' in answer.content.decode()
    assert not SignInRules.objects.exists()


def test_nobody_shuts_themselves_out(front: Client, house: House) -> None:
    sign_in(front, "hayasaka")
    for change in ({"networks": "10.0.0.0/8"}, {"weekdays": [str((datetime.now(UTC).weekday() + 3) % 7)]}):
        answer = front.post("/sign-in-rules/duty/admin/", DUTY | {"weekdays": EVERY_DAY} | change)
        assert answer.status_code == 422
    assert front.post("/sign-in-rules/duty/admin/", DUTY | {"networks": "127.0.0.0/8"}).status_code == 302
    house.agree()
    assert front.get("/sign-in-rules/").status_code == 200


def test_a_network_holds_from_the_next_request_and_at_sign_in(front: Client) -> None:
    sign_in(front, "hasegawa")
    assert front.get("/customers/").status_code == 200
    put(teller=Duty(networks=("10.1.0.0/16",)))
    assert front.get("/customers/").status_code == 403
    assert (events()[0].outcome, events()[0].reason) == ("refused", "network")
    assert front.get("/customers/", REMOTE_ADDR="10.1.2.3").status_code == 200
    assert sign_in(Client(), "hasegawa").status_code == 403
    assert (events()[0].action, events()[0].reason) == ("auth:session:open", "network")
    other = Client(REMOTE_ADDR="10.1.9.9")
    assert sign_in(other, "hasegawa").status_code == 302
    assert Client(REMOTE_ADDR="nonsense").get("/sign-in/").status_code == 200
    assert front.get("/customers/", REMOTE_ADDR="nonsense").status_code == 403


@pytest.mark.parametrize(
    ("begins", "ends", "weekdays", "moment", "inside"),
    [
        ("08:30", "18:00", (0, 1, 2, 3, 4), "2026-11-23 08:30", True),  # a Monday
        ("08:30", "18:00", (0, 1, 2, 3, 4), "2026-11-23 18:00", False),
        ("08:30", "18:00", (0, 1, 2, 3, 4), "2026-11-22 12:00", False),
        ("22:00", "06:00", (4,), "2026-11-20 23:00", True),  # Friday night
        ("22:00", "06:00", (4,), "2026-11-21 05:59", True),  # still Friday's
        ("22:00", "06:00", (4,), "2026-11-21 23:00", False),
        ("", "", (6,), "2026-11-22 00:00", True),
        ("", "", (6,), "2026-11-23 00:00", False),
    ],
)
def test_hours_are_the_institutions_own(
    house: House, begins: str, ends: str, weekdays: tuple[int, ...], moment: str, inside: bool
) -> None:
    put(teller=Duty(begins=begins, ends=ends, weekdays=weekdays))
    here = datetime.fromisoformat(moment + "+09:00")
    found = rules.bounds(rules.content(), ("teller",)).refusal("127.0.0.1", here.astimezone(UTC))
    assert (found is None) is inside


def test_several_duties_follow_the_strictest(house: House) -> None:
    put(
        teller=Duty(idle=5, sessions=3, networks=("10.0.0.0/8",)),
        manager=Duty(idle=20, sessions=1, factor=True, grace=3, networks=("10.1.0.0/16",)),
    )
    found = rules.bounds(rules.content(), ("teller", "manager"))
    assert (found.idle, found.sessions, found.grace) == (timedelta(minutes=5), 1, timedelta(days=3))
    assert found.refusal("10.1.0.1", clock.now()) is None
    assert found.refusal("10.2.0.1", clock.now()) == "network"


def test_idle_time_is_the_dutys(front: Client) -> None:
    sign_in(front, "hasegawa")
    session = front.session
    session["seen"] = (clock.now() - timedelta(minutes=6)).timestamp()
    session.save()
    assert front.get("/customers/").status_code == 200
    put(teller=Duty(idle=5))
    session = front.session
    session["seen"] = (clock.now() - timedelta(minutes=6)).timestamp()
    session.save()
    assert front.get("/customers/").status_code == 302


def test_rules_that_cannot_be_read_let_nobody_in(front: Client) -> None:
    sign_in(front, "hasegawa")
    set_rules("{")
    with pytest.raises(Unavailable):
        rules.current()
    assert front.get("/customers/").status_code == 503
    assert sign_in(Client(), "hasegawa").status_code == 503


def test_after_the_grace_a_person_enrols_and_reaches_nothing_else(front: Client, house: House) -> None:
    put(teller=Duty(factor=True, grace=7))
    sign_in(front, "hasegawa")
    assert front.get("/customers/").status_code == 200
    assert "追加認証" in front.get("/", headers={"Accept-Language": "ja"}).content.decode()
    Person.objects.filter(pk=house.teller.pk).update(created=clock.now() - timedelta(days=8))
    for path in ("/", "/customers/", "/me/", "/me/password/"):
        assert front.get(path).url == "/me/factor/", path
    subject = house.customer()
    assert front.get(f"/customers/{subject}/").url == "/me/factor/"
    asked = front.post("/find/", {"q": "斎藤"}, headers={"HX-Request": "true"})
    assert asked.headers.get("HX-Redirect") == "/me/factor/" or asked.status_code == 404
    from toride.access.tests.signing import enrol

    enrol(front)
    assert front.get("/customers/").status_code == 200


def test_the_grace_of_a_new_rule_begins_with_it(front: Client, house: House) -> None:
    Person.objects.update(created=clock.now() - timedelta(days=400))
    sign_in(front, "hayasaka")
    admin_is_held = front.get("/")
    assert admin_is_held.url == "/me/factor/"
    from toride.access.tests.signing import enrol

    enrol(front)
    wanted = DUTY | {"factor": "1", "grace": "7", "weekdays": EVERY_DAY}
    assert front.post("/sign-in-rules/duty/teller/", wanted).status_code == 302
    house.agree()
    since = rules.current().duties["teller"].since
    assert since
    teller = Client()
    sign_in(teller, "hasegawa")
    assert teller.get("/customers/").status_code == 200
    assert front.post("/sign-in-rules/duty/teller/", wanted | {"idle": "6"}).status_code == 302
    house.agree()
    assert rules.current().duties["teller"].since == since


def test_who_has_no_password_needs_no_second_factor(house: House) -> None:
    """A persona of a demonstration signs in with one click."""
    from tests.kit import enter

    put(teller=Duty(factor=True, grace=0))
    assert enter(house.teller).get("/customers/").status_code == 200


def test_two_parts_wait_beside_each_other_and_both_come_into_force(front: Client, house: House) -> None:
    sign_in(front, "hayasaka")
    for role in ("teller", "sales"):
        sent = DUTY | {"weekdays": EVERY_DAY, "grace": "14", "hours": "10", "sessions": "5"}
        assert front.post(f"/sign-in-rules/duty/{role}/", sent).status_code == 302
    house.agree()
    house.agree()
    assert rules.current().of("teller").idle == rules.current().of("sales").idle == 5
    assert rules.current().of("manager") == Rules().of("manager")


def test_what_was_changed_meanwhile_is_not_overwritten(front: Client, house: House) -> None:
    sign_in(front, "hayasaka")
    front.post("/sign-in-rules/passwords/", PLAIN)
    front.post("/sign-in-rules/passwords/", PLAIN | {"length": "20"})
    house.agree()
    assert rules.current().passwords.length == 20
    with pytest.raises(Conflict):
        house.agree()
    assert rules.current().passwords.length == 20


@pytest.mark.parametrize("reason", ["", "x"])
def test_without_a_reason_nothing_is_asked(front: Client, reason: str) -> None:
    sign_in(front, "hayasaka")
    answer = front.post("/sign-in-rules/passwords/", PLAIN | {"reason": reason})
    assert answer.status_code == 422
    assert 'id="e-reason"' in answer.content.decode()
    assert not Approval.objects.exists()


def test_where_nobody_else_can_approve_the_page_says_so_and_a_command_helps(front: Client, house: House) -> None:
    sign_in(front, "hayasaka")
    Person.objects.filter(pk=house.dpo.pk).update(is_active=False)
    answer = front.post("/sign-in-rules/passwords/", PLAIN)
    assert answer.status_code == 409
    assert 'value="14"' in answer.content.decode()
    assert "sign-in set" in answer.content.decode()
    asked = [
        "set",
        "passwords.length=14",
        "roles.teller.networks=10.0.0.0/8",
        "roles.teller.weekdays=0,1",
        "--confirm",
    ]
    said = CliRunner().invoke(commands.sign_in, [*asked, "rules"], catch_exceptions=False).output
    assert "passwords.length" in said
    assert rules.stand()
    assert rules.current().passwords == Passwords(length=14)
    assert rules.current().of("teller") == Duty(networks=("10.0.0.0/8",), weekdays=(0, 1))
    assert told("system:rules:set")[0].facts["from"]["passwords.length"] == 12
    for wrong in (["passwords.length=1"], ["passwords.colour=red"], ["passwords.length"], ["passwords.length=14"]):
        assert CliRunner().invoke(commands.sign_in, ["set", *wrong, "--confirm", "rules"]).exit_code
    assert CliRunner().invoke(commands.sign_in, ["set", "proof=5", "--confirm", "yes"]).exit_code
    assert rules.current().proof == 15


def test_what_stands_in_the_store_is_confirmed_by_two(front: Client, house: House) -> None:
    from toride.access.tests.signing import enrol

    sign_in(front, "hayasaka")
    enrol(front)
    put(teller=Duty(idle=7))
    SignInRules.objects.update(seal="")
    assert 'name="stored_reason"' in front.get("/sign-in-rules/").content.decode()
    assert front.post("/sign-in-rules/stored/", {"stored_reason": "x"}).status_code == 422
    sent = {"stored_reason": "As it stood before the upgrade."}
    assert front.post("/sign-in-rules/stored/", sent).status_code == 302
    assert not rules.stand()
    house.agree()
    assert rules.stand()
    assert rules.current().of("teller").idle == 7
    assert front.post("/sign-in-rules/stored/", sent).status_code == 409


def test_what_stands_in_the_store_is_not_confirmed_once_it_is_altered_again(front: Client, house: House) -> None:
    put(teller=Duty(idle=7))
    SignInRules.objects.update(seal="")
    rule_changes.ask_stored(house.permit(house.admin, "access:rules:change"), reason="As before the upgrade.")
    put(teller=Duty(idle=600))
    SignInRules.objects.update(seal="")
    with pytest.raises(Conflict):
        house.agree()
    assert not rules.stand()
