"""Vault Transit and AWS KMS: what the port promises, and that nothing opens when they fail, lie or are slow."""

import json
import os
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest
from click.testing import CliRunner

from tests import amazon, transit
from toride.base import clock
from toride.base.errors import ConfigurationError, Unavailable
from toride.vault import keyring, kms, rotation
from toride.vault.aead import Unopenable
from toride.vault.commands import keys
from toride.vault.keyring import Kind
from toride.vault.keystore.models import Generation, State
from toride.vault.kms import aws
from toride.vault.kms import transit as provider

pytestmark = pytest.mark.requirement("K1")


@pytest.fixture(scope="module")
def vault() -> Iterator[tuple[transit.Vault, str]]:
    with transit.serving() as found:
        yield found


@pytest.fixture(scope="module")
def cloud() -> Iterator[tuple[amazon.Amazon, str]]:
    with amazon.serving() as found:
        yield found


@pytest.fixture
def hashi(vault, monkeypatch, tmp_path) -> Iterator[transit.Vault]:
    token = tmp_path / "token"
    token.write_text(transit.TOKEN + "\n")
    monkeypatch.setenv("TORIDE_KMS_TOKEN_FILE", str(token))
    yield vault[0]
    vault[0].sealed, vault[0].slow, vault[0].garbled = False, 0.0, False
    vault[0].keys.clear()


@pytest.fixture
def amazons(cloud, monkeypatch) -> Iterator[amazon.Amazon]:
    for name, value in amazon.CREDENTIALS.items() | {("AWS_ENDPOINT_URL_KMS", cloud[1])}:
        monkeypatch.setenv(name, value)
    yield cloud[0]
    cloud[0].away = False


@pytest.fixture(params=["transit", "aws"])
def address(request) -> str:
    if request.param == "transit":
        request.getfixturevalue("hashi")
        return "transit:" + request.getfixturevalue("vault")[1]
    request.getfixturevalue("amazons")
    return f"aws:{amazon.REGION}/test-{os.urandom(4).hex()}"


@pytest.fixture
def service(address) -> Iterator[kms.Kms]:
    kms._load.cache_clear()
    yield kms._load(address)
    kms._load.cache_clear()


def test_root_wraps_in_its_context_until_it_is_destroyed(service):
    assert service.versions() == frozenset()
    one, other = service.create(), service.create()
    blob, others = (service.wrap(version, b"\x00secret\xff", "subjects", 1) for version in (one, other))
    assert b"secret" not in blob
    assert service.unwrap(one, blob, "subjects", 1) == b"\x00secret\xff"
    for version, sealed, context in (
        (other, blob, ("subjects", 1)), (one, others, ("subjects", 1)), (one, blob, ("subjects", 2)),
        (one, blob, ("index", 1)), (one, blob, ()), (one, blob[:-3] + b"AAA", ("subjects", 1)), (one, b"", ("subjects", 1)),
        (one, b"\xff", ("subjects", 1)), (one[:-1] + "x", blob, ("subjects", 1)),
    ):  # fmt: skip
        with pytest.raises(Unopenable):
            service.unwrap(version, sealed, *context)
    assert service.versions() == {one, other}
    service.destroy(one)
    service.destroy(one)
    assert service.versions() == {other}
    for act in (lambda: service.unwrap(one, blob, "subjects", 1), lambda: service.wrap(one, b"x", "subjects", 1)):
        with pytest.raises(Unopenable):
            act()
    assert service.versions() == {other}
    assert service.unwrap(other, others, "subjects", 1) == b"\x00secret\xff"


