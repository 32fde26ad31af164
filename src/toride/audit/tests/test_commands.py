"""`toride audit` says what is wrong by its exit status, prints nothing before it is recorded, and needs leave to ask."""

import json
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner

from toride.audit import commands, naming, proofs, reading, record
from toride.audit.events import decode
from toride.audit.store import Trail
from toride.audit.tests.acts import HANAKO, TARO, permit
from toride.audit.tests.trails import change, entry
from toride.base import clock
from toride.base.errors import ConfigurationError, Hidden, Refused
from toride.vault.permit import Category, Mode

YAMADA = UUID(int=0xA)


@pytest.fixture
def acting(monkeypatch):
    """As the decision above would: Hanako may ask, Taro may not."""

    @contextmanager
    def permitted(username, action, *, subject=None):
        if username != HANAKO.username:
            raise Refused("duty")
        with reading(permit(action, actor=HANAKO, subject=subject)) as given:
            yield given

    monkeypatch.setattr(commands, "acting", permitted)
    monkeypatch.setattr(naming, "_resolvers", {})
    naming.register(
        subject=lambda text: YAMADA if text == "1000001" else None,
        person=lambda text: TARO.id if text == TARO.username else None,
    )


@pytest.fixture
def visited(stores):
    with reading(permit("customers:profile:read", actor=TARO)) as given:
        given.ledger.touch(YAMADA, Mode.CLEAR, Category.BASIC)


def run(*arguments):
    return CliRunner().invoke(commands.audit, [str(one) for one in arguments])


def actions():
    return [decode(data)[0].action for _, data in Trail().entries(0)]


@pytest.mark.requirement("T2")
def test_verify_says_as_sealed_and_is_in_the_trail(visited):
    done = run("verify", "--deep")
    assert (done.exit_code, "正常：改変なし" in done.output) == (0, True)
    assert actions()[-1] == "audit:trail:verify"


@pytest.mark.requirement("T2")
def test_verify_names_what_was_altered_and_fails(visited, owner):
    assert run("verify").exit_code == 0
    change(owner, ("UPDATE audit_entry SET bytes = %s WHERE idx = 1", entry(1).replace(b'"ok"', b'"no"')))
    change(owner, "UPDATE audit_touched SET mask = 0")
    done = run("verify", "--deep", "--json")
    assert done.exit_code == 1
    found = json.loads(done.stdout)["findings"]
    assert {(one["kind"], one["index"]) for one in found} == {("altered", 1), ("projection", 1)}
    assert {one["event"] for one in found} == {Trail().name(1)}
    assert run("verify").exit_code == 1


@pytest.mark.requirement("T2")
def test_checkpoint_kept_outside_is_what_verify_continues(visited, tmp_path):
    assert run("checkpoint", "--out", tmp_path / "kept").exit_code == 0
    assert run("verify", "--since", tmp_path / "kept").exit_code == 0
    newer = tmp_path / "newer"
    newer.write_text((tmp_path / "kept").read_text().replace("\n2\n", "\n9\n"))
    done = run("verify", "--since", newer)
    assert done.exit_code != 0
    assert "not signed by this trail's key" in str(done.exception)
    again = run("checkpoint", "--out", tmp_path / "kept")
    assert "cannot be written" in str(again.exception)
    assert run("checkpoint").output.count("\n") == 5


@pytest.mark.requirement("T2")
def test_prove_gives_a_proof_of_one_event(visited, tmp_path):
    assert run("verify").exit_code == 0
    event = Trail().name(1)
    assert run("prove", event, "--out", tmp_path / "one.tlog-proof").exit_code == 0
    text = (tmp_path / "one.tlog-proof").read_text()
    assert text.startswith("c2sp.org/tlog-proof@v1\nextra ")
    assert "\nindex 1\n" in text
    assert json.loads(run("prove", event, "--json").output)["proof"].startswith("c2sp.org/")
    assert isinstance(run("prove", uuid4()).exception, Hidden)


@pytest.mark.requirement("T3")
def test_who_saw_answers_by_customer_number_and_is_in_the_trail(visited, acting):
    done = run("who-saw", "1000001", "--as", HANAKO.username, "--json")
    (line,) = json.loads(done.output)["events"]
    assert (line["actor"], line["action"], line["categories"]) == (TARO.username, "customers:profile:read", ["basic"])
    assert run("who-saw", YAMADA, "--as", HANAKO.username).output.count("\n") == 2
    assert actions().count("audit:subject:read") == 1
    assert isinstance(run("who-saw", "9999999", "--as", HANAKO.username).exception, Hidden)


@pytest.mark.requirement("T3")
def test_saw_answers_by_sign_in_name(visited, acting):
    start = (clock.now() - timedelta(days=1)).date()
    done = run("saw", TARO.username, "--as", HANAKO.username, "--from", start, "--json")
    (line,) = json.loads(done.output)["subjects"]
    assert (line["subject"], line["times"], line["modes"]) == (str(YAMADA), 1, ["clear"])
    assert str(YAMADA) in run("saw", TARO.id, "--as", HANAKO.username, "--from", start).output


@pytest.mark.requirement("T3")
@pytest.mark.parametrize(
    "command", [("who-saw", "1000001"), ("saw", "taro.suzuki", "--from", "2026-01-01"), ("export",)]
)
def test_asking_without_leave_prints_nothing(visited, acting, tmp_path, command):
    out = ("--out", tmp_path / "out") if command == ("export",) else ()
    done = run(*command, *out, "--as", TARO.username)
    assert isinstance(done.exception, Refused)
    assert done.output == ""
    assert not (tmp_path / "out").exists()


@pytest.mark.requirement("T3")
def test_asking_where_nobody_decides_is_not_possible(visited, monkeypatch):
    monkeypatch.setattr(commands, "acting", None)
    assert isinstance(run("who-saw", YAMADA, "--as", HANAKO.username).exception, ConfigurationError)


@pytest.mark.requirement("T2")
def test_export_is_recorded_before_it_is_written_and_needs_an_empty_folder(visited, acting, tmp_path):
    done = run("export", "--as", HANAKO.username, "--out", tmp_path / "out", "--json")
    assert json.loads(done.output)["entries"] == 2
    assert run("verify").exit_code == 0
    assert actions().count("audit:trail:export") == 1
    again = run("export", "--as", HANAKO.username, "--out", tmp_path / "out")
    assert "not empty" in str(again.exception)
    assert proofs.check(None, signatures=True).findings == []


@pytest.mark.requirement("T2")
def test_verify_of_a_trail_that_takes_no_events_still_reports(visited, owner):
    assert run("verify").exit_code == 0
    with owner["audit"].cursor() as cursor:
        cursor.execute("ALTER TABLE audit_inbox RENAME TO audit_gone")
    try:
        done = run("verify")
    finally:
        with owner["audit"].cursor() as cursor:
            cursor.execute("ALTER TABLE audit_gone RENAME TO audit_inbox")
    assert "正常：改変なし" in done.output
    assert "could not be recorded" in done.output
    record([])
