"""Keys: shown once, kept as digests, found by scanners, ended at once; never wider than the person they act as."""

import json
import re
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.db import connection as store

from tests.kit import events
from tests.people import House, become
from toride.access.machines import authentication, keys, services
from toride.access.machines.commands import api_key
from toride.access.machines.tests.forms import another_day
from toride.access.models import Connection
from toride.access.people import registry
from toride.access.signin import locks, tokens
from toride.access.signin.rules import Duty
from toride.access.tests.signing import put
from toride.base import clock
from toride.base.errors import Hidden, Invalid, Refused
from toride.vault.permit import Category, Door, Opening

pytestmark = pytest.mark.requirement("A8")
DOOR = Door("api", "192.0.2.7")
MANAGE = "access:connection:manage"


def connect(house: House, username: str = "konno", **given: object) -> tuple[Connection, str]:
    wanted = {"name": "core", "wanted": ["customers"], "purpose": "data-care", **given}
    return services.connect(house.permit(house.admin, MANAGE), username=username, **wanted)


def test_key_has_a_form_that_scanners_find_and_is_kept_nowhere(house: House) -> None:
    made, key = connect(house)
    assert re.fullmatch(r"toride_ak_[0-9a-z]{12}_[0-9A-Za-z]{49}", key)
    assert keys.owner(key) == made.id
    with store.cursor() as cursor:
        cursor.execute("SELECT * FROM access_connection")
        held = repr([[bytes(one) if isinstance(one, memoryview) else one for one in row] for row in cursor.fetchall()])
    secret = key.rpartition("_")[2]
    assert secret[:20] not in held
    assert made.digest == keys.digest(key)


def test_key_with_a_slip_is_no_key(house: House) -> None:
    _made, key = connect(house)
    for at in (10, 24, 40, len(key) - 1):
        other = key[:at] + ("a" if key[at] != "a" else "b") + key[at + 1 :]
        assert keys.owner(other) is None
        with pytest.raises(authentication.Unknown):
            authentication.enter(other, DOOR)


def test_keys_differ_and_hold_256_bits() -> None:
    found = {keys.make("0" * 12) for _ in range(100)}
    assert len(found) == 100
    assert 62**keys.SECRET >= 2**256


def test_another_connections_name_with_ones_own_secret_is_refused(house: House) -> None:
    made, _key = connect(house)
    _other, foreign = connect(house)
    forged = f"{keys.PREFIX}{made.id}_{foreign.rpartition('_')[2][:-6]}"
    with pytest.raises(authentication.Unknown):
        authentication.enter(forged + keys._check(forged), DOOR)


def test_key_ends_in_the_same_second_that_it_is_revoked(house: House) -> None:
    made, key = connect(house)
    assert authentication.enter(key, DOOR).connection.id == made.id
    services.revoke(house.permit(house.admin, MANAGE), connection=made.id)
    with pytest.raises(authentication.Unknown):
        authentication.enter(key, DOOR)


def test_key_ends_with_its_time_and_with_its_person(house: House) -> None:
    made, key = connect(house)
    type(house.steward).objects.filter(pk=house.steward.pk).update(is_active=False)
    with pytest.raises(authentication.Unknown):
        authentication.enter(key, DOOR)
    type(house.steward).objects.filter(pk=house.steward.pk).update(is_active=True)
    assert authentication.enter(key, DOOR)
    Connection.objects.filter(pk=made.pk).update(expires=clock.now())
    with pytest.raises(authentication.Unknown):
        authentication.enter(key, DOOR)


def test_who_tries_many_keys_waits_and_whose_key_is_good_does_not(house: House) -> None:
    _made, key = connect(house)
    for _ in range(locks.FREE["machine"]):
        with pytest.raises(authentication.Unknown):
            authentication.enter("x", DOOR)
    with pytest.raises(authentication.TooMany) as told:
        authentication.enter("x", DOOR)
    assert told.value.facts["wait"] == 30
    assert authentication.enter(key, DOOR)
    with pytest.raises(authentication.Unknown):
        authentication.enter("x", Door("api", "192.0.2.8"))
    assert locks.attempt(locks.by_address(DOOR.address))


def test_dismissed_persons_keys_stay_ended(house: House) -> None:
    _made, key = connect(house)
    registry.dismiss(house.permit(house.admin, "access:person:manage"), username="konno")
    type(house.steward).objects.filter(pk=house.steward.pk).update(is_active=True)
    with pytest.raises(authentication.Unknown):
        authentication.enter(key, DOOR)