@pytest.mark.store
@pytest.mark.usefixtures("stores")
def test_keys_are_rotated_rewrapped_and_destroyed_with_it(service, address, settings):
    settings.KMS = address
    first = keyring.create(Kind.SUBJECTS)
    roots = service.versions()
    assert keyring.rewrap(Kind.SUBJECTS) == 1
    assert not roots & service.versions()
    keyring.forget()
    assert keyring.secret(Kind.SUBJECTS, first.number) == first.secret
    made = rotation.rotate_subjects()
    assert made.number == first.number + 1
    with pytest.raises(Unopenable):
        keyring.secret(Kind.SUBJECTS, first.number)
    index = [keyring.create(Kind.INDEX), keyring.create(Kind.INDEX)][0]
    rotation.end(Kind.INDEX, index.number)
    rows = Generation.objects.exclude(state=State.DESTROYED)
    assert service.versions() == {row.root_version for row in rows}


@pytest.mark.store
@pytest.mark.usefixtures("stores")
def test_commands_work_with_it(service, address, settings):
    settings.KMS = address
    keyring.create(Kind.SUBJECTS)
    former, _now = keyring.create(Kind.FILES), keyring.create(Kind.FILES)

    def command(*words: str) -> str:
        done = CliRunner().invoke(keys, words)
        assert done.exit_code == 0, done.output
        return done.stdout

    command("rotate", "--kind", "subjects")
    assert "3世代のルート鍵を更新しました" in command("rewrap")
    name = f"files:{former.number}"
    command("destroy", name, "--confirm", name)
    told = json.loads(command("status", "--json"))
    assert {one["generation"]: one["root"] for one in told["generations"] if one["state"] != "destroyed"} == {
        "subjects:2": True, "files:2": True,
    }  # fmt: skip
    assert told["unused_roots"] == 0
    later = len(told["ending_roots"])
    assert later == (0 if address.startswith("transit") else 5)
    assert command("status").count("は無効です") == later


@pytest.mark.django_db(databases="__all__")
def test_lost_roots_are_not_hidden_by_new_ones(service, address, settings):
    settings.KMS = address
    keyring.create(Kind.FILES)
    for version in service.versions():
        service.destroy(version)
    with pytest.raises(Unavailable):
        keyring.create(Kind.FILES)


def test_transit_key_is_deleted_for_good_and_never_made_anew(hashi, vault):
    service = kms._load("transit:" + vault[1])
    version = service.create()
    assert hashi.upsert
    service.destroy(version)
    assert hashi.keys == {}
    with pytest.raises(Unopenable):
        service.wrap(version, b"x")
    assert hashi.keys == {}
    assert service.ending() == {}
    hashi.keys["payroll"] = (bytes(32), True)
    service.destroy("payroll")
    assert set(hashi.keys) == {"payroll"}
    assert service.versions() == frozenset()


@pytest.mark.parametrize("name", ["../../sys/seal", "payroll", "toride-x", "toride-0123456789abcdef/config", ""])
def test_name_from_the_key_store_leads_nowhere_else(hashi, vault, name):
    service = kms._load("transit:" + vault[1])
    hashi.keys["payroll"], hashi.asked[:] = (bytes(32), True), []
    for act in (lambda: service.wrap(name, b"x"), lambda: service.unwrap(name, b"vault:v1:AA")):
        with pytest.raises(Unopenable):
            act()
    assert hashi.asked == []


def test_nothing_opens_while_transit_fails(hashi, vault, monkeypatch, tmp_path):
    service = kms._load("transit:" + vault[1])
    version = service.create()
    blob = service.wrap(version, b"secret")

    def unavailable() -> str:
        said = []
        for act in (service.create, service.versions, lambda: service.wrap(version, b"x"),
                    lambda: service.unwrap(version, blob), lambda: service.destroy(version)):  # fmt: skip
            with pytest.raises(Unavailable) as found:
                act()
            said.append(str(found.value))
        return " ".join(said)

    hashi.sealed = True
    unavailable()
    hashi.sealed, hashi.garbled = False, True
    unavailable()
    hashi.garbled = False
    wrong = tmp_path / "wrong"
    wrong.write_text("hvs.another-token")
    monkeypatch.setenv("TORIDE_KMS_TOKEN_FILE", str(wrong))
    assert "hvs." not in unavailable()
    wrong.write_text(transit.TOKEN)  # an agent renewed it
    assert service.unwrap(version, blob) == b"secret"
    elsewhere = kms._load("transit:" + vault[1].replace("house", "other"))
    with pytest.raises(Unavailable):
        elsewhere.unwrap(version, blob)
    with pytest.raises(Unavailable):
        kms._load("transit:http://127.0.0.1:1/transit").versions()
    monkeypatch.delenv("TORIDE_KMS_TOKEN_FILE")
    with pytest.raises(ConfigurationError, match="TORIDE_KMS_TOKEN_FILE"):
        service.versions()


