"""What commands print is for people: words of the terminal's language, whole help, everything that lacks at once."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import orjson
import pytest
from click.testing import CliRunner, Result
from django.conf import settings
from django.utils import translation

from tests.people import House
from toride.audit import commands as audit
from toride.base import home, terminal
from toride.base.errors import Refused
from toride.cli import COMMANDS, JOBS, doctor, examples, toride
from toride.vault import commands as keys

LITERAL = re.compile(r"\bNone\b|\bTrue\b|\bFalse\b|\[['\"\[(]|\{'|\('|<[a-z_.]+ object")
UNUSUAL = re.compile(r"\b(anew|[Ww]hoever|for ever|as sealed|(?<!--)duty|duties|[Nn]obody|[Ss]omebody|brought|bring)\b")
CODES = re.compile(r"\b(male|female|organisation|active|dormant|clear|listed|ok)\b")


def leaves(group: click.Group = toride, named: str = "") -> Iterator[tuple[str, click.Command]]:
    ctx = click.Context(group)
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        if isinstance(command, click.Group) and not command.hidden:
            yield from leaves(command, f"{named}{name} ")
        elif command and not command.hidden:
            yield named + name, command


def run(*arguments: str) -> Result:
    return CliRunner().invoke(toride, list(arguments), prog_name="toride")


@pytest.fixture(autouse=True)
def _as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the root hands to the commands of lower floors ends with the test."""
    monkeypatch.setattr(keys, "told", keys.told)
    monkeypatch.setattr(audit, "acting", audit.acting)


