"""The launcher says what is missing, in one line, and leaves nothing half-done."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("sh", "dirname", "cksum", "cut", "tr", "cat", "flock", "mkdir", "rm")
MISSING = 69


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A PATH that holds a shell's tools and no Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        if found := shutil.which(tool):
            (folder / tool).symlink_to(found)
    return folder


def launch(path: Path, venv: Path, *arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": str(path), "HOME": str(venv.parent), "TORIDE_VENV": str(venv), **more}
    command = [str(path / "sh"), str(ROOT / "toride"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)


def test_without_python_it_says_which_is_needed(path: Path, tmp_path: Path) -> None:
    done = launch(path, tmp_path / "venv", "--version")
    assert done.returncode == MISSING
    assert "Python 3.11 or newer" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_an_old_python_is_passed_over(path: Path, tmp_path: Path) -> None:
    old = path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    assert launch(path, tmp_path / "venv", "--version").returncode == MISSING
    (path / "python3.12").symlink_to(sys.executable)
    reached = launch(path, tmp_path / "venv", "--version", PIP_INDEX_URL="http://127.0.0.1:9/", PIP_RETRIES="0")
    assert "registry could not be reached" in reached.stderr


def test_an_unreachable_registry_is_said_and_the_next_start_begins_anew(path: Path, tmp_path: Path) -> None:
    (path / "python3").symlink_to(sys.executable)
    for _ in range(2):
        done = launch(path, tmp_path / "venv", "--version", PIP_INDEX_URL="http://127.0.0.1:9/", PIP_RETRIES="0")
        assert done.returncode == MISSING
        assert "registry could not be reached" in done.stderr
        assert not list(tmp_path.glob("venv/.toride-*"))


def test_a_prepared_environment_starts_without_preparing(path: Path, tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(sys.executable)
    stamp = subprocess.run(
        f"cksum {ROOT}/requirements.txt | cut -d' ' -f1,2 | tr ' ' '-'",
        shell=True,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    (venv / ".toride-requirements.txt").write_text(stamp)
    site = next(Path(entry) for entry in sys.path if entry.endswith("site-packages"))
    done = launch(path, venv, "--version", PYTHONPATH=os.pathsep.join([str(site)]))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("toride, version")
    assert "preparing" not in done.stderr