def test_rotated_key_overlaps_then_ends(house: House) -> None:
    made, first = connect(house)
    second = services.rotate(house.permit(house.admin, MANAGE), connection=made.id, overlap=2)
    assert (
        authentication.enter(first, DOOR).connection.id == authentication.enter(second, DOOR).connection.id == made.id
    )
    Connection.objects.filter(pk=made.pk).update(former_until=clock.now())
    with pytest.raises(authentication.Unknown):
        authentication.enter(first, DOOR)
    assert authentication.enter(second, DOOR)
    third = services.rotate(house.permit(house.admin, MANAGE), connection=made.id, overlap=0)
    with pytest.raises(authentication.Unknown):
        authentication.enter(second, DOOR)
    assert authentication.enter(third, DOOR)


def test_overlap_never_outlives_the_key_before(house: House) -> None:
    made, _key = connect(house)
    end = clock.now() + timedelta(minutes=5)
    Connection.objects.filter(pk=made.pk).update(expires=end)
    services.rotate(house.permit(house.admin, MANAGE), connection=made.id, overlap=services.LONGEST_OVERLAP)
    assert Connection.objects.get(pk=made.pk).former_until == end


@pytest.mark.parametrize(
    ("address", "comes_in"),
    [("192.0.2.7", True), ("192.0.3.7", False), ("::ffff:192.0.2.9", True), ("2001:db8::1", False), ("", False)],
)
def test_key_comes_only_from_its_networks(house: House, address: str, comes_in: bool) -> None:
    _made, key = connect(house, addresses=["192.0.2.1/24"])
    if comes_in:
        assert authentication.enter(key, Door("api", address))
    else:
        with pytest.raises(authentication.Unknown):
            authentication.enter(key, Door("api", address))


def test_networks_of_the_persons_duties_hold_beside_its_own(house: House) -> None:
    _made, key = connect(house, addresses=["10.1.0.0/16", "192.0.2.0/24"])
    assert authentication.enter(key, DOOR)
    put(steward=Duty(networks=("10.0.0.0/8",)))
    for address in (DOOR.address, "10.2.0.1"):
        with pytest.raises(authentication.Unknown):
            authentication.enter(key, Door("api", address))
    assert (events()[0].action, events()[0].reason) == ("auth:key:refuse", "address")
    assert events(2)[1].reason == "network"
    for address in ("10.1.0.1", "::ffff:10.1.0.1"):
        assert authentication.enter(key, Door("api", address))


