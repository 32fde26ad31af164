"""The locked lists are complete: the launcher resolves nothing, so whatever a package needs stands in its list, for every Python."""

import re
import tomllib
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LISTS = sorted(path.name for path in ROOT.glob("requirements*.txt"))
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


@cache
def entries(name: str) -> tuple[Requirement, ...]:
    text = (ROOT / name).read_text()
    lines = re.findall(r"^([A-Za-z0-9][^\\\n]*==[^\\\n]*)", text, re.MULTILINE)
    return tuple(Requirement(line.strip()) for line in lines)


def environment(python: str) -> dict[str, str]:
    return {**default_environment(), "python_version": python, "python_full_version": f"{python}.9", "extra": ""}


@cache
def asked_of() -> dict[str, set[str]]:
    """The extras that the project itself asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = [*project["dependencies"], *(line for some in project["optional-dependencies"].values() for line in some)]
    return {canonicalize_name(one.name): set(one.extras) for one in map(Requirement, lines)}


def installed(name: str, python: str) -> dict[str, set[str]]:
    """Package → the extras that are asked of it, of those of the list that this Python takes."""
    found: dict[str, set[str]] = {}
    for one in entries(name):
        if one.marker is None or one.marker.evaluate(environment(python)):
            package = canonicalize_name(one.name)
            found.setdefault(package, set()).update(one.extras, asked_of().get(package, ()))
    return found


def needs(package: str, extras: set[str], python: str) -> list[Requirement]:
    """What a package asks for with these extras; nothing where it is not installed here (another platform's)."""
    try:
        asked = [Requirement(line) for line in distribution(package).requires or ()]
    except PackageNotFoundError:
        return []
    here = environment(python)
    return [
        one
        for one in asked
        if one.marker is None or any(one.marker.evaluate(here | {"extra": extra}) for extra in ("", *extras))
    ]


def missing(name: str, python: str) -> list[str]:
    known = installed(name, python)
    wanted = {package: set(extras) for package, extras in known.items()}
    found: list[str] = []
    open_ = list(wanted)
    while open_:
        package = open_.pop()
        for one in needs(package, wanted[package], python):
            needed = canonicalize_name(one.name)
            if needed not in known:
                found.append(f"{package} needs {one}")
            elif not set(one.extras) <= wanted[needed]:
                wanted[needed] |= one.extras
                open_.append(needed)
    return found


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("name", LISTS)
def test_a_list_names_everything_that_its_packages_need(name: str, python: str) -> None:
    assert len(entries(name)) > 20
    assert missing(name, python) == []


def test_what_is_missing_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = entries("requirements.txt")
    monkeypatch.setitem(globals(), "entries", lambda _name: tuple(one for one in whole if one.name != "psycopg-binary"))
    assert any("psycopg" in one for one in missing("requirements.txt", "3.11"))


@pytest.mark.parametrize("name", LISTS)
def test_every_entry_has_a_hash(name: str) -> None:
    text = (ROOT / name).read_text()
    assert text.count(" \\\n    --hash=sha256:") >= len(entries(name))
    assert len(re.findall(r"^[A-Za-z0-9]", text, re.MULTILINE)) == len(entries(name))
