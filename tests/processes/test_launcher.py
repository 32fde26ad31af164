"""The launcher installs the locked files and nothing else, says what is missing in one line, and leaves nothing half-done."""

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("sh", "dirname", "cksum", "cut", "tr", "cat", "flock", "mkdir", "rm", "ls", "sed", "grep", "head", "tail")
MISSING = 69
OLD_PIP = "23.2.1"  # what Python 3.11 brings


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A PATH that holds a shell's tools and no Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        if found := shutil.which(tool):
            (folder / tool).symlink_to(found)
    return folder


def launch(
    path: Path, venv: Path, *arguments: str, root: Path = ROOT, **more: str
) -> "subprocess.CompletedProcess[str]":
    kept = {name: os.environ[name] for name in os.environ if name.startswith(("PIP_", "SSL_", "HTTP", "NO_PROXY"))}
    environment = kept | {"PATH": str(path), "HOME": str(venv.parent), "TORIDE_VENV": str(venv), **more}
    command = [str(path / "sh"), str(root / "toride"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=280)


def wheel(folder: Path, name: str, version: str, needs: tuple[str, ...] = ()) -> str:
    """A package of one module in `folder`; gives its line in a locked list."""
    package = name.replace("-", "_")
    place = folder / f"{package}-{version}-py3-none-any.whl"
    info = f"{package}-{version}.dist-info"
    metadata = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}", *(f"Requires-Dist: {one}" for one in needs)]
    if any("extra ==" in one for one in needs):
        metadata.append("Provides-Extra: more")
    with zipfile.ZipFile(place, "w") as archive:
        archive.writestr(f"{package}.py", f"version = {version!r}\n")
        archive.writestr(f"{info}/METADATA", "\n".join(metadata) + "\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return f"{name}=={version} --hash=sha256:{hashlib.sha256(place.read_bytes()).hexdigest()}\n"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A checkout whose lists name small packages: one with an extra, whose need has a newer release in the index."""
    root = tmp_path / "checkout"
    index = tmp_path / "index"
    (root / "src" / "toride").mkdir(parents=True)
    index.mkdir()
    shutil.copy(ROOT / "toride", root / "toride")
    main = "import sys, needed, asking\nprint(needed.version, *sys.argv[1:])\n"
    (root / "src" / "toride" / "__main__.py").write_text(main)
    needed = wheel(index, "needed", "1.0")
    asking = wheel(index, "asking", "1.0", ("needed; extra == 'more'",)).replace("asking==", "asking[more]==")
    wheel(index, "needed", "2.0")  # released after the list was made
    (root / "requirements.txt").write_text(asking + needed)
    (root / "requirements-dev.txt").write_text(asking + needed)
    (root / "requirements-saml.txt").write_text(asking + needed + wheel(index, "signer", "1.0"))
    return root


def offline(tmp_path: Path) -> dict[str, str]:
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path / "index"), "PIP_CONFIG_FILE": os.devnull}


def test_without_python_it_says_which_is_needed(path: Path, tmp_path: Path) -> None:
    done = launch(path, tmp_path / "venv", "--version")
    assert done.returncode == MISSING
    assert "Python 3.11 or newer" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_an_old_python_is_passed_over(path: Path, tmp_path: Path, small: Path) -> None:
    old = path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    assert launch(path, tmp_path / "venv", "--version", root=small).returncode == MISSING
    (path / "python3.12").symlink_to(sys.executable)
    assert launch(path, tmp_path / "venv", "--version", root=small, **offline(tmp_path)).returncode == 0


def test_an_unreachable_registry_is_said_and_the_next_start_begins_anew(path: Path, tmp_path: Path) -> None:
    (path / "python3").symlink_to(sys.executable)
    nowhere = {
        "PIP_INDEX_URL": "http://127.0.0.1:9/",
        "PIP_RETRIES": "0",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_FIND_LINKS": "",
    }
    for _ in range(2):
        done = launch(path, tmp_path / "venv", "--version", **nowhere)
        assert done.returncode == MISSING
        assert "registry could not be reached" in done.stderr
        assert not list(tmp_path.glob("venv/.toride-*"))