def test_slow_transit_is_cut_off(hashi, vault, monkeypatch):
    service = kms._load("transit:" + vault[1])
    version = service.create()
    assert provider.SECONDS <= 5
    hashi.slow = 0.1
    with monkeypatch.context() as patch:
        patch.setattr(provider, "SECONDS", 0.4)
        with pytest.raises(Unavailable):  # in the end it would have answered
            service.wrap(version, b"x")
    hashi.slow = 0
    assert service.wrap(version, b"x")


def test_nothing_opens_while_aws_fails(amazons, cloud, monkeypatch):
    service = aws.connect(f"{amazon.REGION}/failing")
    version = service.create()
    blob = service.wrap(version, b"secret")
    amazons.keys[version].key_state = "Disabled"
    for act in (lambda: service.unwrap(version, blob), lambda: service.wrap(version, b"x")):
        with pytest.raises(Unavailable):
            act()
    assert service.versions() == {version}
    amazons.keys[version].key_state = "Enabled"
    assert service.unwrap(version, blob) == b"secret"
    amazons.away = True
    asked = len(amazons.asked)
    with pytest.raises(Unavailable):
        service.unwrap(version, blob)
    assert len(amazons.asked) - asked <= aws.ATTEMPTS
    monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", "http://127.0.0.1:1")
    with pytest.raises(Unavailable):
        aws.connect(f"{amazon.REGION}/failing").unwrap(version, blob)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    with pytest.raises(Unavailable):
        aws.connect(f"{amazon.REGION}/failing").versions()


def test_aws_without_its_library_says_what_to_install(amazons, monkeypatch):
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(ConfigurationError, match="boto3"):
        aws.connect(f"{amazon.REGION}/none").versions()


def test_what_aws_deletes_only_later_is_said(amazons):
    """Seven days are the least that AWS waits: until then the key opens nothing, but its administrators could cancel."""
    service, other = aws.connect(f"{amazon.REGION}/later"), aws.connect(f"{amazon.REGION}/other")
    version, theirs = service.create(), other.create()
    service.destroy(version)
    assert amazons.keys[version].key_state == "PendingDeletion"
    ((found, moment),) = service.ending().items()
    assert found == version
    assert moment.date() == (clock.now() + timedelta(days=7)).date()
    service.destroy(theirs)
    assert other.versions() == {theirs}
    assert other.ending() == {}


def test_crash_within_a_destruction_is_finished_by_the_next(amazons):
    service = aws.connect(f"{amazon.REGION}/crash")
    version = service.create()
    service._ask("create_alias", AliasName=f"{service.over}20261129/{version}", TargetKeyId=version)
    service._ask("schedule_key_deletion", KeyId=version, PendingWindowInDays=aws.DAYS)
    service.destroy(version)
    assert (service.versions(), set(service.ending())) == (frozenset(), {version})


@pytest.mark.parametrize(
    "address",
    ["transit:", "transit:vault:8200/transit", "transit:ftp://vault/transit", "transit:https://vault",
     "transit:https://me:secret@vault/transit", "transit:https://vault/transit?x=1", "aws:", "aws:region",
     "aws:region/", "aws:/prefix", "aws:region/a b", "aws:region/a/b", "gcp:x"],
)  # fmt: skip
def test_address_that_cannot_be_stops_the_start(address):
    with pytest.raises(ConfigurationError, match="TORIDE_KMS"):
        kms._load(address)