@pytest.fixture(params=["ja_JP.UTF-8", "en_US.UTF-8"])
def spoken(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", request.param)
    monkeypatch.setattr(settings, "DEMO", True)
    language = translation.get_language()
    yield request.param[:2]
    translation.activate(language)


def test_every_option_says_what_it_is_for_and_every_command_how_it_is_called() -> None:
    found = dict(leaves())
    assert len(found) > 35
    for name, command in found.items():
        assert command.get_short_help_str(), name
        lacking = [one.opts[0] for one in command.params if isinstance(one, click.Option) and not one.help]
        assert lacking == [], name
        text = command.get_help(click.Context(command, info_name=name))
        assert f"./toride {name}" in text, name
        assert not UNUSUAL.search(text), name
    assert set(examples.EXAMPLES) == set(found)


def test_each_example_is_a_call_that_its_command_takes() -> None:
    for name, command in leaves():
        for line in examples.EXAMPLES[name]:
            words = [one.strip("'") for one in re.findall(r"'[^']*'|\S+", line)][len(name.split()) :]
            parser = command.make_parser(click.Context(command, **command.context_settings))
            parser.parse_args(args=list(words))
            given = {word for word in words if word.startswith("--")}
            required = [one.opts for one in command.params if isinstance(one, click.Option) and one.required]
            assert all(given & set(opts) for opts in required), line


def test_commands_stand_by_job() -> None:
    shown = run("--help").output
    places = [shown.index(f"\n{job}:") for job in JOBS]
    assert places == sorted(places)
    named = [name for names in JOBS.values() for name in names]
    assert sorted(named) == sorted(set(COMMANDS) - {"process"})


def test_all_that_is_missing_is_told_at_once_with_what_may_stand_there() -> None:
    said = run("customers", "show")
    assert said.exit_code == 2
    assert "NUMBER" in said.output
    assert "--purpose PURPOSE" in said.output
    assert "service, call" in said.output
    both = run("backup", "--nonsense")
    assert "--nonsense" in both.output
    made = run("api-key", "create")
    assert all(one in made.output for one in ("--for USER", "--scope SCOPE", "--purpose PURPOSE", "customers.read"))


@pytest.mark.requirement("A3")
def test_a_purpose_that_is_none_or_not_theirs_is_answered_by_those_that_are(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "DEMO", True)
    unknown = run("customers", "search", "x", "--as", "hasegawa", "--purpose", "xyz")
    assert unknown.exit_code == 2
    assert "'service'" in unknown.output
    refused = run("customers", "search", "x", "--as", "hasegawa", "--purpose", "marketing").exception
    assert isinstance(refused, Refused)
    assert any("service" in note and "marketing" not in note for note in refused.__notes__)


def test_a_record_is_printed_for_people(house: House, spoken: str) -> None:
    house.customer("0213-338104", owner=house.sales, contacts=[["2026-10-21", "電話で残高照会"]])
    house.customer("0213-338105", gender=None, birth_date=None, phones=[], name="佐藤 花子", kana="サトウ ハナコ")
    for number in ("0213-338104", "0213-338105"):
        said = run("customers", "show", number, "--as", "okubo", "--purpose", "service")
        assert said.exit_code == 0, said.exception
        assert not LITERAL.search(said.output), said.output
        assert not CODES.search(said.output), said.output
        assert ("電話番号" in said.output) == (spoken == "ja")
        assert ("Phone" in said.output) == (spoken == "en")
    found = run("customers", "search", "佐藤", "--as", "okubo", "--purpose", "service")
    assert "佐藤 花子" in found.output
    assert not LITERAL.search(found.output)


@pytest.mark.requirement("T3")
def test_who_saw_a_customer_is_told_in_words(stores: None, spoken: str) -> None:
    House().customer("0213-338104")
    run("customers", "show", "0213-338104", "--as", "okubo", "--purpose", "service")
    said = run("audit", "who-saw", "0213-338104", "--as", "udagawa")
    assert said.exit_code == 0, said.exception
    assert not LITERAL.search(said.output), said.output
    assert not CODES.search(said.output), said.output
    assert {"ja": "お客さま情報を閲覧した", "en": "Viewed a customer record"}[spoken] in said.output
    whose = run("audit", "saw", "okubo", "--as", "udagawa", "--from", "2020-01-01")
    assert not LITERAL.search(whose.output), whose.output


def test_people_are_listed_without_saying_who_asks_in_a_demo(house: House, spoken: str, monkeypatch) -> None:
    """The first persona whose role allows it."""
    names = {"auditor": house.auditor, "teller": house.teller, "admin": house.admin}
    monkeypatch.setattr("toride.access.command_line.registry.find", lambda name: names.get(name, house.teller))
    said = run("people", "list")
    assert said.exit_code == 0, said.exception
    assert "長谷川 由美" in said.output
    assert not LITERAL.search(said.output)


def test_columns_stand_in_line_on_a_terminal(capsys: pytest.CaptureFixture[str], monkeypatch) -> None:
    rows = [("0213", "齋藤 惠美子", None), ("1", "Ito", ["090", "022"])]
    terminal.table(rows, ("Number", "Name", "Phones"))
    assert capsys.readouterr().out == "0213\t齋藤 惠美子\t\n1\tIto\t090, 022\n"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    terminal.table(rows, ("Number", "Name", "Phones"))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["NUMBER", "NAME", "PHONES"]
    at = [terminal.width(line[: line.index(mark)]) for line, mark in zip(lines, ("PHONES", "—", "090"), strict=True)]
    assert len(set(at)) == 1


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_completes(shell: str) -> None:
    said = run("completion", shell)
    assert said.exit_code == 0
    assert "_TORIDE_COMPLETE" in said.output


def test_the_doctor_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORIDE_HOME", str(tmp_path / "none"))
    said = run("doctor", "--json")
    found = {one["check"]: one for one in orjson.loads(said.output)}
    assert said.exit_code == 1
    assert (found["Home folder"]["state"], "toride init" in found["Home folder"]["advice"]) == ("failed", True)
    made = tmp_path / "made"
    home.create(made, demo=True)
    home.finish(made)
    made.chmod(0o755)
    monkeypatch.setenv("TORIDE_HOME", str(made))
    monkeypatch.setattr(doctor, "_of_stores", lambda _where: [])
    open_to_all = {one["check"]: one for one in orjson.loads(run("doctor", "--json").output)}
    assert f"chmod 700 {made}" in open_to_all["Home folder"]["advice"]
    made.chmod(0o700)
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _where: type("Usage", (), {"free": 1})())
    full = {one["check"]: one for one in orjson.loads(run("doctor", "--json").output)}
    assert (full["Home folder"]["state"], full["Disk"]["state"]) == ("ok", "failed")


@pytest.mark.store
def test_the_doctor_looks_into_the_stores(house: House, tmp_path: Path) -> None:
    found = {one.check: one for one in doctor._of_stores(tmp_path)}
    assert {name: one.state for name, one in found.items() if name != "Audit trail"} == {
        "Store: data": "ok", "Store: keys": "ok", "Store: audit": "ok",
        "Migrations: data": "ok", "Migrations: keys": "ok", "Migrations: audit": "ok", "Keys": "ok", "Mail": "ok",
    }  # fmt: skip
    assert found["Audit trail"].state in {"ok", "warning"}