def test_hours_of_the_persons_duties_hold_unless_it_is_for_any_hour(house: House) -> None:
    _made, key = connect(house)
    _always, nightly = connect(house, any_hour=True)
    put(steward=another_day())
    with pytest.raises(Refused, match="hours"):
        authentication.enter(key, DOOR)
    assert (events()[0].action, events()[0].reason) == ("auth:key:refuse", "hours")
    assert authentication.enter(nightly, DOOR)
    put(steward=replace(another_day(), networks=("10.0.0.0/8",)))
    with pytest.raises(authentication.Unknown):
        authentication.enter(nightly, DOOR)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"username": "nobody"}, "person"),
        ({"wanted": []}, "scopes"),
        ({"wanted": ["everything"]}, "scopes"),
        ({"purpose": "sales"}, "purpose"),
        ({"username": "hasegawa", "purpose": "service", "wanted": ["trail"]}, "purpose"),
        ({"wanted": ["customers", "people"]}, "purpose"),
        ({"days": 0}, "days"),
        ({"days": services.LONGEST + 1}, "days"),
        ({"addresses": ["example.jp"]}, "addresses"),
        ({"addresses": [f"10.0.{one}.0/24" for one in range(services.MOST_ADDRESSES + 1)]}, "addresses"),
        ({"categories": [9]}, "categories"),
        ({"name": ""}, "name"),
        ({"name": "x" * (services.NAME_LENGTH + 1)}, "name"),
    ],
)
def test_connection_that_could_do_nothing_or_too_much_is_refused(
    house: House, given: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as found:
        connect(house, **given)
    assert field in found.value.fields
    assert not Connection.objects.exists()


def test_disabled_person_gets_no_connection(house: House) -> None:
    type(house.steward).objects.filter(pk=house.steward.pk).update(is_active=False)
    with pytest.raises(Invalid):
        connect(house)


def test_permit_is_the_intersection_of_duty_and_connection(house: House) -> None:
    emiko = house.customer()
    _made, key = connect(house, "hasegawa", purpose="service", categories=[Category.BASIC, Category.SENSITIVE])
    permit = authentication.permit(authentication.enter(key, DOOR), "customers:profile:read", DOOR, emiko)
    assert permit.opening(Category.BASIC) == Opening.CLEAR
    assert permit.opening(Category.BASIC, "birth_date") == Opening.MASKED
    assert permit.opening(Category.TRANSACTIONS) == Opening.CLOSED
    assert permit.reasons[Category.TRANSACTIONS] == "connection"
    assert permit.opening(Category.SENSITIVE) == Opening.CLOSED
    assert permit.reasons[Category.SENSITIVE] == "duty"
    assert permit.purpose == "service"
    assert permit.door.kind == "api"


def test_fields_of_a_category_that_the_connection_closes_are_closed_too(house: House) -> None:
    emiko = house.customer()
    _made, key = connect(house, "hasegawa", purpose="service", categories=[Category.TRANSACTIONS])
    permit = authentication.permit(authentication.enter(key, DOOR), "customers:profile:read", DOOR, emiko)
    assert permit.opening(Category.BASIC, "birth_date") == Opening.CLOSED


def test_act_outside_the_scope_is_refused_whoever_asks(house: House) -> None:
    emiko = house.customer()
    _made, key = connect(house, wanted=["customers.read"])
    entry = authentication.enter(key, DOOR)
    assert authentication.permit(entry, "customers:profile:read", DOOR, emiko)
    for action in ("customers:profile:change", "customers:history:read", "customers:field:reveal"):
        with pytest.raises(Refused, match="connection"):
            authentication.permit(entry, action, DOOR, emiko)


def test_duty_that_is_taken_away_ends_what_the_key_may_do(house: House) -> None:
    emiko = house.customer()
    _made, key = connect(house)
    become(house.steward, roles=["admin"])
    with pytest.raises(Refused, match="duty"):
        authentication.permit(authentication.enter(key, DOOR), "customers:profile:read", DOOR, emiko)


def test_another_branchs_customer_is_hidden(house: House) -> None:
    away = house.customer(branch=house.wakaba)
    _made, key = connect(house, "hasegawa", purpose="service")
    with pytest.raises(Hidden):
        authentication.permit(authentication.enter(key, DOOR), "customers:profile:read", DOOR, away)


def test_rate_is_taken_until_none_is_left(house: House) -> None:
    made, _key = connect(house)
    found = Connection.objects.get(pk=made.pk)
    assert authentication.take(found).left == authentication.RATE - 1
    Connection.objects.filter(pk=made.pk).update(
        allowance=clock.micros(clock.now()) + authentication.WINDOW - authentication.STEP - 1_000_000
    )
    taken = 0
    with suppress(authentication.TooMany):
        for taken in range(authentication.RATE):  # noqa: B007 - how far it came
            authentication.take(found)
    with pytest.raises(authentication.TooMany) as full:
        [authentication.take(found) for _ in range(5)]
    assert full.value.facts["wait"] == 1
    assert 9 <= taken <= 40  # a second's worth, and what comes free while the test runs
    assert Connection.objects.get(pk=made.pk).used is not None


def test_only_who_manages_connections_makes_one(house: House) -> None:
    for person in (house.teller, house.steward, house.manager, house.auditor, house.dpo):
        with pytest.raises(Refused):
            house.permit(person, MANAGE)
    permit = house.permit(house.admin, "access:person:read")
    with pytest.raises(Refused):
        services.connect(permit, username="konno", name="x", wanted=["customers"], purpose="data-care")


def test_key_by_command_is_printed_once_as_json(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORIDE_TOKEN", tokens.issue(house.admin))
    run = CliRunner().invoke
    asked = ["create", "--for", "konno", "--scope", "customers", "--purpose", "data-care", "--json"]
    found = json.loads(run(api_key, asked, catch_exceptions=False).output)
    assert authentication.enter(found["key"], DOOR).connection.id == found["id"]
    assert found["categories"] == ["basic", "transactions", "behaviour", "derived"]
    listed = run(api_key, ["list", "--json"], catch_exceptions=False).output
    assert found["key"] not in listed
    assert json.loads(listed)[0]["person"] == "konno"
    renewed = run(api_key, ["rotate", found["id"], "--overlap", "0"], catch_exceptions=False).output.strip()
    assert authentication.enter(renewed, DOOR)
    run(api_key, ["revoke", found["id"]], catch_exceptions=False)
    with pytest.raises(authentication.Unknown):
        authentication.enter(renewed, DOOR)
    assert "無効" in run(api_key, ["list"], catch_exceptions=False).output