def test_a_newer_release_in_the_index_changes_nothing(path: Path, tmp_path: Path, small: Path) -> None:
    (path / "python3").symlink_to(sys.executable)
    done = launch(path, tmp_path / "venv", "search", "x", root=small, **offline(tmp_path))
    assert done.stdout == "1.0 search x\n", done.stderr
    assert done.stderr.count("\n") == 1, done.stderr  # preparing, and no warnings
    again = launch(path, tmp_path / "venv", root=small)
    assert again.stdout == "1.0\n"
    assert again.stderr == ""


def test_what_the_registry_said_is_shown_in_one_line(path: Path, tmp_path: Path, small: Path) -> None:
    (path / "python3").symlink_to(sys.executable)
    gone = {**offline(tmp_path), "PIP_FIND_LINKS": f"{tmp_path / 'index'} {tmp_path / 'none'}"}
    (small / "requirements.txt").write_text(f"gone==1.0 --hash=sha256:{'0' * 64}\n")
    done = launch(path, tmp_path / "venv", root=small, **gone)
    assert done.returncode == MISSING
    assert "could not install requirements.txt: ERROR: Could not find a version" in done.stderr
    assert "WARNING" not in done.stderr
    assert "or it has no file for this Python" in done.stderr
    other = (small / "requirements-dev.txt").read_text()
    (small / "requirements.txt").write_text(other[:-5] + "0000\n")
    done = launch(path, tmp_path / "venv", root=small, **gone)
    assert done.returncode == MISSING
    assert "not the one that was tested" in done.stderr
    (small / "requirements.txt").write_text(other)
    assert launch(path, tmp_path / "venv", root=small, **gone).returncode == 0


def test_an_extra_comes_from_its_own_list_and_stays_with_the_environment(
    path: Path, tmp_path: Path, small: Path
) -> None:
    (path / "python3").symlink_to(sys.executable)
    unknown = launch(path, tmp_path / "venv", "install", "nothing", root=small)
    assert unknown.returncode == 2
    assert "one of: saml" in unknown.stderr
    assert launch(path, tmp_path / "venv", "install", "saml", root=small, **offline(tmp_path)).returncode == 0
    place = next((tmp_path / "venv").glob("lib/python*/site-packages/signer.py"))
    (small / "requirements-saml.txt").write_text(
        (small / "requirements.txt").read_text() + wheel(tmp_path / "index", "signer", "3.0")
    )
    assert launch(path, tmp_path / "venv", root=small, **offline(tmp_path)).returncode == 0
    assert "3.0" in place.read_text()


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


@pytest.mark.slow
def test_the_first_command_works_with_the_pip_that_python_brings(path: Path, tmp_path: Path) -> None:
    """The real lists from the real registry, without uv, while newer releases of what extras need stand in the index."""
    python = getattr(sys, "_base_executable", sys.executable)
    (path / "python3").symlink_to(python)
    venv, newer = tmp_path / "venv", tmp_path / "newer"
    newer.mkdir()
    for name in ("psycopg-binary", "psycopg-pool", "typing-extensions", "email-validator", "cffi"):
        wheel(newer, name, "999.0")
    subprocess.run([python, "-m", "venv", str(venv)], check=True)
    pip = [str(venv / "bin" / "python"), "-m", "pip"]
    if OLD_PIP not in subprocess.run([*pip, "--version"], capture_output=True, text=True, check=True).stdout:
        subprocess.run([*pip, "install", "--quiet", f"pip=={OLD_PIP}"], check=True)
    found = f"{os.environ.get('PIP_FIND_LINKS', '')} {newer}".strip()
    done = launch(path, venv, "--version", PIP_FIND_LINKS=found)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("toride, version")
    for extra in ("aws", "saml"):
        done = launch(path, venv, "install", extra, PIP_FIND_LINKS=found)
        assert done.returncode == 0, done.stderr
    subprocess.run([*pip, "check"], check=True)
